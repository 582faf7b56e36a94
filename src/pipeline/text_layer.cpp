// SPDX-License-Identifier: Apache-2.0
// The robust layer of a document: signed records in its text (text-mark.md sections 4.4 and 4.5).
#include <fmt/format.h>

#include <algorithm>

#include "base/memory.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "pipeline/prose.hpp"
#include "pipeline/signers.hpp"
#include "pipeline/tile_record.hpp"

namespace signmark {
namespace {

using text::Outcome;
using text::Record;

Finding plain_finding(State state, std::string basis) {
  return {Layer::robust, state, "signed text", std::move(basis), {}, {}};
}

void add(Finding& finding, std::string name, const std::string& value) {
  if (!value.empty()) finding.fields.push_back({std::move(name), printable(value)});
}

/// "1 sentence", "3 sentences".
std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// What the signatures came to, record by record.
struct Signed {
  std::vector<Attribution> made;      // by record
  std::vector<std::size_t> accepted;  // indices of those with a good signature
};

SignedFields fields_of(const Record& record) {
  return {kTextRecordType, record.fields,       record.signature,     record.key_hint,
          record.time,     keys::Purpose::text, keys::MediaKind::text};
}

Signed check_signatures(const text::Records& found, const JudgedBy& by) {
  Signers signers(by);
  Signed result;
  for (std::size_t i = 0; i < found.records.size(); ++i) {
    result.made.push_back(signers.attribute(fields_of(found.records[i])));
    if (result.made.back().leaf) result.accepted.push_back(i);
  }
  return result;
}

/// Records without a good signature: whose key is not known here, and forged ones.
void add_unproved(const text::Records& found, const Signed& proof, std::vector<Finding>& findings) {
  std::size_t unknown = 0, forged = 0;
  const Record* first_unknown = nullptr;
  for (std::size_t i = 0; i < found.records.size(); ++i) {
    if (proof.made[i].leaf) continue;
    forged += proof.made[i].accused ? 1 : 0;
    unknown += proof.made[i].accused ? 0 : 1;
    if (!proof.made[i].accused && first_unknown == nullptr) first_unknown = &found.records[i];
  }
  if (forged > 0)
    findings.push_back(plain_finding(
        State::invalid, fmt::format("the signature of {} is not one of the key that it names",
                                    counted(forged, "record"))));
  if (first_unknown == nullptr) return;
  findings.push_back(plain_finding(
      State::present, fmt::format("{}, signature not checked: the key that made it is not known "
                                  "here",
                                  counted(unknown, "record"))));
  add(findings.back(), "content id", id_text(first_unknown->content_id));
  add(findings.back(), "key hint", hex(first_unknown->key_hint));
}

std::string coverage_text(const text::Work& work, const text::Judgement& judgement) {
  const double share = judgement.characters == 0 ? 0
                                                 : 100.0 * static_cast<double>(work.authentic) /
                                                       static_cast<double>(judgement.characters);
  return fmt::format("{} of {} characters are as they were signed ({:.0f} %)", work.authentic,
                     judgement.characters, share);
}

std::string blocks_text(const text::Work& work, const text::Records& found) {
  std::string list;
  for (const text::Block& block : work.present)
    list += fmt::format("{}{}", list.empty() ? "" : " ", found.records[block.record].block + 1);
  return fmt::format("{} of {}", list, work.blocks);
}

std::string edits_text(const text::Work& work) {
  std::string text;
  const auto append = [&](std::size_t count, std::string_view what) {
    if (count > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counted(count, "passage"), what);
  };
  append(work.changed, "changed");
  append(work.inserted, "inserted");
  append(work.missing, "left out");
  append(work.reordered, "moved");
  return text;
}

/// State and basis of one work whose records are signed well.
void judge_work(const text::Work& work, const std::string& name,
                const std::optional<std::string>& why_not, Finding& finding) {
  const std::string edits = edits_text(work);
  if (work.foreign) {
    finding.state = State::foreign;
    finding.basis = fmt::format("the signature of \"{}\" is good, but it belongs to other text",
                                printable(name));
  } else if (work.changed + work.inserted > 0) {
    finding.state = State::invalid;
    finding.basis = fmt::format("\"{}\" signed another wording: {}", printable(name), edits);
  } else {
    finding.state = why_not ? State::valid : State::trusted;
    finding.basis = why_not ? "signature and text are good, but " + *why_not
                            : "signature read from the text; wording and certificate fit" +
                                  (edits.empty() ? std::string() : "; " + edits);
  }
}

Finding work_finding(const text::Work& work, const text::Records& found, const Signed& proof,
                     const text::Judgement& judgement, const JudgedBy& by) {
  const std::size_t at = work.present.front().record;
  const Record& record = found.records[at];
  const Bytes& leaf = *proof.made[at].leaf;
  const std::string name = leaf_name(leaf);
  Finding finding = plain_finding(State::present, {});
  judge_work(work, name, doubt(leaf, fields_of(record), by), finding);
  add(finding, "signer", name);
  add(finding, "content id", id_text(work.content_id));
  add(finding, "time", rfc3339(record.time) + ", as the signer says");
  add(finding, "text", coverage_text(work, judgement));
  add(finding, "blocks", blocks_text(work, found));
  return finding;
}

// ---------------------------------------------------------------------------------------------
// Pieces for people

/// Whether invisible selectors or the guard of a record begin here; how many bytes they take.
std::size_t hidden_bytes(std::string_view text) {
  if (text.starts_with("\xE2\x81\xA0")) return 3;  // U+2060
  if (text.starts_with("\xEF\xB8") && text.size() > 2 &&
      (static_cast<Byte>(text[2]) & 0xF0U) == 0x80)
    return 3;  // U+FE00..FE0F
  const bool supplement = text.starts_with("\xF3\xA0") && text.size() > 3 &&
                          static_cast<Byte>(text[2]) >= 0x84 && static_cast<Byte>(text[2]) <= 0x87;
  return supplement ? 4 : 0;  // U+E0100..E01EF
}

std::string without_records(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t hidden = hidden_bytes(text);
    if (hidden == 0) shown += text.front();
    text.remove_prefix(std::max<std::size_t>(hidden, 1));
  }
  return shown;
}

/// The beginning and the end of a text, on one line.
std::string excerpt(std::string_view whole) {
  constexpr std::size_t kHead = 60, kTail = 24;  // bytes, cut between characters
  const std::string text = without_records(whole.substr(0, 4096));
  const auto whole_character = [&](std::size_t at) {
    while (at > 0 && at < text.size() && (static_cast<Byte>(text[at]) & 0xC0U) == 0x80) --at;
    return at;
  };
  std::string shown = text;
  if (text.size() > kHead + kTail + 8)
    shown = fmt::format("{}…{}", text.substr(0, whole_character(kHead)),
                        text.substr(whole_character(text.size() - kTail)));
  std::replace(shown.begin(), shown.end(), '\n', ' ');
  return printable(shown);
}

std::vector<TextPiece> pieces_of(const text::Judgement& judgement,
                                 std::span<const Passage> passages) {
  std::vector<TextPiece> pieces;
  pieces.reserve(judgement.pieces.size());
  for (const text::Piece& piece : judgement.pieces) {
    TextPiece out{piece.outcome, piece.begin.passage, piece.characters, {}};
    for (const auto& part : text::ranges_of(piece, passages)) {
      if (!out.excerpt.empty()) out.excerpt += ' ';
      if (out.excerpt.size() > 200) break;
      out.excerpt += excerpt(
          std::string_view(passages[part.passage].text).substr(part.range.offset, part.range.size));
    }
    pieces.push_back(std::move(out));
  }
  return pieces;
}

/// The first changed and inserted pieces, quoted.
void quote_edits(const std::vector<TextPiece>& pieces, Finding& finding) {
  constexpr int kQuoted = 6;
  int quoted = 0;
  for (const TextPiece& piece : pieces) {
    if (piece.outcome != Outcome::changed && piece.outcome != Outcome::inserted) continue;
    if (++quoted > kQuoted) return;
    finding.fields.push_back({std::string(text::outcome_name(piece.outcome)),
                              fmt::format("paragraph {}: {}", piece.passage + 1, piece.excerpt)});
  }
}

/// What the flows need of the works: the best one's id and signer.
void note_works(const std::vector<Finding>& findings, Examination& look) {
  const auto field = [](const Finding& finding, std::string_view name) {
    const auto at = std::find_if(finding.fields.begin(), finding.fields.end(),
                                 [&](const Field& f) { return f.name == name; });
    return at == finding.fields.end() ? std::string() : at->value;
  };
  for (const Finding& finding : findings) {
    const bool good = finding.state == State::trusted || finding.state == State::valid;
    look.robust_present = look.robust_present || good || finding.state == State::present;
    if (look.robust_id.empty() || (good && look.robust_signer.empty())) {
      if (const std::string id = field(finding, "content id"); !id.empty()) look.robust_id = id;
      if (good) look.robust_signer = field(finding, "signer");
    }
  }
}

Result<text::Judgement> judge_text(const Context& context, std::span<const Passage> passages,
                                   const text::Records& found, const VerifyOptions& options,
                                   Examination& look) {
  const JudgedBy by{look, options.trust, options.at.value_or(context.clock->now())};
  const Signed proof = check_signatures(found, by);
  SIGNMARK_ASSIGN(text::Judgement judgement, text::judge(context, passages, found, proof.accepted));
  std::vector<Finding> findings;
  for (const text::Work& work : judgement.works)
    findings.push_back(work_finding(work, found, proof, judgement, by));
  add_unproved(found, proof, findings);
  note_works(findings, look);
  if (look.wants_pieces) look.pieces = pieces_of(judgement, passages);
  look.text_coverage = judgement.coverage();
  if (!findings.empty()) quote_edits(look.pieces, findings.front());
  look.findings.insert(look.findings.end(), findings.begin(), findings.end());
  return judgement;
}

Status look_into(const Context& context, ByteView file, const VerifyOptions& options,
                 Examination& look) {
  SIGNMARK_ASSIGN(const std::vector<Passage> passages,
                  container::passages(context, file, look.inventory, {options.field}));
  SIGNMARK_ASSIGN(const text::Records found, text::find_records(context, passages));
  look.text_records = found.records.size();
  if (!found.records.empty()) {
    SIGNMARK_TRY(judge_text(context, passages, found, options, look));
  } else if (found.damaged.empty()) {
    look.findings.push_back(plain_finding(State::absent, "no signed record in the text"));
  }
  if (found.damaged.empty()) return {};
  const auto& damaged = found.damaged.front();
  if (found.records.empty())
    look.findings.push_back(plain_finding(
        State::unreadable, fmt::format("{} in the text cannot be read: {}",
                                       counted(found.damaged.size(), "record"), damaged.why)));
  else
    add(look.findings.back(), "damaged", counted(found.damaged.size(), "record"));
  return {};
}

}  // namespace

Status examine_text(const Context& context, ByteView file, const VerifyOptions& options,
                    Examination& look) {
  if (!container::format_info(look.inventory.format).document) return {};
  if (Status looked = look_into(context, file, options, look); !looked) {
    if (looked.error().code == "base.cancelled") return looked;
    look.findings.push_back(plain_finding(State::unreadable, looked.error().message));
    look.problems.push_back(looked.error());
  }
  constexpr std::size_t kLong = 8U << 20;
  if (file.size() >= kLong) release_heap();
  return {};
}

}  // namespace signmark
