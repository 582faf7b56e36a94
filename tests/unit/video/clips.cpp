// SPDX-License-Identifier: Apache-2.0
// Small films and sounds of every kind, made by the ffmpeg program, and a look into files.
#include "unit/video/clips.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <fstream>

#include "base/hash.hpp"
#include "video/decoder.hpp"
#include "video/floats.hpp"
#include "video/room.hpp"

namespace signmark::video::test {
namespace {

using signmark::test::ScratchDir;
using signmark::test::slurp;
using signmark::test::test_context;

constexpr const char* kInputs =
    " -f lavfi -i testsrc2=s=128x96:r=25:d=2.4 -f lavfi -i sine=440:d=2.4:r=44100"
    " -f lavfi -i sine=880:d=2.4:r=48000 -f lavfi -i color=red:s=32x32:r=25:d=0.04"
    " -i text.srt -i chapters.txt";
constexpr const char* kH264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 12";

/// One process makes them all: starting ffmpeg costs more than these clips.
std::string recipe() {
  const std::string h264 = kH264;
  const std::string film = " -map 0 -map 1";
  return std::string(" -map 0 -map 1 -map 2 -map 4 -map 3 -map_metadata 5 -map_chapters 5") +
         " -c:v:0 libx264 -preset veryfast -pix_fmt yuv420p -g 12 -bf 2 -c:v:1 png -c:a aac" +
         " -c:s mov_text -disposition:v:1 attached_pic -metadata:s:a:0 language=deu" +
         " -metadata:s:a:1 language=eng -disposition:a:0 0 -disposition:a:1 default full.mp4" +
         film + " -c:v prores_ks -c:a pcm_s24le -timecode 01:00:00:00 prores.mov" +
         " -map 0 -c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -tag:v hvc1" +
         " -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -x265-params" +
         " log-level=none:master-display=\"G(13250,34500)B(7500,3000)R(34000,16000)"
         "WP(15635,16450)L(10000000,1)\":max-cll=1000,400 hdr.mp4" +
         film + " -map 4 -c:v libx264 -preset ultrafast -pix_fmt yuv420p10le -c:a ac3 -c:s srt" +
         " -attach text.srt -metadata:s:t mimetype=text/plain" +
         " -metadata AIGC='{\"Label\":\"1\"}' ten.mkv" + " -map 0 -map 2 -c:v libvpx-vp9" +
         " -deadline realtime -cpu-used 8 -c:a libopus vp9.webm" + film + h264 + " -c:a aac a.flv" +
         film + " -c:v mpeg4 -c:a libmp3lame a.avi" + " -map 0" + h264 +
         " -vf setfield=tff -flags +ildct+ilme inter.mp4" + " -map 0" + h264 +
         " -vf select='lt(n\\,20)+not(mod(n\\,3))',setsar=16/11 -vsync vfr vfr.mp4" + film +
         " -c:v mpeg2video -c:a mp2 mpeg2.mkv" +
         " -map 0 -c:v ffv1 -pix_fmt yuva420p -color_range tv alpha.mkv" + " -map 0" + h264 +
         " base.mp4" + " -map 1 -c:a pcm_s16le a.wav" + " -map 1 -c:a pcm_s24le b.wav" +
         " -map 1 -map 3 -c:a libmp3lame -c:v png -metadata title=Titel a.mp3" +
         " -map 1 -map 3 -c:a flac -c:v png -disposition:v attached_pic a.flac" +
         " -map 1 -c:a libvorbis -metadata title=Titel a.ogg" + " -map 2 -c:a libopus b.ogg" +
         " -map 1 -c:a aac a.m4a" + " -map 1 -c:a aac a.aac";
}

class Clips {
 public:
  Clips() {
    std::ofstream(folder_ / "text.srt") << "1\n00:00:00,500 --> 00:00:01,500\nHallo\n";
    std::ofstream(folder_ / "chapters.txt")
        << ";FFMETADATA1\ntitle=Film\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=Eins\n"
           "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=2400\ntitle=Zwei\n";
    const std::string in_folder = "cd " + folder_.path().string() + " && ffmpeg -v error -y";
    run(in_folder + kInputs + recipe());
    run(in_folder + " -i base.mp4 -c copy -metadata:s:v:0 rotate=90 rotated.mp4");
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return folder_ / name;
  }

