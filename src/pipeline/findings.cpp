// SPDX-License-Identifier: Apache-2.0
// Names of layers, states, verdicts and tiers, and the verdict that follows from findings.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "signmark/pipeline.hpp"

namespace signmark {
namespace {

struct VerdictRow {
  Verdict verdict;
  std::string_view name;
  int exit_code;
};

// architecture.md section 5
constexpr std::array kVerdicts = {
    VerdictRow{Verdict::verified, "verified", 0},
    VerdictRow{Verdict::none, "none", 10},
    VerdictRow{Verdict::untrusted, "untrusted", 11},
    VerdictRow{Verdict::tampered, "tampered", 12},
    VerdictRow{Verdict::marked, "marked", 13},
    VerdictRow{Verdict::inconclusive, "inconclusive", 14},
};

struct LayerRow {
  std::string_view name;
  bool Layers::*member;
};

// In the order of Layer.
constexpr std::array kLayers = {
    LayerRow{"robust", &Layers::robust},
    LayerRow{"visible", &Layers::visible},
    LayerRow{"metadata", &Layers::metadata},
    LayerRow{"manifest", &Layers::manifest},
};

std::string all_layers() {
  std::string names;
  for (const LayerRow& layer : kLayers)
    names += fmt::format("{}{}", names.empty() ? "" : ",", layer.name);
  return names;
}

const VerdictRow& row_of(Verdict verdict) {
  return *std::find_if(kVerdicts.begin(), kVerdicts.end(),
                       [&](const VerdictRow& row) { return row.verdict == verdict; });
}

}  // namespace

std::string_view layer_name(Layer layer) { return kLayers[static_cast<std::size_t>(layer)].name; }

Result<Layers> Layers::parse(std::string_view list) {
  Layers layers{false, false, false, false};
  const std::string choice = fmt::format("choose from {}", all_layers());
  if (list.empty()) return fail("pipeline.layers", "no layer chosen", {}, choice);
  while (!list.empty()) {
    const std::string_view name = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), name.size() + 1));
    const auto row = std::find_if(kLayers.begin(), kLayers.end(),
                                  [&](const LayerRow& layer) { return layer.name == name; });
    if (row == kLayers.end())
      return fail("pipeline.layers", fmt::format("there is no layer \"{}\"", name), {}, choice);
    layers.*row->member = true;
  }
  return layers;
}

std::string_view state_name(State state) {
  constexpr std::array<std::string_view, 7> kNames = {"absent",  "present", "valid",     "trusted",
                                                      "invalid", "foreign", "unreadable"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view verdict_name(Verdict verdict) { return row_of(verdict).name; }

int verdict_exit_code(Verdict verdict) { return row_of(verdict).exit_code; }

Verdict verdict_of(const std::vector<Finding>& findings) {
  const auto any = [&](State state) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return finding.state == state; });
  };
  if (any(State::invalid) || any(State::foreign)) return Verdict::tampered;
  if (any(State::trusted)) return Verdict::verified;
  if (any(State::valid)) return Verdict::untrusted;
  if (any(State::unreadable)) return Verdict::inconclusive;
  return any(State::present) ? Verdict::marked : Verdict::none;
}

}  // namespace signmark
