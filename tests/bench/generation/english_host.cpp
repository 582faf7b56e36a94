// SPDX-License-Identifier: Apache-2.0
// stories260K in llama.cpp, by way of the plugin's host (plugins/llama).
#include <cstdio>
#include <fstream>

#include "bench/generation/hosts.hpp"

#ifdef SIGNMARK_LLAMA
#include "model.hpp"
#endif

namespace signmark::bench {

#ifdef SIGNMARK_LLAMA
namespace {

constexpr const char* kModel = SIGNMARK_SOURCE_DIR "/../shared/models/stories260K.gguf";

class EnglishHost final : public Host {
 public:
  explicit EnglishHost(llama::Model model) : model_(std::move(model)) {}
  void begin() override { model_.begin({}); }
  Candidates candidates() override {
    const std::span<const float> logits = model_.logits();
    Candidates list;
    for (std::size_t id = 0; id < logits.size(); ++id) {
      if (llama_vocab_is_control(model_.vocabulary(), static_cast<Token>(id))) continue;
      list.ids.push_back(static_cast<Token>(id));
      list.logits.push_back(logits[id]);
    }
    keep_best(list);
    return list;
  }
  void advance(Token token) override { model_.advance(token); }
  [[nodiscard]] std::string text_of(const std::vector<Token>& tokens) const override {
    return model_.text_of(tokens);
  }
  [[nodiscard]] std::vector<Token> tokenize(const std::string& text) const override {
    return model_.tokenize(text);
  }
  [[nodiscard]] std::uint32_t vocabulary() const override {
    return static_cast<std::uint32_t>(llama_vocab_n_tokens(model_.vocabulary()));
  }

 private:
  llama::Model model_;
};

}  // namespace

std::unique_ptr<Host> english_host() {
  if (!std::ifstream(kModel)) {
    std::fprintf(stderr, "MISSING: %s; no English figures\n", kModel);
    return nullptr;
  }
  auto model = llama::Model::load(kModel, SIGNMARK_LLAMA "/lib", false);
  if (!model) return nullptr;
  return std::make_unique<EnglishHost>(std::move(*model));
}
#else
std::unique_ptr<Host> english_host() {
  std::fputs("MISSING: llama.cpp when this was built (make llama); no English figures\n", stderr);
  return nullptr;
}
#endif

}  // namespace signmark::bench
