// SPDX-License-Identifier: Apache-2.0
// Room `base`: the small vocabulary every other room speaks: results, errors, limits, context,
// ropes.
#ifndef SIGNMARK_BASE_HPP_
#define SIGNMARK_BASE_HPP_

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace signmark {

// ---------------------------------------------------------------------------------------------
// Bytes

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using ByteView = std::span<const Byte>;  // never owns; the caller keeps the bytes alive

/// Views the bytes of a string; valid as long as the string is.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

/// Views bytes as text, without any check of the encoding.
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// ---------------------------------------------------------------------------------------------
// Errors

/// What went wrong, where, and what cures it. Messages follow the house style: lower case, no full
/// stop, never a secret.
struct Error {
  std::string code;  ///< stable dotted name, e.g. `container.png.truncated`; never changes meaning
  std::string message;  ///< what failed, for people
  std::string where;    ///< file, byte offset, field: whatever locates it; may be empty
  std::string hint;     ///< the cure, with the corrected command where that is safe; may be empty

  /// Returns a copy whose `where` is filled in if it was empty: the first, nearest place wins.
  [[nodiscard]] Error at(std::string place) const {
    Error copy = *this;
    if (copy.where.empty()) copy.where = std::move(place);
    return copy;
  }
  /// Returns a copy whose `where` begins with the file that it happened in.
  [[nodiscard]] Error in_file(const std::string& file) const {
    Error copy = *this;
    if (!where.starts_with(file)) copy.where = where.empty() ? file : file + ": " + where;
    return copy;
  }
};

/// A value or an Error. Nothing in the library throws across a public function.
template <class T>
using Result = tl::expected<T, Error>;

/// Success or an Error.
using Status = Result<void>;

/// Builds the failing side of any Result.
inline tl::unexpected<Error> fail(std::string code, std::string message, std::string where = {},
                                  std::string hint = {}) {
  return tl::unexpected<Error>(
      Error{std::move(code), std::move(message), std::move(where), std::move(hint)});
}

// ---------------------------------------------------------------------------------------------
// Limits (architecture.md section 6, reliability.md section 6)

/// Upper bounds on what an input may ask of us. Every refusal names the limit, and `--limit
/// NAME=VALUE` raises it.
struct Limits {
  std::uint64_t image_pixels = 268'435'456;  ///< libavif's number: width*height*4 still fits 32 bit
  std::uint64_t image_side = 32'768;         ///< libavif's number
  std::uint64_t image_frames = 10'000;       ///< frames of a GIF or WebP animation, pages of a TIFF
  std::uint64_t metadata_block = 1U << 20;   ///< one XMP packet, EXIF block or AIGC value, bytes
  std::uint64_t manifest_store = 64U << 20;  ///< one C2PA store with all ingredients, bytes
  std::uint64_t file_size = 1ULL << 40;      ///< input file, bytes
  std::uint64_t json_depth = 16;             ///< nesting of any JSON that we read
  std::uint64_t box_depth = 32;              ///< nesting of BMFF, JUMBF, CBOR
  std::uint64_t blocks = 100'000;            ///< chunks, segments, boxes or IFD entries in one file
  std::uint64_t document_text = 256U << 20;  ///< text of one document, unpacked, bytes
};

/// One limit by name, for `--limit` and `doctor`.
struct LimitEntry {
  std::string_view name;  ///< as on the command line, with dashes
  std::uint64_t Limits::*field;
  std::string_view what;  ///< one line for people, with the unit
};

/// All limits in the order in which `doctor` prints them.
std::span<const LimitEntry> limit_table();

/// Sets one limit from `NAME=VALUE`; VALUE may end in K, M, G, KiB, MiB, GiB.
/// Errors: `base.limit.unknown`, `base.limit.value`.
Status set_limit(Limits& limits, std::string_view name_and_value);

// ---------------------------------------------------------------------------------------------
// Context

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
using UnixTime = std::int64_t;

/// Where the time comes from; replaced in tests so that the same input gives the same bytes.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UnixTime now() const = 0;
};

/// Where unpredictable bytes come from. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<Byte> out) = 0;
};

enum class LogLevel { debug, info, warning };

/// State of a named phase. `total` 0 means unknown. Phases are not an estimate of time.
struct Progress {
  std::string_view phase;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

/// Everything a call needs from the outside. Copyable, cheap; hand it by const reference.
/// Thread-safety: one Context may serve several threads if its callbacks may be called from them.
struct Context {
  Limits limits;
  std::shared_ptr<Clock> clock;
  std::shared_ptr<Random> random;
  std::function<void(LogLevel, std::string_view)> log;  ///< may be empty
  /// Returns false to cancel: the call then ends with `base.cancelled`. May be empty.
  std::function<bool(const Progress&)> progress;

  /// System clock, system randomness (libsodium), no log, no progress.
  static Context standard();

  /// Reports a phase; the error of a cancelled call otherwise.
  Status report(std::string_view phase, std::uint64_t done, std::uint64_t total) const;
};

/// A clock that stands still, for reproducible output.
std::shared_ptr<Clock> fixed_clock(UnixTime now);

/// A reproducible stream (ChaCha20 keyed by the seed). Never for keys.
std::shared_ptr<Random> seeded_random(std::uint64_t seed);

// ---------------------------------------------------------------------------------------------
// Ranges and ropes

/// Half-open byte range of a file.
struct Range {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  [[nodiscard]] std::uint64_t end() const { return offset + size; }
  friend bool operator==(const Range&, const Range&) = default;
};

/// A file that is about to be: pieces of the mapped input and new bytes, in order. Large media is
/// never copied in memory. The viewed input must outlive the rope. Movable, not copyable.
class Rope {
 public:
  Rope() = default;
  Rope(Rope&&) = default;
  Rope& operator=(Rope&&) = default;
  Rope(const Rope&) = delete;
  Rope& operator=(const Rope&) = delete;

  /// Appends a view; the bytes stay the caller's.
  void view(ByteView bytes);
  /// Appends bytes that the rope then owns.
  void own(Bytes bytes);
  /// Total size in bytes.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The pieces in order.
  [[nodiscard]] const std::vector<ByteView>& pieces() const { return pieces_; }
  /// Calls `sink` with consecutive pieces covering `range`; a sink error stops and is returned.
  /// Errors: `base.rope.range` when the range leaves the rope.
  Status visit(Range range, const std::function<Status(ByteView)>& sink) const;
  /// Copies a range; for small ranges. Errors: `base.rope.range`.
  Result<Bytes> copy(Range range) const;
  /// The whole rope as one buffer; for tests and small files.
  [[nodiscard]] Bytes flatten() const;
  /// Replaces bytes in place; only over owned pieces.
  /// Errors: `base.rope.range`, `base.rope.view` (internal: the range touches a viewed piece).
  Status patch(std::uint64_t offset, ByteView bytes);

 private:
  std::vector<ByteView> pieces_;
  std::deque<Bytes> owned_;
  std::uint64_t size_ = 0;
};

}  // namespace signmark

#endif  // SIGNMARK_BASE_HPP_
