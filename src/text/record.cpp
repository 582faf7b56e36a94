// SPDX-License-Identifier: Apache-2.0
// The SMT1 record.
#include "text/record.hpp"

#include <algorithm>
#include <limits>

#include "base/bytes.hpp"

namespace signmark::text {
namespace {

// The first byte: version in the high half; in the low half how wide block and blocks are.
constexpr Byte kVersion = 0x10;
constexpr int kWidths = 3;                    // 0: one byte, 1: two, 2: four
constexpr std::size_t kHeadSize = 1 + 4 + 8;  // before the block numbers
constexpr std::size_t kTailSize = 4 + 2 + 1;  // time, characters, n
constexpr std::string_view kContext = "text.record";

std::size_t number_width(int code) { return std::size_t{1} << code; }
std::size_t fixed_size(int code) { return kHeadSize + 2 * number_width(code) + kTailSize; }

int width_code(std::uint32_t blocks) {
  return blocks <= 0x100 - 1 ? 0 : blocks <= 0x10000 - 1 ? 1 : 2;
}

void write_number(ByteWriter& writer, int code, std::uint32_t value) {
  if (code == 0) writer.u8(static_cast<std::uint8_t>(value));
  if (code == 1) writer.u16be(static_cast<std::uint16_t>(value));
  if (code == 2) writer.u32be(value);
}

std::uint32_t read_number(ByteReader& reader, int code) {
  if (code == 0) return reader.u8().value_or(0);
  return code == 1 ? reader.u16be().value_or(0) : reader.u32be().value_or(0);
}

/// CRC-16/CCITT-FALSE: polynomial 1021, start FFFF.
std::uint16_t check_of(ByteView bytes) {
  static const auto kTable = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned i = 0; i < table.size(); ++i) {
      unsigned crc = i << 8;
      for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000U) != 0 ? 0x1021U : 0U);
      table[i] = static_cast<std::uint16_t>(crc);
    }
    return table;
  }();
  std::uint16_t crc = 0xFFFF;
  for (const Byte b : bytes)
    crc = static_cast<std::uint16_t>((crc << 8) ^ kTable[((crc >> 8) ^ b) & 0xFFU]);
  return crc;
}

void read_head(ByteView fields, Record& record) {
  ByteReader reader(fields, kContext);
  const int code = reader.u8().value_or(0) & 0xF;
  if (const auto hint = reader.take(record.key_hint.size()))
    std::copy(hint->begin(), hint->end(), record.key_hint.begin());
  record.content_id = reader.u64be().value_or(0);
  record.block = read_number(reader, code);
  record.blocks = read_number(reader, code);
  record.time = reader.u32be().value_or(0);
  record.characters = reader.u16be().value_or(0);
  record.units = reader.u8().value_or(0);
}

}  // namespace

Bytes record_fields(const RecordHead& head, std::span<const Tag> tags) {
  const int code = width_code(head.blocks);
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(kVersion | code)).bytes(head.key_hint);
  writer.u64be(head.content_id);
  write_number(writer, code, head.block);
  write_number(writer, code, head.blocks);
  writer.u32be(static_cast<std::uint32_t>(head.time));
  writer.u16be(static_cast<std::uint16_t>(std::min<std::uint32_t>(head.characters, 0xFFFF)));
  writer.u8(static_cast<std::uint8_t>(tags.size()));
  for (const Tag tag : tags) writer.u64be(tag);
  return writer.take();
}

std::string without_time(ByteView fields) {
  std::string rest(as_text(fields));
  return rest.erase(fixed_size(fields[0] & 0xF) - kTailSize, 4);
}

std::string record_text(ByteView fields, const std::array<Byte, 64>& signature) {
  ByteWriter writer;
  writer.bytes(fields).bytes(signature);
  writer.u16be(check_of(writer.view()));
  std::string out;
  out.reserve(writer.size() * 4 + 3);
  append_utf8(out, kGuard);
  for (const Byte b : writer.view()) append_utf8(out, selector_of(b));
  return out;
}

Tag tag_of(const Record& record, std::size_t unit) {
  const std::size_t first = record.fields.size() - record.units * kTagSize;
  ByteReader reader(ByteView(record.fields).subspan(first + unit * kTagSize, kTagSize), kContext);
  return reader.u64be().value_or(0);
}

bool begins_record(ByteView bytes) {
  return bytes.size() >= fixed_size(0) && (bytes[0] & 0xF0) == kVersion &&
         (bytes[0] & 0xF) < kWidths;
}

std::optional<ParsedRecord> parse_record(ByteView bytes) {
  if (!begins_record(bytes)) return std::nullopt;
  const std::size_t fixed = fixed_size(bytes[0] & 0xF);
  if (bytes.size() < fixed) return std::nullopt;
  const std::size_t fields = fixed + bytes[fixed - 1] * kTagSize;
  const std::size_t size = fields + kSignatureSize + kCheckSize;
  if (size > kMostHidden || bytes.size() < size || fields == fixed) return std::nullopt;
  const ByteView signature = bytes.subspan(fields, kSignatureSize);
  const std::uint16_t check = check_of(bytes.first(size - kCheckSize));
  if (bytes[size - 2] != check >> 8 || bytes[size - 1] != (check & 0xFF)) return std::nullopt;
  ParsedRecord parsed{{}, size};
  parsed.record.fields.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(fields));
  std::copy(signature.begin(), signature.end(), parsed.record.signature.begin());
  read_head(parsed.record.fields, parsed.record);
  if (parsed.record.block >= parsed.record.blocks) return std::nullopt;
  return parsed;
}

SelectorRun take_run(std::string_view text, std::size_t position) {
  SelectorRun run{{position, 0}, {}};
  while (position < text.size()) {
    const Decoded d = decode_at(text, position);
    if (d.size == 0 || !is_selector(d.c)) break;
    run.bytes.push_back(selector_byte(d.c));
    position += d.size;
  }
  run.where.size = position - run.where.offset;
  return run;
}

std::vector<RunRecord> records_of(const SelectorRun& run) {
  std::vector<RunRecord> found;
  const ByteView bytes = run.bytes;
  std::uint64_t offset = run.where.offset;
  bool skipped = false;
  for (std::size_t i = 0; i < bytes.size();) {
    auto parsed = parse_record(bytes.subspan(i));
    if (!parsed) {
      if (begins_record(bytes.subspan(i)))
        found.push_back({std::nullopt, {offset, run.where.end() - offset}});
      if (skipped || begins_record(bytes.subspan(i))) break;
      skipped = true;
      offset += selector_size(bytes[i++]);
      continue;
    }
    skipped = false;
    Range where{offset, 0};
    for (const std::size_t end = i + parsed->size; i < end; ++i)
      where.size += selector_size(bytes[i]);
    offset = where.end();
    parsed->record.where = where;
    found.push_back({std::move(parsed->record), where});
  }
  return found;
}

Tagger::Tagger(std::uint64_t content_id) : state_{} {
  ByteWriter writer;
  writer.text("smt1-s").u64be(content_id);
  crypto_hash_sha256_init(&state_);
  crypto_hash_sha256_update(&state_, writer.view().data(), writer.size());
}

Tagger& Tagger::add(std::string_view canonical) {
  const ByteView bytes = as_bytes(canonical);
  crypto_hash_sha256_update(&state_, bytes.data(), bytes.size());
  return *this;
}

Tag Tagger::tag() const {
  crypto_hash_sha256_state copy = state_;
  std::array<Byte, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(&copy, digest.data());
  return ByteReader(ByteView(digest).first(kTagSize), kContext).u64be().value_or(0);
}

}  // namespace signmark::text
