// SPDX-License-Identifier: Apache-2.0
// Reads an AIGC record in every shape seen in the wild (gb45438.md section 9) and lists its faults.
#include <fmt/format.h>

#include <array>
#include <bitset>

#include "base/text.hpp"
#include "label/aigc_lint.hpp"
#include "label/aigc_shape.hpp"

namespace signmark::label {
namespace {

/// A record with thousands of foreign keys is reported by its first ones.
constexpr std::size_t kMaxReportedKeys = 16;

struct Entity {
  std::string_view name;
  char character;
};
constexpr std::array<Entity, 6> kEntities{{{"&quot;", '"'},
                                           {"&#34;", '"'},
                                           {"&apos;", '\''},
                                           {"&lt;", '<'},
                                           {"&gt;", '>'},
                                           {"&amp;", '&'}}};

std::string undo_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Entity* hit = nullptr;
    for (const Entity& entity : kEntities)
      if (text.substr(i).starts_with(entity.name)) hit = &entity;
    out.push_back(hit ? hit->character : text[i]);
    i += hit ? hit->name.size() : 1;
  }
  return out;
}

/// JPEG APP11 of one writer: `AIGC{…}` without a separator; `AIGC={…}` as in Vorbis comments.
std::string_view strip_prefix(std::string_view text) {
  constexpr std::string_view kWord = "AIGC";
  if (!text.starts_with(kWord)) return text;
  std::string_view rest = text.substr(kWord.size());
  if (rest.starts_with('=') || rest.starts_with('\0')) rest.remove_prefix(1);
  return rest.starts_with('{') ? rest : text;
}

bool begins_json(std::string_view text) {
  return text.starts_with('{') || text.starts_with('"') || text.starts_with('[') || text == "null";
}

/// Whether broken text means to be a record, so that "none" would be the wrong answer.
bool means_a_record(std::string_view text) {
  return text.find("ContentProducer") != std::string_view::npos ||
         text.find("ProduceID") != std::string_view::npos ||
         text.find("\"AIGC\"") != std::string_view::npos;
}

Result<Shape> read_shape(std::string_view text, Place place, const Limits& limits) {
  if (!begins_json(text)) return read_yaml_shape(text, place, limits);
  auto json = read_json_shape(text, place, limits);
  if (json || json.error().code != "label.aigc.syntax" || !text.starts_with('{')) return json;
  // Unquoted keys or single quotes are no JSON, but a YAML flow mapping.
  auto yaml = read_yaml_shape(text, place, limits);
  const bool yaml_knows =
      yaml || (yaml.error().code != "label.aigc.syntax" && yaml.error().code != "label.aigc.none");
  return yaml_knows ? yaml : json;
}

class Interpreter {
 public:
  explicit Interpreter(const Shape& shape) : shape_(shape) {}

  ParsedRecord run() {
    name_shape();
    for (const RawField& field : shape_.object) take(field);
    if (unknown_ > kMaxReportedKeys)
      note("unknown-key", fmt::format("and {} more unknown keys", unknown_ - kMaxReportedKeys),
           kAnnexB);
    out_.empty_shell = out_.record == AigcRecord{};
    if (out_.empty_shell) {
      out_.broken.clear();
      note("empty-shell", "the AIGC key has no content", kAnnexB);
      return std::move(out_);
    }
    judge();
    return std::move(out_);
  }

 private:
  void note(std::string_view what, std::string message, std::string_view clause) {
    out_.broken.push_back(
        {fmt::format("label.aigc.{}", what), std::move(message), std::string(clause)});
  }

  void name_shape() {
    out_.shape = shape_.base;
    if (shape_.wrapped) out_.shape = shape_.base == "bare" ? "wrapped" : "wrapped, " + shape_.base;
    if (shape_.encoded_twice) {
      if (shape_.base != "yaml string")
        out_.shape = out_.shape == "bare" ? "double-encoded" : out_.shape + ", double-encoded";
      note("encoding", "the record is a JSON string that holds JSON", kAnnexB);
    }
    if (shape_.entities) {
      out_.shape += ", entity-escaped";
      note("encoding", "the record still carries XML entities", kAnnexB);
    }
  }

  void take(const RawField& field) {
    std::optional<std::size_t> index = field_index(field.key);
    if (!index) {
      index = misspelt_field_index(field.key);
      if (index && seen_[*index]) index.reset();
      if (index)
        note("misspelt", fmt::format("{} stands for {}", excerpt(field.key), kFields[*index].name),
             kAnnexB);
    } else if (seen_[*index]) {  // a misspelt twin came first: the right name wins
      note("unknown-key", fmt::format("{} stands twice in two spellings", field.key), kAnnexB);
    }
    if (!index) {
      if (++unknown_ <= kMaxReportedKeys)
        note("unknown-key", fmt::format("{} is not one of the seven fields", excerpt(field.key)),
             kAnnexB);
      return;
    }
    store(*index, field);
  }

  void store(std::size_t index, const RawField& field) {
    constexpr std::array<std::string_view, 5> kNames{"a string", "a number", "true or false",
                                                     "null", "an object or list"};
    if (field.kind != RawKind::string)
      note("type",
           fmt::format("{} is {}, not a string", kFields[index].name,
                       kNames[static_cast<std::size_t>(field.kind)]),
           kFields[index].clause);
    if (index < last_) ordered_ = false;
    last_ = index;
    seen_.set(index);
    out_.record.*kFields[index].member = field.text;
  }

  void judge() {
    if (!ordered_) note("order", "the fields stand in another order", kAnnexB);
    for (std::size_t i = 0; i < kFields.size(); ++i)
      if (!seen_[i]) note("missing", fmt::format("{} is missing", kFields[i].name), kAnnexB);
    for (LintEntry& entry : lint_present(out_.record, Moment::any, seen_))
      out_.broken.push_back(std::move(entry));
  }

  const Shape& shape_;
  ParsedRecord out_;
  std::bitset<kFields.size()> seen_;
  std::size_t last_ = 0;
  std::size_t unknown_ = 0;
  bool ordered_ = true;
};

ParsedRecord empty_value() {
  Shape shape;
  shape.base = "bare";
  return Interpreter(shape).run();
}

Result<ParsedRecord> parse_trimmed(std::string_view text, Place place, const Limits& limits) {
  if (text.empty() && place == Place::aigc) return empty_value();
  std::string unescaped;
  const bool entities = text.starts_with("{&quot;") || text.starts_with("{&#34;");
  if (entities) text = unescaped = undo_entities(text);
  auto shape = read_shape(strip_prefix(text), place, limits);
  if (!shape) {
    if (place == Place::generic && !(begins_json(strip_prefix(text)) && means_a_record(text)))
      return fail("label.aigc.none", "no AIGC record in this text");
    return tl::unexpected<Error>(shape.error());
  }
  shape->entities = entities;
  return Interpreter(*shape).run();
}

}  // namespace

Result<ParsedRecord> parse_record(std::string_view value, Place place, const Limits& limits) {
  if (value.size() > limits.metadata_block)
    return fail("label.aigc.size",
                fmt::format("an AIGC value of {} bytes is more than the limit of {}", value.size(),
                            limits.metadata_block),
                {}, "--limit metadata-block=BYTES raises it");
  return parse_trimmed(trim_value(value), place, limits);
}

}  // namespace signmark::label
