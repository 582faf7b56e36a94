// SPDX-License-Identifier: Apache-2.0
// A GGUF model in llama.cpp, as the host program and the benchmarks need it: tokens from text and
// back, and the logits of the next token.
#pragma once

#include <llama.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace signmark::llama {

class Model {
 public:
  /// `backends` is the folder with llama.cpp's libraries; a vocabulary alone can tokenise only.
  /// Nothing when llama.cpp cannot load the file, which it says on stderr.
  static std::optional<Model> load(const std::string& path, const std::string& backends,
                                   bool vocabulary_only);

  [[nodiscard]] const llama_vocab* vocabulary() const;
  /// Without special tokens: what a text means to a detector.
  [[nodiscard]] std::vector<llama_token> tokenize(std::string_view text) const;
  [[nodiscard]] std::string text_of(std::span<const llama_token> tokens) const;

  /// Forgets the context and reads tokens, a beginning-of-text token first. False when llama.cpp
  /// failed or the context is full.
  bool begin(std::span<const llama_token> prompt);
  bool advance(llama_token token);
  /// Of the next token, one for each of the vocabulary; valid until the next call.
  [[nodiscard]] std::span<const float> logits() const;
  [[nodiscard]] llama_context* context() const { return context_.get(); }

 private:
  struct Free {
    void operator()(llama_model* model) const { llama_model_free(model); }
    void operator()(llama_context* context) const { llama_free(context); }
  };
  bool decode(std::vector<llama_token> tokens);

  std::unique_ptr<llama_model, Free> model_;
  std::unique_ptr<llama_context, Free> context_;  // freed before its model
};

}  // namespace signmark::llama
