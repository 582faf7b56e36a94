// SPDX-License-Identifier: Apache-2.0
// Options of the flows by name: the vocabulary that command line, profiles and host plugins share.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/result.hpp"
#include "base/time.hpp"
#include "signmark/pipeline.hpp"

namespace signmark {
namespace {

constexpr std::string_view kSourceTypeBase = "http://cv.iptc.org/newscodes/digitalsourcetype/";

/// One option: its name and how its value is taken. The error of a wrong value says the cure only.
template <class T>
struct Row {
  std::string_view name;
  Status (*set)(T&, std::string_view);
};

template <class E>
struct Word {
  std::string_view name;
  E value;
};

tl::unexpected<Error> wrong_value(std::string_view value, std::string hint) {
  return fail("pipeline.option.value", fmt::format("\"{}\" is no value for this option", value), {},
              std::move(hint));
}

template <class E, std::size_t N>
Result<E> choose(const std::array<Word<E>, N>& words, std::string_view value) {
  std::string names;
  for (const Word<E>& word : words) {
    if (word.name == value) return word.value;
    names += fmt::format("{}{}", names.empty() ? "choose from " : ", ", word.name);
  }
  return wrong_value(value, std::move(names));
}

Result<bool> truth(std::string_view value) {
  constexpr std::array kWords = {Word<bool>{"true", true}, Word<bool>{"false", false},
                                 Word<bool>{"1", true}, Word<bool>{"0", false}};
  return choose(kWords, value);
}

template <class T>
Result<T> number(std::string_view value, T low, T high) {
  T result{};
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), result);
  // Written so that NaN is refused, too.
  if (code != std::errc{} || end != value.data() + value.size() ||
      !(result >= low && result <= high))
    return wrong_value(value, fmt::format("give a number from {} to {}", low, high));
  return result;
}

/// Puts a value, when it is one, where it belongs.
template <class Target, class Value>
Status put(Target& target, Result<Value> value) {
  if (!value) return tl::unexpected<Error>(std::move(value.error()));
  target = std::move(*value);
  return {};
}

template <auto Member, class T>
Status assign(T& options, std::string_view value) {
  options.*Member = std::string(value);
  return {};
}

template <auto Member, class T>
Status flag(T& options, std::string_view value) {
  return put(options.*Member, truth(value));
}

template <class T, std::size_t N>
Status set_in(const std::array<Row<T>, N>& rows, T& options, std::string_view name,
              std::string_view value) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Row<T>& r) { return r.name == name; });
  if (row == rows.end())
    return fail("pipeline.option.unknown", fmt::format("there is no option \"{}\"", name));
  if (Status status = row->set(options, value); !status)
    return tl::unexpected<Error>(status.error().at(std::string(name)));
  return {};
}

// -- options of marking that need more than an assignment

template <class T>
Status set_layers(T& options, std::string_view value) {
  SIGNMARK_ASSIGN(options.layers, Layers::parse(value));
  return {};
}

/// The rule brings its own text along: "AI生成" would be no EU mark. A `text` set later wins.
Status set_wording(MarkOptions& options, std::string_view value) {
  constexpr std::array kWords = {Word<label::Wording>{"gb45438", label::Wording::gb45438},
                                 Word<label::Wording>{"eu-ai", label::Wording::eu_ai}};
  SIGNMARK_ASSIGN(options.visible.rule, choose(kWords, value));
  options.visible.text =
      options.visible.rule == label::Wording::eu_ai ? "AI" : label::VisibleLabel{}.text;
  return {};
}

constexpr std::array kExisting = {Word<Existing>{"refuse", Existing::refuse},
                                  Word<Existing>{"add", Existing::add}};
constexpr std::array kStrengths = {
    Word<image::RobustStrength>{"invisible", image::RobustStrength::invisible},
    Word<image::RobustStrength>{"default", image::RobustStrength::normal},
    Word<image::RobustStrength>{"strong", image::RobustStrength::strong}};
constexpr std::array kLabelPlaces = {Word<LabelPlace>{"start", LabelPlace::start},
                                     Word<LabelPlace>{"middle", LabelPlace::middle},
                                     Word<LabelPlace>{"end", LabelPlace::end}};
constexpr std::array kDensities = {Word<text::Density>{"dense", text::Density::dense},
                                   Word<text::Density>{"normal", text::Density::normal},
                                   Word<text::Density>{"end", text::Density::end}};
constexpr std::array kPlacements = {Word<text::Placement>{"middle", text::Placement::middle},
                                    Word<text::Placement>{"end", text::Placement::end}};
constexpr std::array kCorners = {Word<label::Corner>{"bottom-right", label::Corner::bottom_right},
                                 Word<label::Corner>{"bottom-left", label::Corner::bottom_left},
                                 Word<label::Corner>{"top-right", label::Corner::top_right},
                                 Word<label::Corner>{"top-left", label::Corner::top_left},
                                 Word<label::Corner>{"bottom", label::Corner::bottom_edge},
                                 Word<label::Corner>{"top", label::Corner::top_edge}};