 private:
  ScratchDir folder_;
};

std::map<std::string, std::string> tags_of(const AVDictionary* tags) {
  std::map<std::string, std::string> list;
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(tags, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
    std::string key = entry->key;  // Matroska's writer has them in capitals
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return std::tolower(c); });
    if (key != "encoder" && key != "duration") list[key] = entry->value;
  }
  return list;
}

SeenStream facts_of(const AVStream& stream) {
  const AVCodecParameters& codec = *stream.codecpar;
  SeenStream seen;
  seen.codec = avcodec_get_name(codec.codec_id);
  std::array<char, AV_FOURCC_MAX_STRING_SIZE> tag{};
  seen.tag = av_fourcc_make_string(tag.data(), codec.codec_tag);
  const char* pixels = codec.codec_type == AVMEDIA_TYPE_VIDEO
                           ? av_get_pix_fmt_name(static_cast<AVPixelFormat>(codec.format))
                           : nullptr;
  seen.pixels = pixels == nullptr ? "" : pixels;
  const char* profile = avcodec_profile_name(codec.codec_id, codec.profile);
  seen.profile = profile == nullptr ? "" : profile;
  seen.tags = tags_of(stream.metadata);
  for (int i = 0; i < stream.nb_side_data; ++i) {
    const AVPacketSideData& side = stream.side_data[i];
    if (side.type == AV_PKT_DATA_CPB_PROPERTIES) continue;  // the encoder's
    seen.side_data[side.type] = Bytes(side.data, side.data + side.size);
  }
  seen.disposition = stream.disposition;
  seen.time_base = {stream.time_base.num, stream.time_base.den};
  seen.aspect = {stream.sample_aspect_ratio.num, stream.sample_aspect_ratio.den};
  seen.colours = {codec.color_primaries, codec.color_trc, codec.color_space};
  seen.fields = codec.field_order;
  seen.extra = Bytes(codec.extradata, codec.extradata + codec.extradata_size);
  return seen;
}

/// Decodes one stream of the list.
class StreamEye {
 public:
  StreamEye(const AVStream& stream, SeenStream& seen) : stream_(stream), seen_(seen) {
    if (!is_film(stream) && !is_sound(stream)) return;
    auto decoder = Decoder::open(test_context(), stream, Effort::whole);
    REQUIRE_OK(decoder);
    decoder_ = std::move(*decoder);
  }

  void take(const AVPacket* packet) {
    if (packet != nullptr) {
      const std::string times = std::to_string(packet->pts) + ' ' + std::to_string(packet->dts);
      hash_.update(as_bytes(times));
      hash_.update(ByteView(packet->data, static_cast<std::size_t>(packet->size)));
      if (is_film(stream_) && (packet->flags & AV_PKT_FLAG_KEY) != 0)
        seen_.keyframes.push_back(seconds_of(packet->pts, stream_.time_base));
    } else {
      seen_.packets = hash_.finish();
    }
    if (!decoder_) return;
    REQUIRE_OK(decoder_->push(packet, [&](const AVFrame& frame) {
      return is_film(stream_) ? picture(frame) : sound(frame);
    }));
    seen_.broken = decoder_->broken();
  }

 private:
  Status picture(const AVFrame& frame) {
    if (seen_.pts.empty()) {
      seen_.interlaced = frame.interlaced_frame != 0;
      seen_.top_first = frame.top_field_first != 0;
      for (int i = 0; i < frame.nb_side_data; ++i) {
        const AVFrameSideData& side = *frame.side_data[i];
        seen_.frame_side_data[side.type] = Bytes(side.data, side.data + side.size);
      }
    }
    if (seen_.pts.size() % 25 == 0) {
      const AVPixFmtDescriptor* format =
          av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
      const std::ptrdiff_t width =
          std::ptrdiff_t{frame.width} * (format->comp[0].depth > 8 ? 2 : 1);
      Bytes luma;
      for (std::ptrdiff_t y = 0; y < frame.height; ++y)
        luma.insert(luma.end(), frame.data[0] + y * frame.linesize[0],
                    frame.data[0] + y * frame.linesize[0] + width);
      seen_.first_luma.push_back(std::move(luma));
    }
    seen_.pts.push_back(frame.best_effort_timestamp);
    return {};
  }

