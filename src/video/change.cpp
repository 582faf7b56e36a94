// SPDX-License-Identifier: Apache-2.0
// One pass from the source's packets to the new file's.
#include "video/change.hpp"

#include <algorithm>

#include "video/track.hpp"

namespace signmark::video {
namespace {

using Tracks = std::vector<std::unique_ptr<Track>>;

/// Bit rates of the streams that will be encoded: the container's word, or counted.
std::vector<std::int64_t> bit_rates_of(const Context& context, ByteView file, std::string_view mime,
                                       const Input& input) {
  std::vector<std::int64_t> rates;
  bool all_known = true;
  for (unsigned i = 0; i < input.count(); ++i) {
    const AVStream& stream = input.stream(i);
    rates.push_back(stream.codecpar->bit_rate);
    if (is_film(stream) || is_sound(stream)) all_known = all_known && rates.back() > 0;
  }
  Result<Input> again = Input::open(context, file, mime);
  if (all_known || !again || input.seconds() <= 0) return rates;
  std::vector<std::int64_t> bytes(rates.size());
  const Owned<AVPacket> packet = new_packet();
  while (again->read(*packet))
    if (const auto index = static_cast<std::size_t>(packet->stream_index); index < bytes.size())
      bytes[index] += packet->size;
  for (std::size_t i = 0; i < rates.size(); ++i)
    if (rates[i] <= 0)
      rates[i] = static_cast<std::int64_t>(8 * static_cast<double>(bytes[i]) / input.seconds());
  return rates;
}

Result<std::unique_ptr<Track>> make_track(const Job& job, const AVStream& stream, Output& output,
                                          std::vector<std::string>& notes) {
  const Changes& changes = job.changes;
  if (is_film(stream) && (changes.picture != nullptr || changes.label != nullptr))
    return make_film_track(job, stream, output, notes);
  if (is_sound(stream) && (changes.sound != nullptr || changes.notice != nullptr))
    return make_sound_track(job, stream, output, notes);
  return make_copy_track(stream, changes.sei, output, notes);
}

Result<Tracks> make_tracks(const Job& job, const Input& input, Output& output, Report& report) {
  Tracks tracks(input.count());
  for (unsigned i = 0; i < input.count(); ++i) {
    SIGNMARK_ASSIGN(tracks[i], make_track(job, input.stream(i), output, report.notes));
  }
  if (output.last() < 0) return fail("video.unsupported", "the file has no stream to keep");
  return tracks;
}

Status run(Input& input, Tracks& tracks, Output& output) {
  const Owned<AVPacket> packet = new_packet();
  while (input.read(*packet)) {
    const auto index = static_cast<std::size_t>(packet->stream_index);
    if (index >= tracks.size() || tracks[index] == nullptr) continue;
    SIGNMARK_TRY(tracks[index]->push(packet.get(), output));
  }
  for (const std::unique_ptr<Track>& track : tracks)
    if (track != nullptr) SIGNMARK_TRY(track->push(nullptr, output));
  return output.finish();
}

Status check_streams(const Input& input, const Changes& changes) {
  for (unsigned i = 0; i < input.count(); ++i)
    if (is_encrypted(input.stream(i))) return encrypted(static_cast<int>(i));
  return check_changes(changes, input.first_film() >= 0, input.first_sound() >= 0);
}

/// Writes the whole of `out`; it is gone again on any error.
Result<Report> write_file(const Context& context, ByteView file, std::string_view mime,
                          const Changes& changes, const EncodeOptions& options,
                          const std::filesystem::path& out) {
  SIGNMARK_ASSIGN(Input input, Input::open(context, file, mime));
  SIGNMARK_TRY(check_streams(input, changes));
  SIGNMARK_ASSIGN(Output output, Output::create(out, writer_of(mime)));
  const std::vector<std::int64_t> rates = bit_rates_of(context, file, mime, input);
  const Job job{context, file, mime, changes, options, input.seconds(), rates};
  Report report;
  SIGNMARK_ASSIGN(Tracks tracks, make_tracks(job, input, output, report));
  SIGNMARK_TRY(output.begin(input, file));
  SIGNMARK_TRY(run(input, tracks, output));
  for (const std::unique_ptr<Track>& track : tracks)
    if (track != nullptr) track->add_to(report);
  if (input.cut_off()) report.notes.emplace_back("the source is cut off; what was there is kept");
  report.seconds = std::max(0.0, input.seconds());
  report.bytes_in = file.size();
  return report;
}

}  // namespace

Status check_changes(const Changes& changes, bool has_film, bool has_sound) {
  if (!has_film && (changes.picture != nullptr || changes.label != nullptr))
    return fail("video.unsupported", "the file has no pictures to mark or label");
  if (!has_sound && (changes.sound != nullptr || changes.notice != nullptr))
    return fail("video.unsupported", "the file has no sound to mark or label");
  if (has_film && changes.notice != nullptr && changes.notice->blend == audio::NoticeBlend::insert)
    return fail("video.unsupported", "an inserted notice would shift a film's sound", {},
                "mix it over the programme instead");
  if (changes.label != nullptr && changes.label_time.seconds != 0 && changes.label_time.seconds < 2)
    return fail("video.unsupported", "a label must stand for 2 s at least (GB 45438 clause 5.4)");
  return {};
}

Result<Report> change_file(const Context& context, ByteView file, std::string_view format_mime,
                           const Changes& changes, const EncodeOptions& options,
                           const std::filesystem::path& out) {
  SIGNMARK_ASSIGN(Report report, write_file(context, file, format_mime, changes, options, out));
  std::error_code ignored;
  report.bytes_out = std::filesystem::file_size(out, ignored);
  if (const Status read = read_back(context, out, format_mime, changes, report); !read) {
    std::filesystem::remove(out, ignored);
    return tl::unexpected<Error>(read.error());
  }
  return report;
}

}  // namespace signmark::video
