// SPDX-License-Identifier: Apache-2.0
// Outcomes: what a worker says of a file. The supervisor believes none of it further than its form.
#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "batch/worker_messages.hpp"

namespace signmark::batch {
namespace {

constexpr std::size_t kMaxText = 64U << 10;
constexpr std::size_t kMaxTiles = 4U << 20;
constexpr std::size_t kPrintBytes = 1 + 4 + std::tuple_size_v<PrintBits>;
constexpr std::size_t kMaxPrints = 1U << 20;

struct TextRow {
  const char* name;
  std::string ledger::Entry::*field;
};
/// What a worker may say of an issued mark; the rest is the supervisor's own knowledge.
constexpr std::array kEntryTexts = {TextRow{"content-id", &ledger::Entry::content_id},
                                    TextRow{"format", &ledger::Entry::format},
                                    TextRow{"layers", &ledger::Entry::layers},
                                    TextRow{"manifest", &ledger::Entry::manifest},
                                    TextRow{"label", &ledger::Entry::label},
                                    TextRow{"producer", &ledger::Entry::producer},
                                    TextRow{"produce-id", &ledger::Entry::produce_id},
                                    TextRow{"propagator", &ledger::Entry::propagator},
                                    TextRow{"propagate-id", &ledger::Entry::propagate_id},
                                    TextRow{"input-digest", &ledger::Entry::input_digest},
                                    TextRow{"output-digest", &ledger::Entry::output_digest}};

constexpr std::array kStates = {ItemState::done, ItemState::failed, ItemState::skipped};

Bytes encode_prints(const std::vector<Print>& prints) {
  ByteWriter out;
  for (const Print& print : prints)
    out.u8(static_cast<std::uint8_t>(print.kind)).u32be(print.part).bytes(print.bits);
  return out.take();
}

Result<std::vector<Print>> decode_prints(ByteView bytes) {
  if (bytes.size() % kPrintBytes != 0 || bytes.size() / kPrintBytes > kMaxPrints)
    return protocol_error("its prints are cut off");
  std::vector<Print> prints;
  ByteReader reader(bytes, "batch.worker");
  while (!reader.at_end()) {
    Print print;
    SIGNMARK_ASSIGN(const std::uint8_t kind, reader.u8());
    if (kind < static_cast<std::uint8_t>(PrintKind::picture) ||
        kind > static_cast<std::uint8_t>(PrintKind::text))
      return protocol_error("a print of an unknown kind");
    print.kind = static_cast<PrintKind>(kind);
    SIGNMARK_ASSIGN(print.part, reader.u32be());
    SIGNMARK_ASSIGN(const ByteView bits, reader.take(print.bits.size()));
    std::copy(bits.begin(), bits.end(), print.bits.begin());
    prints.push_back(print);
  }
  return prints;
}

Result<std::string> short_text(const Message& message, const char* name) {
  SIGNMARK_ASSIGN(std::string text, message.text(name));
  if (text.size() > kMaxText) return protocol_error(std::string(name) + " is too long");
  return text;
}

Result<ledger::Entry> read_entry(const Message& message) {
  ledger::Entry entry;
  entry.action = "mark";
  for (const TextRow& row : kEntryTexts) {
    SIGNMARK_ASSIGN(entry.*row.field, short_text(message, row.name));
  }
  if (!entry.content_id.empty() && (entry.content_id.size() != 16 || !unhex(entry.content_id)))
    return protocol_error("the content id is none");
  SIGNMARK_ASSIGN(entry.bytes, message.whole("bytes"));
  SIGNMARK_ASSIGN(const ByteView tiles, message.part("tiles"));
  if (tiles.size() > kMaxTiles) return protocol_error("its tiles are too large");
  entry.tiles.assign(tiles.begin(), tiles.end());
  SIGNMARK_ASSIGN(const ByteView prints, message.part("prints"));
  SIGNMARK_ASSIGN(entry.prints, decode_prints(prints));
  return entry;
}

/// The report is written again as it was parsed: whatever a worker says stays one JSON value on one
/// line.
Result<std::string> read_report(const Message& message) {
  SIGNMARK_ASSIGN(const ByteView text, message.part("report"));
  if (text.empty()) return std::string();
  if (text.size() > kMaxReport) return protocol_error("its report is too large");
  auto report = parse_json(as_text(text));
  if (!report || !report->is_object()) return protocol_error("its report is no JSON object");
  return dump_json(*report);
}

Result<ItemState> read_state(const Message& message) {
  SIGNMARK_ASSIGN(const std::uint64_t number, message.whole("state"));
  for (const ItemState state : kStates)
    if (static_cast<std::uint64_t>(state) == number) return state;
  return protocol_error("its state is unknown");
}

}  // namespace

Message file_message(std::string_view kind, const FileOutcome& file) {
  Message message(kind);
  message.fields["name"] = file.name;
  message.fields["state"] = static_cast<unsigned>(file.state);
  message.fields["why"] = file.why;
  message.fields["verdict"] = file.verdict;
  if (file.error) message.fields["error"] = error_json(*file.error);
  message.attach("report", as_bytes(file.report));
  for (const TextRow& row : kEntryTexts) message.fields[row.name] = file.entry.*row.field;
  message.fields["bytes"] = file.entry.bytes;
  message.attach("tiles", file.entry.tiles);
  message.attach("prints", encode_prints(file.entry.prints));
  return message;
}

Result<FileOutcome> read_file_outcome(const Message& message) {
  FileOutcome file;
  SIGNMARK_ASSIGN(file.name, short_text(message, "name"));
  SIGNMARK_ASSIGN(file.state, read_state(message));
  SIGNMARK_ASSIGN(file.why, short_text(message, "why"));
  SIGNMARK_ASSIGN(file.verdict, short_text(message, "verdict"));
  if (message.has("error")) {
    SIGNMARK_ASSIGN(file.error, read_error(message.fields.at("error")));
  }
  if (file.error.has_value() != (file.state == ItemState::failed))
    return protocol_error("its error does not fit its state");
  SIGNMARK_ASSIGN(file.report, read_report(message));
  SIGNMARK_ASSIGN(file.entry, read_entry(message));
  return file;
}

}  // namespace signmark::batch
