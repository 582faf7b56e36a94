// SPDX-License-Identifier: Apache-2.0
// The table of image-mark.md section 3.
#include "pipeline/robust_judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "pipeline/tile_record.hpp"

namespace signmark {
namespace {

using image::RobustMark;
using Content = RobustMark::Content;

constexpr std::size_t kHintSize = 4;

/// What marks of one kind are held against.
struct Bench {
  const MarkMedium& medium;
  const JudgedBy& by;
};

/// The 24 signed bytes, taken apart.
struct Fields {
  std::uint64_t content_id = 0;
  Bytes hint;
  UnixTime time = 0;
};

Fields fields_of(const RobustMark& mark) {
  ByteReader reader(mark.signed_fields, "pipeline.frame");
  Fields fields;
  fields.content_id = reader.u64be().value_or(0);
  if (const auto hint = reader.take(kHintSize)) fields.hint.assign(hint->begin(), hint->end());
  fields.time = reader.u32be().value_or(0);
  return fields;
}

// ---------------------------------------------------------------------------------------------
// The manifest beside the mark

bool manifest_good(const Examination& look) {
  const State state = manifest_state(look);
  return state == State::valid || state == State::trusted;
}

bool names_id(const c2pa::ManifestView& view, std::string_view alg, std::uint64_t id) {
  return std::any_of(view.soft_bindings.begin(), view.soft_bindings.end(),
                     [&](const auto& b) { return b.alg == alg && b.value == id_bytes(id); });
}

/// Whether a good manifest over these very bytes names the id, itself or in its history.
bool manifest_names(const Bench& bench, std::uint64_t id) {
  const Examination& look = bench.by.look;
  if (!manifest_good(look)) return false;
  const auto named = [&](const c2pa::ManifestView& view) {
    return names_id(view, bench.medium.alg, id);
  };
  const auto& history = look.manifest->ingredients;
  return named(look.manifest->active) || std::any_of(history.begin(), history.end(), named);
}

/// The ids that a good manifest binds, when none of the marks carries one of them: both verify
/// alone and contradict each other (image-mark.md 6.3, last point).
std::string contradicted_ids(const Bench& bench, const std::vector<RobustMark>& marks) {
  const Examination& look = bench.by.look;
  if (!manifest_good(look)) return {};
  std::string ids;
  for (const c2pa::SoftBinding& binding : look.manifest->active.soft_bindings)
    if (binding.alg == bench.medium.alg) ids += (ids.empty() ? "" : ", ") + hex(binding.value);
  const bool agrees = std::any_of(marks.begin(), marks.end(), [&](const RobustMark& mark) {
    const auto named = [&](std::uint64_t id) {
      return names_id(look.manifest->active, bench.medium.alg, id);
    };
    return (mark.has_id && named(mark.content_id)) ||
           (mark.has_signed && named(fields_of(mark).content_id));
  });
  return agrees ? std::string() : ids;
}

// ---------------------------------------------------------------------------------------------
// Fields

void add(Finding& finding, std::string name, const std::string& value) {
  if (!value.empty()) finding.fields.push_back({std::move(name), printable(value)});
}

std::string frames_text(const RobustMark& mark, const std::string& id, const std::string& whole) {
  if (mark.has_id && mark.has_signed) return fmt::format("id frame {}, signed frame {}", id, whole);
  return mark.has_id ? "id frame " + id : "signed frame " + whole;
}

std::string geometry_text(const RobustMark& mark) {
  return fmt::format("tile {:.1f} px, rotation {:.1f} degrees{}", mark.scale, mark.rotation_degrees,
                     mark.mirrored ? ", mirrored" : "");
}

std::string content_text(const RobustMark& mark) {
  if (mark.content == Content::not_compared) return "not compared with the fingerprint";
  return fmt::format("fingerprint {}: {} of {} cells differ",
                     mark.content == Content::fits ? "fits" : "does not fit", mark.cells_wrong,
                     mark.cells_compared);
}

void add_id_fields(const RobustMark& mark, Finding& finding) {
  if (mark.has_signed) {
    const Fields fields = fields_of(mark);
    add(finding, "content id", id_text(fields.content_id));
    add(finding, "key hint", hex(fields.hint));
    add(finding, "time", rfc3339(fields.time) + ", as the signer says");
    add(finding, "content", content_text(mark));
  } else if (mark.has_id) {
    add(finding, "content id", id_text(mark.content_id));
    add(finding, "key hint", hex(mark.issuer_hint));
    if (mark.promises_signed_frame) add(finding, "signed frame", "laid, but not readable here");
  }
}

void add_fields(const RobustMark& mark, Finding& finding) {
  add(finding, "carrier key", mark.key);
  add_id_fields(mark, finding);
  add(finding, "z",
      fmt::format("pilots {:.1f}{}", mark.pilot_z,
                  mark.has_id || mark.has_signed
                      ? ", " + frames_text(mark, fmt::format("{:.1f}", mark.id_z),
                                           fmt::format("{:.1f}", mark.signed_z))
                      : ""));
  add(finding, "false positive", fmt::format("below 10^{:.1f}", mark.false_positive_log10));
  const bool in_picture = mark.where[2] != 0;
  if (in_picture) add(finding, "geometry", geometry_text(mark));
  if (mark.has_id || mark.has_signed) {
    add(finding, "bits corrected",
        frames_text(mark, fmt::format("{}", mark.id_bits_corrected),
                    fmt::format("{}", mark.signed_bits_corrected)));
    add(finding, "margin",
        frames_text(mark, fmt::format("{:.1f} dB", mark.id_margin_db),
                    fmt::format("{:.1f} dB", mark.signed_margin_db)));
  }
  if (in_picture)
    add(finding, "place",
        fmt::format("{} x {} px at {},{}", mark.where[2], mark.where[3], mark.where[0],
                    mark.where[1]));
}

// ---------------------------------------------------------------------------------------------
// States

void judge_signed(const RobustMark& mark, const Bench& bench, Judgement& out) {
  const JudgedBy& by = bench.by;
  Finding& finding = out.finding;
  const Fields fields = fields_of(mark);
  if (mark.has_id && mark.content_id != fields.content_id) {
    finding.basis = "its two frames name different content ids, so neither is believed";
    return;
  }
  const SignedFields signed_fields{
      bench.medium.frame_type, mark.signed_fields, mark.signature, fields.hint, fields.time,
      keys::Purpose::frame,    bench.medium.kind};
  const Attribution made = Signers(by).attribute(signed_fields);
  if (!made.leaf) {
    finding.state = made.accused ? State::invalid : State::present;
    finding.basis = made.accused ? "its signature is not one of the key that it names"
                                 : "signature not checked: the key that made it is not known here";
    return;
  }
  const std::string name = leaf_name(*made.leaf);
  add(finding, "signer", name);
  // The hard binding is exact where the fingerprint only estimates. A stranger's manifest vouches
  // for nobody's frame.
  const bool exact = manifest_names(bench, fields.content_id) &&
                     (manifest_state(by.look) == State::trusted ||
                      by.look.manifest->active.signer.leaf_der == *made.leaf);
  if (mark.content == Content::differs && !exact) {
    finding.state = State::foreign;
    finding.basis = fmt::format("the signature of \"{}\" is good, but it belongs to other content",
                                printable(name));
  } else if (mark.content == Content::not_compared && !exact) {
    finding.basis = "the signature verifies; content not compared, so it may come from elsewhere";
  } else {
    const auto why_not = doubt(*made.leaf, signed_fields, by);
    finding.state = why_not ? State::valid : State::trusted;
    finding.basis = why_not ? "signature and content are good, but " + *why_not
                            : fmt::format("signature read from {}; content and certificate fit",
                                          bench.medium.where);
    out.signer = name;
  }
}

void judge_id(const RobustMark& mark, const Bench& bench, Finding& finding) {
  if (manifest_names(bench, mark.content_id)) {
    finding.state = manifest_state(bench.by.look);
    finding.basis = "the manifest, which is good, names this content id";
  } else {
    finding.basis = "a content id without a signature: whoever has the carrier key can write one";
  }
}

Judgement judge(const RobustMark& mark, const std::string& contradicted, const Bench& bench) {
  Judgement out;
  out.finding = {Layer::robust, State::present, std::string(bench.medium.what), {}, {}, {}};
  if (!mark.has_id && !mark.has_signed) {
    out.finding.basis = "a mark lies here, but what it says can no longer be read";
  } else if (!contradicted.empty()) {
    out.finding.state = State::foreign;
    out.finding.basis =
        fmt::format("the signed manifest names content id {}, {} carr{} {}", contradicted,
                    bench.medium.where, bench.medium.kind == keys::MediaKind::audio ? "ies" : "y",
                    id_text(mark.has_signed ? fields_of(mark).content_id : mark.content_id));
  } else if (mark.has_signed) {
    judge_signed(mark, bench, out);
  } else {
    judge_id(mark, bench, out.finding);
  }
  add_fields(mark, out.finding);
  return out;
}

}  // namespace

std::vector<Judgement> judge_marks(const std::vector<RobustMark>& marks, const MarkMedium& medium,
                                   const JudgedBy& by) {
  const Bench bench{medium, by};
  const std::string contradicted = contradicted_ids(bench, marks);
  std::vector<Judgement> judgements;
  judgements.reserve(marks.size());
  for (const RobustMark& mark : marks) judgements.push_back(judge(mark, contradicted, bench));
  return judgements;
}

}  // namespace signmark
