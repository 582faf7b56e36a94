// SPDX-License-Identifier: Apache-2.0
// Values as frei0r hands them over: pointers to a double or to a char*.
#include "parameters.hpp"

#include <algorithm>
#include <string_view>

namespace signmark_frei0r {
namespace {

constexpr std::size_t kLongestText = 128;  // bytes

bool is_text(Kind kind) { return kind == Kind::name || kind == Kind::text; }

bool stands_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-").find(c) != std::string_view::npos;
}

std::string problem_of(const Parameter& parameter, const std::string& text) {
  if (text.size() > kLongestText)
    return std::string(parameter.name) + " is longer than 128 bytes (frei0r.parameter)";
  if (parameter.kind == Kind::name && !std::all_of(text.begin(), text.end(), stands_in_name))
    return std::string(parameter.name) +
           " may hold letters, digits, dots, underlines and hyphens only (frei0r.parameter)";
  return {};
}

}  // namespace

Values::Values(const std::vector<Parameter>& parameters)
    : parameters_(parameters), values_(parameters.size()) {
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i].number = parameters[i].number;
}

void Values::set(int index, f0r_param_t value) {
  const auto at = static_cast<std::size_t>(index);
  if (value == nullptr || index < 0 || at >= values_.size()) return;
  Value now = values_[at];
  if (!is_text(parameters_[at].kind)) {
    now.number = *static_cast<const double*>(value);
  } else {
    const char* given = *static_cast<f0r_param_string*>(value);
    // One byte more than is allowed tells that it was longer.
    now.text.assign(std::string_view(given == nullptr ? "" : given).substr(0, kLongestText + 1));
  }
  if (now.text == values_[at].text && now.number == values_[at].number) return;
  values_[at] = now;
  ++changes_;
}

void Values::get(int index, f0r_param_t value) const {
  const auto at = static_cast<std::size_t>(index);
  if (value == nullptr || index < 0 || at >= values_.size()) return;
  if (is_text(parameters_[at].kind)) {
    // The host only reads it: frei0r.h says so.
    *static_cast<f0r_param_string*>(value) = const_cast<char*>(values_[at].text.c_str());
  } else {
    *static_cast<double*>(value) = values_[at].number;
  }
}

std::string Values::problem() const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    std::string problem = problem_of(parameters_[i], values_[i].text);
    if (!problem.empty()) return problem;
  }
  return {};
}

void describe(const std::vector<Parameter>& parameters, int index, f0r_param_info_t* info) {
  const auto at = static_cast<std::size_t>(index);
  if (info == nullptr || index < 0 || at >= parameters.size()) return;
  const Parameter& parameter = parameters[at];
  info->name = parameter.name;
  info->explanation = parameter.explanation;
  info->type = is_text(parameter.kind)        ? F0R_PARAM_STRING
               : parameter.kind == Kind::flag ? F0R_PARAM_BOOL
                                              : F0R_PARAM_DOUBLE;
}

}  // namespace signmark_frei0r