  Status sound(const AVFrame& frame) {
    if (!run_) {
      auto made = FloatRun::open(frame, stream_.time_base);
      REQUIRE_OK(made);
      run_ = std::move(*made);
    }
    return run_->push(frame, [&](const audio::Block& block) -> Status {
      seen_.samples.insert(seen_.samples.end(), block.channels[0],
                           block.channels[0] + block.samples);
      return {};
    });
  }

  const AVStream& stream_;
  SeenStream& seen_;
  std::optional<Decoder> decoder_;
  std::optional<FloatRun> run_;
  Hasher hash_{HashAlg::sha256};
};

}  // namespace

std::filesystem::path clip(const std::string& name) {
  static const Clips clips;
  return clips / name;
}

std::string mime_of(const std::filesystem::path& path) {
  static const std::map<std::string, std::string> kTypes = {
      {".mp4", "video/mp4"},        {".mov", "video/quicktime"}, {".m4a", "audio/mp4"},
      {".mkv", "video/x-matroska"}, {".webm", "video/webm"},     {".flv", "video/x-flv"},
      {".avi", "video/x-msvideo"},  {".wav", "audio/wav"},       {".mp3", "audio/mpeg"},
      {".flac", "audio/flac"},      {".ogg", "audio/ogg"},       {".aac", "audio/aac"}};
  return kTypes.at(path.extension().string());
}

const SeenStream& Seen::film() const {
  for (const SeenStream& stream : streams)
    if (!stream.pts.empty()) return stream;
  FAIL("no film");
  return streams.front();
}

const SeenStream& Seen::sound() const {
  for (const SeenStream& stream : streams)
    if (!stream.samples.empty()) return stream;
  FAIL("no sound");
  return streams.front();
}

Seen see(const std::filesystem::path& path) {
  const Bytes file = slurp(path);
  auto input = Input::open(test_context(), file, mime_of(path));
  REQUIRE_OK(input);
  Seen seen;
  seen.tags = tags_of(input->format().metadata);
  for (unsigned i = 0; i < input->format().nb_chapters; ++i) {
    const AVChapter& chapter = *input->format().chapters[i];
    seen.chapters.emplace_back(av_rescale_q(chapter.start, chapter.time_base, {1, 1000}),
                               tags_of(chapter.metadata)["title"]);
  }
  for (unsigned i = 0; i < input->count(); ++i) seen.streams.push_back(facts_of(input->stream(i)));
  std::vector<std::unique_ptr<StreamEye>> eyes;
  for (unsigned i = 0; i < input->count(); ++i)
    eyes.push_back(std::make_unique<StreamEye>(input->stream(i), seen.streams[i]));
  const Owned<AVPacket> packet = new_packet();
  while (input->read(*packet))
    eyes[static_cast<std::size_t>(packet->stream_index)]->take(packet.get());
  for (const auto& eye : eyes) eye->take(nullptr);
  return seen;
}

std::string run(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), count);
  const int status = ::pclose(pipe);
  INFO(command << '\n' << output);
  REQUIRE(status == 0);
  return output;
}

Wishes::Wishes() : film_key_(32, 0x21), sound_key_(32, 0x42) {
  notice.at_end = false;
  picture.keys = {{"film key", film_key_}};
  picture.content_id = 0x0123456789abcdef;
  sound.keys = {{"sound key", sound_key_}};
  sound.content_id = picture.content_id;
}

Done change(const std::filesystem::path& from, const std::filesystem::path& folder,
            const Changes& changes, const EncodeOptions& options) {
  const Bytes file = slurp(from);
  Done done;
  done.file = folder / ("out" + from.extension().string());
  std::filesystem::remove(done.file);
  auto report =
      video_room()->change(test_context(), file, mime_of(from), changes, options, done.file);
  INFO(from);
  REQUIRE_OK(report);
  done.report = std::move(*report);
  return done;
}

Result<Report> change_raw(const Context& context, ByteView file, std::string_view mime,
                          const Changes& changes, const std::filesystem::path& out) {
  return video_room()->change(context, file, mime, changes, {}, out);
}

Finding find(const std::filesystem::path& path, const Lookup& lookup) {
  const Bytes file = slurp(path);
  auto finding = video_room()->find(test_context(), file, mime_of(path), lookup);
  REQUIRE_OK(finding);
  return std::move(*finding);
}

}  // namespace signmark::video::test
