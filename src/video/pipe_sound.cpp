// SPDX-License-Identifier: Apache-2.0
// PCM in, PCM out.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/file.hpp"
#include "video/descriptor.hpp"
#include "video/pipe.hpp"
#include "video/sound_path.hpp"

namespace signmark::video {
namespace {

constexpr std::size_t kChunk = 4096;  // samples a channel
constexpr int kMaxChannels = 64;

class PcmCodec {
 public:
  explicit PcmCodec(const VideoRoom::PcmShape& shape)
      : channels_(static_cast<std::size_t>(shape.channels)), floating_(shape.floating) {}

  [[nodiscard]] std::size_t sample_bytes() const { return floating_ ? 4 : 2; }
  [[nodiscard]] std::size_t step() const { return channels_ * sample_bytes(); }

  void decode(ByteView bytes, std::vector<std::vector<float>>& planes) const {
    const std::size_t samples = bytes.size() / step();
    planes.resize(channels_);
    for (std::size_t c = 0; c < channels_; ++c) {
      planes[c].resize(samples);
      for (std::size_t i = 0; i < samples; ++i)
        planes[c][i] = load(bytes.data() + i * step() + c * sample_bytes());
    }
  }

  [[nodiscard]] Bytes encode(const audio::Block& block) const {
    Bytes out(block.samples * step());
    for (std::size_t c = 0; c < channels_; ++c)
      for (std::size_t i = 0; i < block.samples; ++i)
        store(block.channels[c][i], out.data() + i * step() + c * sample_bytes());
    return out;
  }

 private:
  [[nodiscard]] float load(const Byte* at) const {
    if (floating_) {
      float value = 0;
      std::memcpy(&value, at, sizeof value);
      return value;
    }
    std::int16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return static_cast<float>(value) / 32768.0F;
  }
  void store(float value, Byte* at) const {
    if (floating_) {
      std::memcpy(at, &value, sizeof value);
      return;
    }
    const auto word =
        static_cast<std::int16_t>(std::clamp<long>(std::lrint(value * 32768.0F), -32768, 32767));
    std::memcpy(at, &word, sizeof word);
  }

  std::size_t channels_;
  bool floating_;
};

Status check_shape(const VideoRoom::PcmShape& shape, const Changes& changes) {
  if (shape.rate <= 0 || shape.channels <= 0 || shape.channels > kMaxChannels)
    return fail("video.pipe.syntax", "rate or number of channels is out of range");
  if (changes.picture != nullptr || changes.label != nullptr)
    return fail("video.unsupported", "a stream of sound has no pictures to mark or label");
  return {};
}

}  // namespace

Result<Report> pipe_pcm(const Context& context, int in, int out, const VideoRoom::PcmShape& shape,
                        const Changes& changes) {
  SIGNMARK_TRY(check_shape(shape, changes));
  const PcmCodec codec(shape);
  SIGNMARK_ASSIGN(
      SoundPath path,
      SoundPath::make(context, {.rate = shape.rate, .channels = shape.channels}, changes, -1));
  Report report;
  const audio::Sink sink = [&](const audio::Block& block) {
    const Bytes bytes = codec.encode(block);
    report.bytes_out += bytes.size();
    return write_all(out, bytes);
  };
  DescriptorReader reader(in);
  Bytes chunk(kChunk * codec.step());
  std::vector<std::vector<float>> planes;
  std::uint64_t samples = 0;
  for (std::size_t got = chunk.size(); got == chunk.size();) {
    SIGNMARK_ASSIGN(got, reader.read(chunk));
    if (got % codec.step() != 0)
      return fail("video.pipe.syntax", "the stream ends within a sample", {},
                  "check --channels and the sample format");
    codec.decode(ByteView(chunk).first(got), planes);
    std::vector<const float*> channels;
    channels.reserve(planes.size());
    for (const std::vector<float>& plane : planes) channels.push_back(plane.data());
    report.bytes_in += got;
    samples += got / codec.step();
    if (got > 0) SIGNMARK_TRY(path.push({channels, got / codec.step()}, sink));
    SIGNMARK_TRY(context.report("sound", samples * 1000 / static_cast<unsigned>(shape.rate), 0));
  }
  SIGNMARK_TRY(path.finish(sink));
  report.seconds = static_cast<double>(samples) / shape.rate;
  report.sound = path.report(report.seconds);
  return report;
}

}  // namespace signmark::video
