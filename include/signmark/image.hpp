// SPDX-License-Identifier: Apache-2.0
// Room `image`: pixels in, pixels out. Lives in libsignmark-media.so, which is loaded on first
// need.
#ifndef SIGNMARK_IMAGE_HPP_
#define SIGNMARK_IMAGE_HPP_

#include <span>

#include "signmark/base.hpp"
#include "signmark/label.hpp"
#include "signmark/prints.hpp"

namespace signmark::image {

/// How changed pixels are encoded. Defaults keep what the source has.
struct EncodeOptions {
  std::optional<int>
      quality;  ///< 1..100 for lossy formats; unset: the source's own tables or a near match
};

// ---------------------------------------------------------------------------------------------
// The robust mark (image-mark.md)

/// How strongly the robust mark is laid: the PSNR that it aims at and the SSIM that it never falls
/// below (image-mark.md section 5.4).
enum class RobustStrength {
  invisible,  ///< 48 dB, SSIM 0.995
  normal,     ///< 45 dB from one megapixel up, 42 dB below; SSIM 0.990
  strong      ///< 39 dB, SSIM 0.975
};

/// A carrier key for pictures.
struct RobustKey {
  std::string name;           ///< "public" or the key's name, for findings
  std::span<const Byte> key;  ///< the 32 bytes of keys::Medium::image, the caller's
};

/// What goes into the pixels.
struct RobustRequest {
  std::vector<RobustKey> keys;  ///< one or two; two share the energy, 3 dB less each
  RobustStrength strength = RobustStrength::normal;
  std::uint64_t content_id = 0;
  std::array<Byte, 4> issuer_hint{};  ///< first bytes of the issuer's fingerprint
  UnixTime time = 0;
  /// Ed25519 over "signmark/image-frame/v1" || 0x00 || the 24 bytes it is given
  /// (image-mark.md 6.2); empty: the id frame alone.
  std::function<Result<std::array<Byte, 64>>(ByteView fields)> sign;
};

/// Where the tiles lie in the stored picture: tile coordinates u = R(-rotation) (x - origin) /
/// tile.
struct LatticePlace {
  double tile = 0;  ///< side of a tile in pixels
  double origin_x = 0, origin_y = 0;
  double rotation_degrees = 0;
  int width = 0, height = 0;  ///< of the stored picture
};

/// Signs of 64 low-frequency DCT coefficients of one registered, unmarked tile (section 6.3).
struct TileHash {
  int column = 0, row = 0;
  std::uint64_t bits = 0;
};

/// What was laid, measured on the encoded file (section 5.4, margin check).
struct RobustReport {
  bool signed_frame = false;
  std::string why_no_signed_frame;  ///< one clause for people; empty when it is there or not asked
  double psnr_db = 0, ssim = 0;     ///< of the mark alone, before the visible label and encoding
  double id_margin_db = 0, signed_margin_db = 0;  ///< above what decoding needs
  std::uint64_t fingerprint = 0;
  LatticePlace lattice;
  std::vector<TileHash> tiles;
};

/// One mark that was read from pixels. Numbers as image-mark.md sections 8 and 9 define them.
struct RobustMark {
  std::string key;
  double scale = 1;  ///< side of a tile in pixels of this picture
  double rotation_degrees = 0;
  bool mirrored = false;
  double pilot_z = 0;
  bool has_id = false;
  std::uint64_t content_id = 0;
  std::array<Byte, 3> issuer_hint{};
  bool promises_signed_frame = false;
  double id_z = 0, id_margin_db = 0;
  int id_bits_corrected = 0;
  bool has_signed = false;  ///< its check fits; the signature is the caller's to verify
  std::array<Byte, 24> signed_fields{};  ///< content id, issuer hint, time, fingerprint
  std::array<Byte, 64> signature{};
  double signed_z = 0, signed_margin_db = 0;
  int signed_bits_corrected = 0;
  double false_positive_log10 = 0;  ///< proven bound for this file
  std::array<int, 4> where{};       ///< x, y, width, height of the window it was found in
  /// Comparison of the carried fingerprint with the pixels (section 6.3).
  enum class Content { not_compared, fits, differs } content = Content::not_compared;
  int cells_compared = 0, cells_wrong = 0;
};

/// Block by block (section 11): whether the mark that must be there is there.
struct TamperMap {
  enum class Block : std::uint8_t { intact, altered, unknowable };
  int block = 0;  ///< side of a block in stored pixels
  int columns = 0, rows = 0;
  std::vector<Block> blocks;  ///< row by row
  Bytes png;                  ///< heat map over the darkened picture, as large as the picture
};

struct RobustLookup {
  std::vector<RobustKey> keys;
  bool deep = false;  ///< also parts of the picture, for collages; several times the time
  bool tamper_map = false;
  /// Tile hashes of a signed record of this work, when the caller has one.
  std::vector<TileHash> tiles;
  std::optional<LatticePlace> lattice;  ///< goes with `tiles`
};

struct RobustFinding {
  std::vector<RobustMark> marks;
  std::uint64_t hypotheses = 0;
  std::optional<TamperMap> map;
  /// With `RobustLookup::tiles`: tiles compared, and those whose content differs.
  int tiles_compared = 0;
  std::vector<TileHash> tiles_differing;
};

/// A file with changed pixels and without metadata (see container::transplant).
struct EncodedImage {
  Bytes file;
  label::Overlay overlay;  ///< what was drawn, as a person sees it
  std::optional<RobustReport> robust;
};

/// What is done to the pixels, in this order.
struct PixelChanges {
  const RobustRequest* robust = nullptr;
  const label::VisibleLabel* label = nullptr;
};

/// The room behind the loader; one object serves all threads.
class ImageRoom {
 public:
  virtual ~ImageRoom() = default;
  /// Lays the robust mark, draws the visible label (clause 5.2) over it on every frame or page, and
  /// encodes in the same format: PNG, JPEG, WebP, GIF, TIFF, AVIF, HEIF; depth, alpha, palette
  /// kind, chroma subsampling and quantisation kept. JPEG without a robust mark: blocks outside the
  /// label stay bit-identical. With a robust mark the encoded bytes are read back: when not even
  /// the id frame can be read the call fails; when the signed frame cannot, it is left out.
  /// `orientation`: EXIF 1..8 of the stored pixels. `format_mime` as in container::FormatInfo.
  /// Errors: `image.<format>.decode`, `image.<format>.encode`, `image.limit`, `image.unsupported`,
  /// `image.mark.margin` and `image.mark.size` (too little room), those of label::draw_label.
  [[nodiscard]] virtual Result<EncodedImage> change_pixels(const Context& context, ByteView file,
                                                           std::string_view format_mime,
                                                           int orientation,
                                                           const PixelChanges& changes,
                                                           const EncodeOptions& options) const = 0;
  /// Looks for robust marks in the first picture of a file. Errors: as above.
  [[nodiscard]] virtual Result<RobustFinding> find_robust(const Context& context, ByteView file,
                                                          std::string_view format_mime,
                                                          const RobustLookup& lookup) const = 0;
  /// SHA-256 over the decoded pixels of all frames with their geometry: equal for two files exactly
  /// when their pictures are. Errors: as above.
  [[nodiscard]] virtual Result<Bytes> pixel_digest(const Context& context, ByteView file,
                                                   std::string_view format_mime) const = 0;
  /// Retrieval prints of the first picture as a person sees it: the whole and windows of it.
  /// Nothing for a picture without content (one colour). Errors: as above.
  [[nodiscard]] virtual Result<std::vector<Print>> prints(const Context& context, ByteView file,
                                                          std::string_view format_mime,
                                                          int orientation, PrintUse use) const = 0;
};

/// Loads libsignmark-media.so beside the library, once. Errors: `image.load` with the loader's
/// words.
Result<const ImageRoom*> load();

}  // namespace signmark::image

#endif  // SIGNMARK_IMAGE_HPP_
