// SPDX-License-Identifier: Apache-2.0
// The lattice mark on one luma plane: embed, detect. No file format here; video frames come through
// the same door. Design: image-mark.md; data flow:
//
//   embed: luma ─ mask ─┐                       detect: luma ─ front end ─ acquire ─ refine ─ fold
//          frames ─ tile ─ change of luma                 ─ id frame ─ signed frame ─ findings
#pragma once

#include <array>
#include <functional>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "image/luma.hpp"
#include "signal/frames.hpp"
#include "signmark/image.hpp"

namespace signmark::image {

/// A carrier key for pictures: the 32 bytes of keys::Medium::image, wiped by the owner.
struct MarkKey {
  std::string name;  ///< "public" or the key's name, for findings
  std::span<const Byte, 32> key;
};

// ---------------------------------------------------------------------------------------------
// Embedding

struct EmbedRequest {
  std::vector<MarkKey> keys;  ///< one or two; two share the energy
  RobustStrength strength = RobustStrength::normal;
  signal::IdFrame id;
  /// Present: the signed frame goes in as well, from 0.2 megapixels up. Its content fingerprint is
  /// filled in by embed, which then asks `sign` for the signature over the packed fields.
  std::optional<signal::SignedFrame> signed_frame;
  signal::FrameSigner sign;
  /// Caps of its own instead of the strength's, for measurements; 0: the strength's.
  double psnr_db = 0, ssim = 0;
};

struct Embedding {
  cv::Mat change;      ///< CV_32FC1, to be added to luma (to R, G and B alike); 0 where clear
  double psnr_db = 0;  ///< of the unrounded change, over the whole picture
  double ssim = 0;     ///< measured on a sixth of the rows
  bool signed_frame = false;
  LatticePlace lattice;  ///< where the tiles lie
  std::vector<TileHash> tiles;
};

/// Computes the change; the caller adds, rounds and clips it. Errors: `image.mark.size` (under 96
/// px a side), those of `sign`, `base.cancelled`. Deterministic for one Context randomness.
/// Thread-safe.
Result<Embedding> embed_lattice(const Context& context, const LumaPicture& picture,
                                const EmbedRequest& request);

// ---------------------------------------------------------------------------------------------
// Detection

/// Affine map from picture pixels to tile units: u = A (x - centre) + t.
struct LatticeMap {
  double a = 0, b = 0, c = 0, d = 0;  ///< row-major 2x2
  double tx = 0, ty = 0;
};

struct DetectRequest {
  std::vector<MarkKey> keys;
  bool deep = false;  ///< also windows of the picture, for collages; several times the time
  bool tamper_map = false;
};

struct FoundMark {
  std::string key;  ///< MarkKey::name
  LatticeMap map;
  double scale = 1;             ///< tile size now, in pixels of this picture
  double rotation_degrees = 0;  ///< -180..180, of the lattice against the picture
  bool mirrored = false;
  double pilot_z = 0;  ///< noise-normalised pilot statistic
  std::optional<signal::IdFrame> id;
  double id_z = 0;                                  ///< section 9.1's statistic of the id frame
  double id_margin_db = 0;                          ///< Eb/N0 above what decoding needs
  int id_bits_corrected = 0;                        ///< code bits that arrived wrong
  std::optional<signal::SignedFrame> signed_frame;  ///< signature not checked here
  double signed_z = 0, signed_margin_db = 0;
  int signed_bits_corrected = 0;
  double false_positive_log10 = 0;  ///< bound of section 9.1 for this file, log10
  cv::Rect where;                   ///< the window in which it was found
};

struct Detection {
  std::vector<FoundMark> marks;
  std::uint64_t hypotheses = 0;  ///< maps decoded, times keys and frames
  double best_pilot_z = 0;
};

/// Looks for marks of all keys. Errors: `base.cancelled`. Thread-safe.
Result<Detection> detect_lattice(const Context& context, const LumaPicture& picture,
                                 const DetectRequest& request);

// ---------------------------------------------------------------------------------------------

/// Checks the keys of a request; views, the caller keeps the bytes. Errors: `image.mark.key`.
Result<std::vector<MarkKey>> mark_keys(const std::vector<RobustKey>& keys);

/// A finding in the room's public type, content not compared.
RobustMark to_mark(const FoundMark& found);

}  // namespace signmark::image
