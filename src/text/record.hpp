// SPDX-License-Identifier: Apache-2.0
// The SMT1 record as bytes and as selectors (text-mark.md 4.1 and 4.4), and the tags in it.
#pragma once

#include <sodium.h>

#include <functional>

#include "signmark/text.hpp"
#include "text/characters.hpp"

namespace signmark::text {

using Tag = std::uint64_t;

inline constexpr std::size_t kMostUnits = 255;  ///< n is one byte
inline constexpr std::size_t kTagSize = 8;
inline constexpr std::size_t kSignatureSize = 64, kCheckSize = 2;
inline constexpr std::size_t kMostHidden = 4096;  ///< hidden bytes of one record

/// What the fields of a record say beside its tags.
struct RecordHead {
  std::array<Byte, 4> key_hint{};
  std::uint64_t content_id = 0;
  std::uint32_t block = 0, blocks = 0;
  UnixTime time = 0;
  std::uint32_t characters = 0;
};

/// The signed bytes: head and tags. At most kMostUnits tags.
Bytes record_fields(const RecordHead& head, std::span<const Tag> tags);
/// Fields that do not say when: equal for two records of the same text by the same key.
std::string without_time(ByteView fields);
/// U+2060 and the selectors of fields, signature and check.
std::string record_text(ByteView fields, const std::array<Byte, 64>& signature);
/// Tag `unit` of a record that parse_record() made.
Tag tag_of(const Record& record, std::size_t unit);

/// Whether bytes can be the beginning of a record.
bool begins_record(ByteView bytes);
/// A record at the beginning of `bytes` whose check fits; `size` is what it takes.
struct ParsedRecord {
  Record record;
  std::size_t size = 0;
};
std::optional<ParsedRecord> parse_record(ByteView bytes);

/// A run of variation selectors as bytes.
struct SelectorRun {
  Range where;
  Bytes bytes;
};
/// The run of selectors at `position`, which must be one.
SelectorRun take_run(std::string_view text, std::size_t position);

/// A record, or the beginning of one, within a run.
struct RunRecord {
  std::optional<Record> record;  ///< nothing: damaged
  Range where;                   ///< in the text
};
/// Reads a run front to back. A selector that belongs to the character before the run, an emoji
/// say, may precede each record.
std::vector<RunRecord> records_of(const SelectorRun& run);

/// SHA-256("smt1-s" || content id || canonical unit), first 8 bytes. The state is copied to try
/// several ends of one text, which is why this is libsodium's and not base/hash.
class Tagger {
 public:
  explicit Tagger(std::uint64_t content_id);
  Tagger& add(std::string_view canonical);
  [[nodiscard]] Tag tag() const;

 private:
  crypto_hash_sha256_state state_;
};

}  // namespace signmark::text