constexpr std::array kNotices = {Word<audio::NoticeKind>{"rhythm", audio::NoticeKind::rhythm},
                                 Word<audio::NoticeKind>{"spoken", audio::NoticeKind::spoken}};
constexpr std::array kBlends = {Word<audio::NoticeBlend>{"mix", audio::NoticeBlend::mix},
                                Word<audio::NoticeBlend>{"insert", audio::NoticeBlend::insert}};

Status set_corner(MarkOptions& options, std::string_view value) {
  SIGNMARK_ASSIGN(options.visible.corner, choose(kCorners, value));
  options.text.page_corner = options.visible.corner;
  return {};
}

Status set_carrier(MarkOptions& options, std::string_view value) {
  if (value.empty()) return wrong_value(value, "choose public, both, or name a carrier key");
  options.carrier = std::string(value);
  return {};
}

/// Clause 5.4: at least two seconds.
Status set_label_seconds(MarkOptions& options, std::string_view value) {
  constexpr double kLeast = 2, kMost = 86'400;
  SIGNMARK_ASSIGN(const double seconds, number(value, 0.0, kMost));
  if (seconds > 0 && seconds < kLeast)
    return wrong_value(value, "the standard wants 2 seconds or more; 0 means the whole film");
  options.timed.label_time.seconds = seconds;
  return {};
}

Status set_notice_place(MarkOptions& options, std::string_view value) {
  enum class Place { start, end, both };
  constexpr std::array kWords = {Word<Place>{"start", Place::start}, Word<Place>{"end", Place::end},
                                 Word<Place>{"both", Place::both}};
  SIGNMARK_ASSIGN(const Place place, choose(kWords, value));
  options.timed.notice.at_start = place != Place::end;
  options.timed.notice.at_end = place != Place::start;
  return {};
}

/// A term of IPTC's vocabulary (c2pa.md section 17), or the URI of another one. A misspelt term
/// would be signed and then mean nothing to anybody.
Status set_source_type(MarkOptions& options, std::string_view value) {
  constexpr std::array<std::string_view, 21> kTerms = {"trainedAlgorithmicMedia",
                                                       "compositeWithTrainedAlgorithmicMedia",
                                                       "compositeSynthetic",
                                                       "algorithmicMedia",
                                                       "algorithmicallyEnhanced",
                                                       "composite",
                                                       "compositeCapture",
                                                       "computationalCapture",
                                                       "dataDrivenMedia",
                                                       "digitalArt",
                                                       "digitalCapture",
                                                       "digitalCreation",
                                                       "humanEdits",
                                                       "minorHumanEdits",
                                                       "multiFrameComputationalCapture",
                                                       "negativeFilm",
                                                       "positiveFilm",
                                                       "print",
                                                       "screenCapture",
                                                       "virtualRecording",
                                                       "softwareImage"};
  if (value.find("://") != std::string_view::npos) {
    options.manifest.digital_source_type = std::string(value);
    return {};
  }
  if (std::find(kTerms.begin(), kTerms.end(), value) == kTerms.end())
    return wrong_value(value,
                       "use trainedAlgorithmicMedia, compositeWithTrainedAlgorithmicMedia, "
                       "compositeSynthetic, algorithmicMedia, another IPTC term, or a full URI");
  options.manifest.digital_source_type = std::string(kSourceTypeBase).append(value);
  return {};
}

Status set_model(MarkOptions& options, std::string_view value) {
  if (!options.manifest.disclosure) options.manifest.disclosure.emplace();
  options.manifest.disclosure->model_name = std::string(value);
  return {};
}

using Marking = MarkOptions;
using Value = std::string_view;

