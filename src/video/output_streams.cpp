// SPDX-License-Identifier: Apache-2.0
// What a new container takes over from its source: streams with their side facts, tags, chapters.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "video/output.hpp"

namespace signmark::video {
namespace {

/// A track that the writer makes again from tags and chapters.
bool is_made_again(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_DATA &&
         (stream.codecpar->codec_tag == MKTAG('t', 'm', 'c', 'd') ||
          stream.codecpar->codec_id == AV_CODEC_ID_BIN_DATA);
}

const char* kind_of(const AVStream& stream) {
  const char* kind = av_get_media_type_string(stream.codecpar->codec_type);
  return kind == nullptr ? "unknown" : kind;
}

/// The source's four-letter code where it means the same here ("hvc1", not "hev1").
std::uint32_t tag_for(const AVOutputFormat& writer, std::uint32_t tag, AVCodecID codec) {
  if (writer.codec_tag == nullptr || tag == 0) return 0;
  return av_codec_get_id(writer.codec_tag, tag) == codec ? tag : 0;
}

/// Counts of the old packets, which Matroska writers leave in tags.
bool is_statistics(std::string_view key) {
  constexpr std::array<std::string_view, 6> kKeys = {
      "BPS", "NUMBER_OF_BYTES", "NUMBER_OF_FRAMES", "DURATION", "encoder", "ENCODER"};
  return key.starts_with("_STATISTICS") ||
         std::ranges::any_of(kKeys, [&](std::string_view k) { return key.starts_with(k); });
}

void copy_tags(AVStream& to, const AVStream& from, bool encoded) {
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(from.metadata, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr)
    if (!encoded || !is_statistics(entry->key))
      av_dict_set(&to.metadata, entry->key, entry->value, 0);
}

/// Rotation, HDR, stereo and the like; what belongs to the old packets does not go along.
void copy_side_data(AVStream& to, const AVStream& from, bool encoded,
                    std::vector<std::string>& notes) {
  for (int i = 0; i < from.nb_side_data; ++i) {
    const AVPacketSideData& side = from.side_data[i];
    if (encoded && side.type == AV_PKT_DATA_DOVI_CONF)
      notes.emplace_back("Dolby Vision is left out: it fits the old pictures only");
    if (encoded && (side.type == AV_PKT_DATA_DOVI_CONF || side.type == AV_PKT_DATA_CPB_PROPERTIES ||
                    side.type == AV_PKT_DATA_NEW_EXTRADATA))
      continue;
    if (std::uint8_t* copy = av_stream_new_side_data(&to, side.type, side.size); copy != nullptr)
      std::memcpy(copy, side.data, side.size);
  }
}

void copy_chapters(AVFormatContext& to, const AVFormatContext& from) {
  if (from.nb_chapters == 0) return;
  to.chapters = static_cast<AVChapter**>(av_calloc(from.nb_chapters, sizeof(AVChapter*)));
  if (to.chapters == nullptr) return;
  for (unsigned i = 0; i < from.nb_chapters; ++i) {
    auto* chapter = static_cast<AVChapter*>(av_mallocz(sizeof(AVChapter)));
    if (chapter == nullptr) return;
    const AVChapter& source = *from.chapters[i];
    chapter->id = source.id;
    chapter->time_base = source.time_base;
    chapter->start = source.start;
    chapter->end = source.end;
    av_dict_copy(&chapter->metadata, source.metadata, 0);
    to.chapters[to.nb_chapters++] = chapter;
  }
}

bool has_tag(const AVFormatContext& source, const char* key) {
  return av_dict_get(source.metadata, key, nullptr, 0) != nullptr;
}

/// What the writers must be told so that they change nothing of their own accord.
void set_options(Options& options, std::string_view writer, const Input& source, ByteView file) {
  const AVFormatContext& from = source.format();
  // Never `use_metadata_tags`: it drops cover art and hides titles from players.
  if (writer == "mp4" || writer == "mov" || writer == "ipod") {
    options.set("movflags", "+faststart");
    const int film = source.first_film();
    if (film >= 0) {
      const AVRational base = source.stream(static_cast<unsigned>(film)).time_base;
      if (base.num == 1) options.set("video_track_timescale", base.den);
    }
  }
  if (writer == "matroska" || writer == "webm") options.set("default_mode", "passthrough");
  if (writer == "wav") {
    options.set("rf64", "auto");
    if (has_tag(from, "originator") || has_tag(from, "origination_date") ||
        has_tag(from, "coding_history") || has_tag(from, "time_reference"))
      options.set("write_bext", 1);
  }
  const bool id3 = file.size() > 10 && as_text(file.first(3)) == "ID3";
  if (writer == "adts" && id3) options.set("write_id3v2", 1);
  if (writer == "mp3") {
    options.set("id3v2_version", id3 && file[3] == 3 ? 3 : 4);
    if (file.size() > 128 && as_text(file.last(128).first(3)) == "TAG")
      options.set("write_id3v1", 1);
  }
}

}  // namespace

Priming priming_in(const AVOutputFormat& writer, AVCodecID codec) {
  const std::string_view name = writer.name;
  constexpr std::array<std::string_view, 5> kSignals = {"mp4", "mov", "ipod", "ogg", "mp3"};
  if (std::ranges::find(kSignals, name) != kSignals.end()) return Priming::signalled;
  const bool matroska = name == "matroska" || name == "webm";
  return matroska && codec == AV_CODEC_ID_OPUS ? Priming::subtracted : Priming::played;
}

AVStream* Output::add(const AVStream& source) {
  AVStream* stream = avformat_new_stream(format_, nullptr);
  if (stream == nullptr) return nullptr;
  last_dts_.push_back(AV_NOPTS_VALUE);
  stream->id = source.id;
  stream->time_base = source.time_base;
  stream->disposition = source.disposition;
  stream->sample_aspect_ratio = source.sample_aspect_ratio;
  stream->avg_frame_rate = source.avg_frame_rate;
  stream->r_frame_rate = source.r_frame_rate;
  stream->duration = source.duration;
  return stream;
}

bool Output::add_copy(const AVStream& source, std::vector<std::string>& notes) {
  if (is_made_again(source)) return false;
  const AVCodecParameters& codec = *source.codecpar;
  const bool held = is_cover(source) || codec.codec_type == AVMEDIA_TYPE_ATTACHMENT ||
                    (codec.codec_id != AV_CODEC_ID_NONE &&
                     avformat_query_codec(&writer(), codec.codec_id, FF_COMPLIANCE_NORMAL) != 0);
  AVStream* stream = held ? add(source) : nullptr;
  if (stream == nullptr || avcodec_parameters_copy(stream->codecpar, &codec) < 0) {
    notes.push_back(fmt::format("stream {} ({}, {}) is left out: the writer cannot hold it",
                                source.index, kind_of(source), avcodec_get_name(codec.codec_id)));
    return false;
  }
  stream->codecpar->codec_tag = tag_for(writer(), codec.codec_tag, codec.codec_id);
  copy_tags(*stream, source, false);
  copy_side_data(*stream, source, false, notes);
  return true;
}

Status Output::add_encoded(const AVStream& source, const AVCodecContext& encoder,
                           std::vector<std::string>& notes) {
  AVStream* stream = add(source);
  if (stream == nullptr) return fail("video.encode", "no room for a stream");
  const int error = avcodec_parameters_from_context(stream->codecpar, &encoder);
  if (error < 0) return av_failure("video.encode", "the stream cannot be described", error);
  stream->codecpar->codec_tag =
      tag_for(writer(), source.codecpar->codec_tag, stream->codecpar->codec_id);
  if (encoder.codec_type == AVMEDIA_TYPE_AUDIO) stream->time_base = encoder.time_base;
  copy_tags(*stream, source, true);
  copy_side_data(*stream, source, true, notes);
  for (int i = 0; i < encoder.nb_coded_side_data; ++i) {
    const AVPacketSideData& side = encoder.coded_side_data[i];
    if (std::uint8_t* copy = av_stream_new_side_data(stream, side.type, side.size))
      std::memcpy(copy, side.data, side.size);
  }
  return {};
}

Status Output::begin(const Input& source, ByteView file) {
  format_->opaque = this;
  av_dict_copy(&format_->metadata, source.format().metadata, 0);
  copy_chapters(*format_, source.format());
  Options options;
  set_options(options, writer().name, source, file);
  const int error = avformat_write_header(format_, options.get());
  if (error < 0) return write_failure(error);
  return {};
}

}  // namespace signmark::video
