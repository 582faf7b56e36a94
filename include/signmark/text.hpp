// SPDX-License-Identifier: Apache-2.0
// Room `text`: the signed invisible mark SMT1 in prose, and what is read from it.
//
// The design is text-mark.md; section numbers below are its. The room knows passages
// (signmark/passage.hpp), no document formats and no keys: containers give and take passages, the
// caller signs and verifies.
//
// Marking:    mark(passages as they will be published, visible label included) -> insertions.
// Verifying:  find_records(passages) -> the caller verifies each signature ->
//             judge(passages, records, those whose signature is good) -> pieces.
// Everything is linear in the text, whatever stands in it. All functions are thread-safe.
#ifndef SIGNMARK_TEXT_HPP_
#define SIGNMARK_TEXT_HPP_

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"
#include "signmark/passage.hpp"
#include "signmark/prints.hpp"

namespace signmark::text {

// ---------------------------------------------------------------------------------------------
// Canonical text and units (sections 4.2 and 4.3)

/// A position in a list of passages: before the byte `offset` of `passage`.
struct Place {
  std::size_t passage = 0;
  std::uint64_t offset = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// One sentence, or a few short ones, or a part of a very long one: what a tag stands for. A unit
/// may reach over the end of a passage when passages are short.
struct Unit {
  Place begin, end;
  std::string canonical;
};

/// Canonical text (canon-1) of all passages but the verbatim ones: what stays the same when text is
/// re-wrapped, normalised (NFC), or typed with other quotes, dashes, widths or spaces beside Han.
/// Bidi embeddings, overrides and isolates stay in it: they change what a reader sees.
/// Errors: `text.utf8` with passage and byte, `text.sentence` (over 4 million characters without an
/// end of a sentence, line or clause: data, not prose).
Result<std::string> canonical_text(std::span<const Passage> passages);

/// The units of rule 1, in order, as mark() sees them. Errors: those of canonical_text().
Result<std::vector<Unit>> units(std::span<const Passage> passages);

// ---------------------------------------------------------------------------------------------
// Marking (section 4.4)

/// How much text one record speaks for.
enum class Density {
  dense,  ///< up to 100 Chinese or 330 Latin characters
  /// Up to 230 Chinese or 770 Latin characters: every excerpt of 300 Chinese characters holds a
  /// record and a whole unit of its block.
  normal,
  end  ///< as much as one record can list: 255 units
};

/// Where the record of a block stands.
enum class Placement {
  middle,  ///< behind a unit within the block, so that the block's head carries it too
  end      ///< behind the block's last unit
};

struct MarkRequest {
  Density density = Density::normal;
  Placement placement = Placement::middle;
  std::uint64_t content_id = 0;
  std::array<Byte, 4> key_hint{};  ///< first bytes of the signing key's fingerprint
  UnixTime time = 0;
  /// Ed25519 over "signmark/text-record/v1" || 0x00 || the fields it is given
  /// (keys::Signer::sign_object, type "text-record"). Called once a block.
  std::function<Result<std::array<Byte, 64>>(ByteView fields)> sign;
};

struct MarkReport {
  std::uint64_t blocks = 0;        ///< records that the text carries afterwards for this request
  std::uint64_t kept = 0;          ///< of those: they stood there before, nothing was inserted
  std::uint64_t units = 0;         ///< sentences that they speak for
  std::uint64_t characters = 0;    ///< canonical ones
  std::uint64_t hidden_bytes = 0;  ///< payload of the inserted records; 3.94 UTF-8 bytes each
};

struct Marking {
  std::vector<Insertion> insertions;  ///< ascending by passage and offset
  MarkReport report;
};

/// Signs the text block by block. Insertions stand only in prose, behind sentence-final punctuation
/// or at a passage's end, never inside or beside `closed` ranges. A record that is already there
/// (same content id, key hint and tags) is kept: marking a marked text with the same content id
/// inserts nothing. Invisible characters of others stay and do not matter.
/// Errors: `text.mark.size` (fewer than 10 Chinese or 25 Latin characters, or nowhere to put a
/// record; the hint says the cure), `base.cancelled`, those of canonical_text() and of `sign`.
Result<Marking> mark(const Context& context, std::span<const Passage> passages,
                     const MarkRequest& request);

// ---------------------------------------------------------------------------------------------
// Reading (sections 4.1 and 4.4)

/// A record whose check fits. Nothing in it is true before its signature was verified.
struct Record {
  Bytes fields;                      ///< the signed bytes, for keys::verify_object("text-record")
  std::array<Byte, 64> signature{};  ///< the caller's to verify
  std::array<Byte, 4> key_hint{};
  std::uint64_t content_id = 0;
  std::uint32_t block = 0, blocks = 0;  ///< index from 0, and how many blocks there were
  UnixTime time = 0;
  std::uint32_t characters = 0;  ///< canonical characters of the block; 65535: that many or more
  std::size_t units = 0;         ///< tags in it, 1 to 255
  std::size_t passage = 0;
  Range where;  ///< the run of selectors, without its guard
};

/// A run that begins as a record and is none: cut, or changed.
struct DamagedRecord {
  std::size_t passage = 0;
  Range where;
  std::string why;
};

struct Records {
  std::vector<Record> records;  ///< in reading order; exact copies are there once
  std::vector<DamagedRecord> damaged;
  std::uint64_t copies = 0;  ///< exact copies left out
};

/// Finds records by the runs of variation selectors themselves, in every kind of passage, with or
/// without the guard U+2060. At most 4 KiB of hidden bytes belong to one record.
/// Errors: `text.utf8`, `text.read.records` (more records than a text of this size can carry),
/// `base.cancelled`.
Result<Records> find_records(const Context& context, std::span<const Passage> passages);

/// What became of a stretch of text (section 4.5).
enum class Outcome {
  authentic,  ///< as it was signed
  changed,    ///< stands where signed units stood that are no longer there
  missing,    ///< signed units that are not there, between others that are; no text
  reordered,  ///< as it was signed, but elsewhere than it was, or once more
  inserted,   ///< stands between signed units that followed each other
  unmarked    ///< no record speaks for it: other text, or what an excerpt's edge cut through
};

/// "authentic", "changed", ...
std::string_view outcome_name(Outcome outcome);

struct Piece {
  Outcome outcome = Outcome::unmarked;
  Place begin, end;              ///< `missing`: equal, where it would stand
  std::uint64_t characters = 0;  ///< canonical characters of the text
  std::size_t units = 0;         ///< signed units that it is or stands for; 0 when unmarked
  /// Index into Records::records for authentic and reordered pieces; npos for others.
  std::size_t record = npos;
  std::size_t unit = 0;  ///< index within that record
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

/// One line of the block map.
struct Block {
  std::size_t record = 0;  ///< index into Records::records
  std::size_t units = 0;   ///< that it signed
  std::size_t found = 0;   ///< of those: in the text, authentic or reordered
};

/// All that accepted records of one content id say together.
struct Work {
  std::uint64_t content_id = 0;
  std::uint32_t blocks = 0;     ///< that the work had when it was marked
  std::vector<Block> present;   ///< ascending by block index
  std::uint64_t authentic = 0;  ///< canonical characters
  std::size_t changed = 0, missing = 0, reordered = 0, inserted = 0;  ///< pieces, within the work
  /// The signatures are good and no tag fits but perhaps those of a few short words: the records
  /// belong to other text.
  bool foreign = false;
};

struct Judgement {
  std::vector<Piece> pieces;  ///< in reading order; the text ones cover all text but verbatim
  std::vector<Work> works;    ///< in order of first appearance
  std::uint64_t characters = 0, authentic = 0;  ///< canonical ones
  /// Share of the canonical characters that are authentic, 0 to 1.
  [[nodiscard]] double coverage() const {
    return characters == 0 ? 0 : static_cast<double>(authentic) / static_cast<double>(characters);
  }
};

/// Compares the text with the records whose signature the caller found good. `accepted` are indexes
/// into `records.records`, in any order. Texts are found wherever they stand, not only beside
/// their record: over the whole text for the four content ids with most records, within a few
/// blocks of the record for further ones.
/// Errors: `base.cancelled`, those of canonical_text().
Result<Judgement> judge(const Context& context, std::span<const Passage> passages,
                        const Records& records, std::span<const std::size_t> accepted);

/// A piece as byte ranges of passages; verbatim passages in between are left out.
struct PassageRange {
  std::size_t passage = 0;
  Range range;
};
std::vector<PassageRange> ranges_of(const Piece& piece, std::span<const Passage> passages);

// ---------------------------------------------------------------------------------------------
// Invisible characters (section 3.3)

enum class InvisibleKind {
  record,              ///< a signmark record, its check fits
  damaged_record,      ///< begins like one
  c2pa_wrapper,        ///< C2PA A.8, with its U+FEFF
  guard,               ///< U+2060 before a record
  selector,            ///< a variation selector in normal use: behind an emoji or a character
  selector_run,        ///< several variation selectors that hide something else
  bidi,                ///< embeddings, overrides, isolates and marks of direction
  tag,                 ///< U+E0000..E007F, outside of a flag emoji
  emoji_part,          ///< joiner, selector or tag within an emoji
  joiner,              ///< ZWJ and ZWNJ where a script needs them
  zero_width,          ///< U+200B, U+200C, U+200D, U+2060, U+FEFF and the like elsewhere
  invisible_operator,  ///< U+2061..2064
  space,               ///< a space that is not U+0020 or U+3000
  control,             ///< C0 and C1 but tab and line ends
  other                ///< soft hyphen, fillers, whatever Unicode calls default-ignorable
};

/// "record", "bidi control", ...: a few words for people.
std::string_view invisible_kind_name(InvisibleKind kind);

/// A run of invisible characters of one kind; other than in records and wrappers of one character.
struct Invisible {
  std::size_t passage = 0;
  Range where;              ///< bytes
  std::uint64_t count = 0;  ///< code points
  char32_t first = 0;
  InvisibleKind kind = InvisibleKind::other;
};

struct InvisibleList {
  std::vector<Invisible> runs;      ///< in reading order
  std::uint64_t runs_left_out = 0;  ///< beyond the limit
  std::uint64_t characters = 0;     ///< invisible code points in all
};

/// Every invisible code point of a text, at most `limit` runs in full. Errors: `text.utf8`.
Result<InvisibleList> list_invisible(std::span<const Passage> passages, std::size_t limit = 10'000);

/// "U+200B ZERO WIDTH SPACE".
std::string code_point_name(char32_t code_point);

// ---------------------------------------------------------------------------------------------
// C2PA wrapper in unstructured text (C2PA 2.5, A.8; c2pa.md section 9.1)

/// U+FEFF and the selectors of a manifest store; padded to a length that depends on the store's
/// size alone. To be put at the end of an NFC text.
std::string c2pa_wrapper(ByteView store);

struct C2paWrapper {
  Range where;  ///< in the bytes of the text: U+FEFF, run and padding
  Bytes store;
};

/// All well-formed wrappers of a text; more than one means "no manifest" to C2PA. Wrappers above
/// `max_store` bytes are not looked at.
std::vector<C2paWrapper> find_c2pa_wrappers(std::string_view text, std::uint64_t max_store);

// ---------------------------------------------------------------------------------------------
// Fingerprint for the ledger

/// MinHash of the shingles of canonical text: a slot agrees between two texts with about the
/// probability that a shingle of one is in both. Slots of short texts may be empty (0).
struct Fingerprint {
  static constexpr std::size_t kSlots = 64;
  std::array<std::uint16_t, kSlots> slots{};
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// Errors: `text.utf8`, `text.fingerprint.size` (fewer than 20 shingles: anything would match).
Result<Fingerprint> fingerprint(std::span<const Passage> passages);

/// Share of the slots filled in both that agree, 0 to 1.
double similarity(const Fingerprint& a, const Fingerprint& b);

/// Two texts at or above are near-duplicates: see tests/bench/text_mark_bench.cpp for the rates.
inline constexpr double kNearDuplicate = 0.25;

// ---------------------------------------------------------------------------------------------
// Retrieval prints for the ledger

/// Prints of a text's stretches of about 80 Chinese or 200 Latin characters, one from each
/// sentence on, at most 256; `part` is the number of that sentence. Nothing for shorter texts than
/// 50 Chinese or 125 Latin characters. Marks, case, white space and punctuation do not matter.
/// Verbatim passages are the caller's to leave out; what is behind bytes that are no UTF-8 has no
/// prints.
std::vector<Print> prints(const std::vector<std::string_view>& passages, PrintUse use);

}  // namespace signmark::text

#endif  // SIGNMARK_TEXT_HPP_