constexpr std::array kMark = {
    Row<Marking>{"layers", set_layers<Marking>},
    Row<Marking>{"carrier", set_carrier},
    Row<Marking>{"strength",
                 [](Marking& m, Value v) { return put(m.strength, choose(kStrengths, v)); }},
    Row<Marking>{"producer", assign<&Marking::producer>},
    Row<Marking>{"produce-id", assign<&Marking::produce_id>},
    Row<Marking>{"content-id", assign<&Marking::content_id>},
    Row<Marking>{"existing",
                 [](Marking& m, Value v) { return put(m.existing, choose(kExisting, v)); }},
    Row<Marking>{"prints", flag<&Marking::prints>},
    Row<Marking>{"sidecar", flag<&Marking::sidecar>},
    Row<Marking>{
        "recipient",
        [](Marking& m, Value v) { return assign<&ledger::Supply::recipient>(m.supply, v); }},
    Row<Marking>{
        "agreement",
        [](Marking& m, Value v) { return assign<&ledger::Supply::agreement>(m.supply, v); }},
    // -- visible label
    Row<Marking>{"wording", set_wording},
    Row<Marking>{"text", [](Marking& m,
                            Value v) { return assign<&label::VisibleLabel::text>(m.visible, v); }},
    Row<Marking>{"corner", set_corner},
    Row<Marking>{"height",
                 [](Marking& m, Value v) { return put(m.visible.height, number(v, 0.05, 0.5)); }},
    Row<Marking>{
        "font",
        [](Marking& m, Value v) { return assign<&label::VisibleLabel::font_file>(m.visible, v); }},
    Row<Marking>{"quality",
                 [](Marking& m, Value v) { return put(m.encode.quality, number(v, 1, 100)); }},
    // -- documents
    Row<Marking>{"field",
                 [](Marking& m, Value v) { return assign<&TextMarkOptions::field>(m.text, v); }},
    Row<Marking>{
        "label-place",
        [](Marking& m, Value v) { return put(m.text.label_place, choose(kLabelPlaces, v)); }},
    Row<Marking>{"density",
                 [](Marking& m, Value v) { return put(m.text.density, choose(kDensities, v)); }},
    Row<Marking>{"placement",
                 [](Marking& m, Value v) { return put(m.text.placement, choose(kPlacements, v)); }},
    // -- film and sound
    Row<Marking>{"crf",
                 [](Marking& m, Value v) { return put(m.timed.encode.crf, number(v, 0, 63)); }},
    Row<Marking>{"preset",
                 [](Marking& m, Value v) {
                   return assign<&video::EncodeOptions::preset>(m.timed.encode, v);
                 }},
    Row<Marking>{
        "size-like-source",
        [](Marking& m, Value v) { return put(m.timed.encode.size_like_source, truth(v)); }},
    Row<Marking>{"threads", [](Marking& m,
                               Value v) { return put(m.timed.encode.threads, number(v, 0, 256)); }},
    Row<Marking>{"label-seconds", set_label_seconds},
    Row<Marking>{"sei", [](Marking& m, Value v) { return put(m.timed.sei, truth(v)); }},
    Row<Marking>{"mark-sound",
                 [](Marking& m, Value v) { return put(m.timed.film_sound, truth(v)); }},
    Row<Marking>{"notice",
                 [](Marking& m, Value v) { return put(m.timed.notice.kind, choose(kNotices, v)); }},
    Row<Marking>{"notice-place", set_notice_place},
    Row<Marking>{"notice-blend",
                 [](Marking& m, Value v) { return put(m.timed.notice.blend, choose(kBlends, v)); }},
    Row<Marking>{"notice-language",
                 [](Marking& m,
                    Value v) { return assign<&audio::AudibleLabel::language>(m.timed.notice, v); }},
    Row<Marking>{
        "notice-file",
        [](Marking& m,
           Value v) { return assign<&audio::AudibleLabel::spoken_file>(m.timed.notice, v); }},
    Row<Marking>{"notice-in-film",
                 [](Marking& m, Value v) { return put(m.timed.film_notice, truth(v)); }},
    // -- manifest
    Row<Marking>{"source-type", set_source_type},
    Row<Marking>{"agent",
                 [](Marking& m,
                    Value v) { return assign<&c2pa::ManifestRequest::agent_name>(m.manifest, v); }},
    Row<Marking>{
        "agent-version",
        [](Marking& m,
           Value v) { return assign<&c2pa::ManifestRequest::agent_version>(m.manifest, v); }},
    Row<Marking>{"model", set_model},
    Row<Marking>{
        "title",
        [](Marking& m, Value v) { return assign<&c2pa::ManifestRequest::title>(m.manifest, v); }},
};

constexpr std::array kOutput = {
    Row<OutputOptions>{"force", flag<&OutputOptions::force>},
    Row<OutputOptions>{"in-place", flag<&OutputOptions::in_place>},
    Row<OutputOptions>{"backup", assign<&OutputOptions::backup>},
};

Status set_at(VerifyOptions& options, std::string_view value) {
  SIGNMARK_ASSIGN(options.at, parse_rfc3339(value));
  return {};
}

constexpr std::array kVerify = {
    Row<VerifyOptions>{"declared", flag<&VerifyOptions::declared>},
    Row<VerifyOptions>{"at", set_at},
    Row<VerifyOptions>{"sidecar", assign<&VerifyOptions::sidecar>},
    Row<VerifyOptions>{"layers", set_layers<VerifyOptions>},
    Row<VerifyOptions>{"deep", flag<&VerifyOptions::deep>},
    Row<VerifyOptions>{"field", assign<&VerifyOptions::field>},
};

constexpr std::array kPropagate = {
    Row<PropagateOptions>{"propagator", assign<&PropagateOptions::propagator>},
    Row<PropagateOptions>{"propagate-id", assign<&PropagateOptions::propagate_id>},
    Row<PropagateOptions>{"declared", flag<&PropagateOptions::declared>},
};

}  // namespace

Status set_option(MarkOptions& options, std::string_view name, std::string_view value) {
  return set_in(kMark, options, name, value);
}

Status set_option(OutputOptions& options, std::string_view name, std::string_view value) {
  return set_in(kOutput, options, name, value);
}

Status set_option(VerifyOptions& options, std::string_view name, std::string_view value) {
  return set_in(kVerify, options, name, value);
}

Status set_option(PropagateOptions& options, std::string_view name, std::string_view value) {
  return set_in(kPropagate, options, name, value);
}

}  // namespace signmark
