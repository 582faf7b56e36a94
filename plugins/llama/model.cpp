// SPDX-License-Identifier: Apache-2.0
// llama.cpp behind a small class.
#include "model.hpp"

#include <ggml-backend.h>

#include <cstdio>

namespace signmark::llama {
namespace {

void log_problems(ggml_log_level level, const char* text, void*) {
  if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
}

}  // namespace

std::optional<Model> Model::load(const std::string& path, const std::string& backends,
                                 bool vocabulary_only) {
  llama_log_set(log_problems, nullptr);
  ggml_log_set(log_problems, nullptr);
  if (ggml_backend_reg_count() == 0) ggml_backend_load_all_from_path(backends.c_str());
  llama_model_params how = llama_model_default_params();
  how.vocab_only = vocabulary_only;
  Model model;
  model.model_.reset(llama_model_load_from_file(path.c_str(), how));
  if (!model.model_) return std::nullopt;
  if (vocabulary_only) return model;
  llama_context_params room = llama_context_default_params();
  room.n_ctx = 0;  // what the model was trained for
  room.n_threads = room.n_threads_batch = 1;
  model.context_.reset(llama_init_from_model(model.model_.get(), room));
  if (!model.context_) return std::nullopt;
  return model;
}

const llama_vocab* Model::vocabulary() const { return llama_model_get_vocab(model_.get()); }

std::vector<llama_token> Model::tokenize(std::string_view text) const {
  std::vector<llama_token> tokens(text.size() + 2);
  const int count = llama_tokenize(vocabulary(), text.data(), static_cast<int>(text.size()),
                                   tokens.data(), static_cast<int>(tokens.size()),
                                   /*add_special=*/false, /*parse_special=*/false);
  tokens.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return tokens;
}

std::string Model::text_of(std::span<const llama_token> tokens) const {
  std::string text(tokens.size() * 64 + 64, '\0');
  const int size = llama_detokenize(vocabulary(), tokens.data(), static_cast<int>(tokens.size()),
                                    text.data(), static_cast<int>(text.size()),
                                    /*remove_special=*/true, /*unparse_special=*/false);
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return text;
}

bool Model::begin(std::span<const llama_token> prompt) {
  llama_memory_clear(llama_get_memory(context_.get()), /*data=*/true);
  std::vector<llama_token> tokens = {llama_vocab_bos(vocabulary())};
  tokens.insert(tokens.end(), prompt.begin(), prompt.end());
  return decode(std::move(tokens));
}

bool Model::advance(llama_token token) { return decode({token}); }

bool Model::decode(std::vector<llama_token> tokens) {
  return llama_decode(context_.get(),
                      llama_batch_get_one(tokens.data(), static_cast<int>(tokens.size()))) == 0;
}

std::span<const float> Model::logits() const {
  return {llama_get_logits_ith(context_.get(), -1),
          static_cast<std::size_t>(llama_vocab_n_tokens(vocabulary()))};
}

}  // namespace signmark::llama
