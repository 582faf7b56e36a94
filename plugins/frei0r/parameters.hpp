// SPDX-License-Identifier: Apache-2.0
// Parameters of a frei0r plugin, by index: what a host asks about them, and the values it sets.
#ifndef SIGNMARK_PLUGINS_FREI0R_PARAMETERS_HPP_
#define SIGNMARK_PLUGINS_FREI0R_PARAMETERS_HPP_

#include <cinttypes>
#include <string>
#include <vector>

extern "C" {  // frei0r 1.8 leaves that to us
#include <frei0r.h>
}

namespace signmark_frei0r {

enum class Kind {
  name,  // letters, digits, dot, underline, hyphen: hosts escape everything else in ways of their
         // own
  text,  // UTF-8
  flag,
  number
};

// One parameter. Their order is the interface: new ones come at the end.
struct Parameter {
  const char* name;
  const char* explanation;
  Kind kind;
  double number = 0;  // default of flags and numbers; texts are empty
};

// The values of one instance. MLT sets each of them again before each picture, so that is cheap.
class Values {
 public:
  explicit Values(const std::vector<Parameter>& parameters);
  void set(int index, f0r_param_t value);
  void get(int index, f0r_param_t value) const;

  [[nodiscard]] const std::string& text(std::size_t index) const { return values_[index].text; }
  [[nodiscard]] double number(std::size_t index) const { return values_[index].number; }
  [[nodiscard]] bool flag(std::size_t index) const { return values_[index].number >= 0.5; }
  // Counted up by each change.
  [[nodiscard]] unsigned changes() const { return changes_; }
  // Why the values cannot be used; empty: they can.
  [[nodiscard]] std::string problem() const;

 private:
  struct Value {
    std::string text;
    double number = 0;
  };
  const std::vector<Parameter>& parameters_;
  std::vector<Value> values_;
  unsigned changes_ = 0;
};

void describe(const std::vector<Parameter>& parameters, int index, f0r_param_info_t* info);

}  // namespace signmark_frei0r

#endif  // SIGNMARK_PLUGINS_FREI0R_PARAMETERS_HPP_
