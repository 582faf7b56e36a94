// SPDX-License-Identifier: Apache-2.0
// Strict JSON through nlohmann's SAX interface: the only place where depth and duplicates can be
// seen.
#include "base/json.hpp"

#include <fmt/format.h>

#include <unordered_set>

namespace signmark {
namespace {

class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const JsonRules& rules) : rules_(rules) {}

  Json root;
  std::optional<Error> error;

  bool null() override { return put(nullptr); }
  bool boolean(bool v) override { return put(v); }
  bool number_integer(number_integer_t v) override { return put(v); }
  bool number_unsigned(number_unsigned_t v) override { return put(v); }
  bool number_float(number_float_t v, const string_t& text) override {
    if (rules_.integers_only) return refuse("number", fmt::format("{} is not an integer", text));
    return put(v);
  }
  bool string(string_t& v) override { return put(std::move(v)); }
  bool binary(binary_t&) override { return refuse("syntax", "binary value in JSON"); }

  bool start_object(std::size_t) override {
    names_.emplace_back();
    return open(Json::object());
  }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override {
    names_.pop_back();
    return close();
  }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    skip_ = !names_.back().insert(name).second;
    if (skip_ && !rules_.allow_duplicate_keys)
      return refuse("duplicate", fmt::format("the key \"{}\" stands twice", name));
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return refuse("syntax", "not well-formed JSON", fmt::format("byte {}", position));
  }

 private:
  bool refuse(std::string_view what, std::string message, std::string where = {}) {
    if (!error)
      error = Error{fmt::format("base.json.{}", what), std::move(message), std::move(where), {}};
    return false;
  }

  Json* place(Json value) {
    if (stack_.empty()) {
      root = std::move(value);
      return &root;
    }
    Json& top = *stack_.back();
    if (top.is_array()) {
      top.push_back(std::move(value));
      return &top.back();
    }
    if (skip_) {  // a later duplicate: parsed, then forgotten
      scratch_.push_back(std::make_unique<Json>(std::move(value)));
      skip_ = false;
      return scratch_.back().get();
    }
    // The ordered map is a vector whose own insertion looks through all keys: quadratic.
    auto& members = top.get_ref<Json::object_t&>();
    members.push_back({key_, std::move(value)});
    return &members.back().second;
  }

  bool put(Json value) {
    place(std::move(value));
    return true;
  }

  bool open(Json value) {
    if (stack_.size() >= rules_.max_depth)
      return refuse("depth", fmt::format("nested deeper than {} levels", rules_.max_depth));
    stack_.push_back(place(std::move(value)));
    return true;
  }

  bool close() {
    stack_.pop_back();
    return true;
  }

  JsonRules rules_;
  std::vector<Json*> stack_;
  std::vector<std::unordered_set<std::string>> names_;  // keys seen, one set an open object
  std::vector<std::unique_ptr<Json>> scratch_;
  std::string key_;
  bool skip_ = false;
};

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonRules& rules) {
  Builder builder(rules);
  const bool ok = Json::sax_parse(text.begin(), text.end(), &builder);
  if (builder.error) return tl::unexpected<Error>(*builder.error);
  if (!ok) return fail("base.json.syntax", "not well-formed JSON");
  return std::move(builder.root);
}

std::string dump_json(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace signmark
