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

template <auto Member, class T>
Status assign(T& options, std::string_view value) {
  options.*Member = std::string(value);
  return {};
}

template <auto Member, class T>
Status flag(T& options, std::string_view value) {
  SIGNMARK_ASSIGN(options.*Member, truth(value));
  return {};
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

Status set_existing(MarkOptions& options, std::string_view value) {
  constexpr std::array kWords = {Word<Existing>{"refuse", Existing::refuse},
                                 Word<Existing>{"add", Existing::add}};
  SIGNMARK_ASSIGN(options.existing, choose(kWords, value));
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

Status set_strength(MarkOptions& options, std::string_view value) {
  using image::RobustStrength;
  constexpr std::array kWords = {Word<RobustStrength>{"invisible", RobustStrength::invisible},
                                 Word<RobustStrength>{"default", RobustStrength::normal},
                                 Word<RobustStrength>{"strong", RobustStrength::strong}};
  SIGNMARK_ASSIGN(options.strength, choose(kWords, value));
  return {};
}

Status set_carrier(MarkOptions& options, std::string_view value) {
  if (value.empty()) return wrong_value(value, "choose public, both, or name a carrier key");
  options.carrier = std::string(value);
  return {};
}

Status set_label_place(MarkOptions& options, std::string_view value) {
  constexpr std::array kWords = {Word<LabelPlace>{"start", LabelPlace::start},
                                 Word<LabelPlace>{"middle", LabelPlace::middle},
                                 Word<LabelPlace>{"end", LabelPlace::end}};
  SIGNMARK_ASSIGN(options.text.label_place, choose(kWords, value));
  return {};
}

Status set_density(MarkOptions& options, std::string_view value) {
  using text::Density;
  constexpr std::array kWords = {Word<Density>{"dense", Density::dense},
                                 Word<Density>{"normal", Density::normal},
                                 Word<Density>{"end", Density::end}};
  SIGNMARK_ASSIGN(options.text.density, choose(kWords, value));
  return {};
}

Status set_placement(MarkOptions& options, std::string_view value) {
  using text::Placement;
  constexpr std::array kWords = {Word<Placement>{"middle", Placement::middle},
                                 Word<Placement>{"end", Placement::end}};
  SIGNMARK_ASSIGN(options.text.placement, choose(kWords, value));
  return {};
}

Status set_field(MarkOptions& options, std::string_view value) {
  options.text.field = std::string(value);
  return {};
}

Status set_corner(MarkOptions& options, std::string_view value) {
  using label::Corner;
  constexpr std::array kWords = {
      Word<Corner>{"bottom-right", Corner::bottom_right},
      Word<Corner>{"bottom-left", Corner::bottom_left},
      Word<Corner>{"top-right", Corner::top_right},
      Word<Corner>{"top-left", Corner::top_left},
      Word<Corner>{"bottom", Corner::bottom_edge},
      Word<Corner>{"top", Corner::top_edge},
  };
  SIGNMARK_ASSIGN(options.visible.corner, choose(kWords, value));
  return {};
}

Status set_height(MarkOptions& options, std::string_view value) {
  SIGNMARK_ASSIGN(options.visible.height, number(value, 0.05, 0.5));
  return {};
}

Status set_quality(MarkOptions& options, std::string_view value) {
  SIGNMARK_ASSIGN(options.encode.quality, number(value, 1, 100));
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

template <auto Member>
Status label_text(MarkOptions& options, std::string_view value) {
  return assign<Member>(options.visible, value);
}

template <auto Member>
Status manifest_text(MarkOptions& options, std::string_view value) {
  return assign<Member>(options.manifest, value);
}

constexpr std::array kMark = {
    Row<MarkOptions>{"layers", set_layers<MarkOptions>},
    Row<MarkOptions>{"carrier", set_carrier},
    Row<MarkOptions>{"strength", set_strength},
    Row<MarkOptions>{"producer", assign<&MarkOptions::producer>},
    Row<MarkOptions>{"produce-id", assign<&MarkOptions::produce_id>},
    Row<MarkOptions>{"content-id", assign<&MarkOptions::content_id>},
    Row<MarkOptions>{"existing", set_existing},
    Row<MarkOptions>{"sidecar", flag<&MarkOptions::sidecar>},
    Row<MarkOptions>{"wording", set_wording},
    Row<MarkOptions>{"text", label_text<&label::VisibleLabel::text>},
    Row<MarkOptions>{"corner", set_corner},
    Row<MarkOptions>{"height", set_height},
    Row<MarkOptions>{"font", label_text<&label::VisibleLabel::font_file>},
    Row<MarkOptions>{"quality", set_quality},
    Row<MarkOptions>{"field", set_field},
    Row<MarkOptions>{"label-place", set_label_place},
    Row<MarkOptions>{"density", set_density},
    Row<MarkOptions>{"placement", set_placement},
    Row<MarkOptions>{"source-type", set_source_type},
    Row<MarkOptions>{"agent", manifest_text<&c2pa::ManifestRequest::agent_name>},
    Row<MarkOptions>{"agent-version", manifest_text<&c2pa::ManifestRequest::agent_version>},
    Row<MarkOptions>{"model", set_model},
    Row<MarkOptions>{"title", manifest_text<&c2pa::ManifestRequest::title>},
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
