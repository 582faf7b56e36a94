// SPDX-License-Identifier: Apache-2.0
// What a watermark must offer to be measured; signmark's own and, for comparison, its open peers.
#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "options.hpp"
#include "pictures.hpp"

namespace signmark::bench {

struct Marked {
  cv::Mat bgr;
  bool signed_frame = false;
  double cpu_ms = 0;
  double again_ms = 0;  ///< the same once more, with memory and caches warm; 0: not measured
};

struct Verdict {
  bool id_exact = false;         ///< every field as written
  bool signed_verified = false;  ///< Ed25519 accepts it and the content id is ours
  bool wrong = false;            ///< a payload that was never written into this picture
  double pilot_z = 0, id_z = 0, id_margin_db = 0, signed_z = 0, signed_margin_db = 0;
  double scale = 0, rotation_degrees = 0;
  bool mirrored = false;
  std::uint64_t hypotheses = 0;
  int bits_right = 0;  ///< of a peer's 64; it has no checksum that would say so itself
  double cpu_ms = 0;
};

/// The default of --codec; the others are peers.
inline constexpr const char* kOwnCodec = "signmark";

/// A watermark with its keys. Thread-safe.
class Codec {
 public:
  Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  virtual ~Codec() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  /// Payloads 0, 1, ... of a picture differ. Throws std::runtime_error with the codec's error.
  [[nodiscard]] virtual Marked embed(const Picture& picture, int payload) const = 0;
  /// Reads `bgr`, a version of `original` that carries payload 0 (`signed_frame`: and a signed
  /// frame). Payloads up to 2 are not wrong: colluders mix them in.
  [[nodiscard]] virtual Verdict read(const cv::Mat& bgr, const Picture& original,
                                     bool signed_frame) const = 0;
};

/// Names for make_codec().
const std::vector<std::string>& codec_names();

/// Throws std::invalid_argument for a name that does not exist.
std::unique_ptr<Codec> make_codec(const std::string& name, const Options& options);

/// The 64 bits that payload 0, 1, ... of a picture consists of, whatever the codec.
std::uint64_t payload_of(const Picture& picture, int payload, std::uint64_t seed);

}  // namespace signmark::bench
