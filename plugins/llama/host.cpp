// SPDX-License-Identifier: Apache-2.0
// A small host: writes text with a GGUF model and a mark, or looks for the mark in a text.
//
//   signmark-llama-host --backends DIR --model M.gguf --prompt "Once upon a time" --tokens 200
//   signmark-llama-host --backends DIR --model M.gguf --detect < text
//
// The text goes to stdout, one line of JSON with the figures to stderr (--detect: to stdout).
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "model.hpp"
#include "signmark_llama.hpp"

namespace {

using signmark::llama::Model;

constexpr int kUsage = 2;
constexpr const char* kHelp =
    "usage: signmark-llama-host --backends DIR --model M.gguf [--profile JSON] [--carrier NAME]\n"
    "         (--prompt TEXT --tokens N --temperature T --seed S [--plain] | --detect |\n"
    "          --tokenize)\n";

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, Free>>;

struct Options {
  std::map<std::string, std::string> values = {
      {"backends", ""},      {"model", ""},   {"profile", R"({"scheme": "signmark"})"},
      {"carrier", "public"}, {"prompt", ""},  {"tokens", "100"},
      {"temperature", "1"},  {"seed", "1"},   {"plain", ""},
      {"detect", ""},        {"tokenize", ""}};
  const std::string& operator[](const char* name) const { return values.at(name); }
  [[nodiscard]] bool has(const char* name) const { return !values.at(name).empty(); }
};

bool is_flag(const std::string& name) {
  return name == "plain" || name == "detect" || name == "tokenize";
}

bool read_options(int count, char** words, Options& options) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word.rfind("--", 0) != 0) return false;
    const std::string name = word.substr(2);
    if (options.values.count(name) == 0) return false;
    if (!is_flag(name) && i + 1 == count) return false;
    options.values[name] = is_flag(name) ? "yes" : words[++i];
  }
  return options.has("model");
}

int report(smk_error* error) {
  std::fprintf(stderr, "signmark-llama-host: %s (%s)\n", smk_error_message(error),
               smk_error_code(error));
  const int status = smk_error_status(error);
  smk_error_free(error);
  return status == 0 ? 1 : status;
}

/// The carrier of our own scheme; none for a foreign one.
struct Key {
  Owned<smk_context, smk_context_free> context;
  Owned<smk_carrier, smk_carrier_free> carrier;
};

int open_key(const Options& options, Key& key) {
  if (options["profile"].find("\"signmark\"") == std::string::npos) return 0;
  smk_error* error = nullptr;
  smk_context* context = nullptr;
  if (smk_context_new(&context, &error) != SMK_OK) return report(error);
  key.context.reset(context);
  smk_carrier* carrier = nullptr;
  if (smk_carrier_open(context, options["carrier"].c_str(), &carrier, &error) != SMK_OK)
    return report(error);
  key.carrier.reset(carrier);
  return 0;
}

std::string read_input() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

int detect(const Options& options, const Model& model, const Key& key) {
  smk_error* error = nullptr;
  smk_det* made = nullptr;
  if (smk_det_new(options["profile"].c_str(), key.carrier.get(), &made, &error) != SMK_OK)
    return report(error);
  const Owned<smk_det, smk_det_free> detector(made);
  const std::vector<llama_token> tokens = model.tokenize(read_input());
  smk_detection* found = nullptr;
  if (smk_det_ids(detector.get(), tokens.data(), tokens.size(), 0, tokens.size(), -9, &found,
                  &error) != SMK_OK)
    return report(error);
  const Owned<smk_detection, smk_detection_free> detection(found);
  std::printf(
      "{\"present\": %s, \"tokens\": %zu, \"scored\": %zu, \"repeated\": %zu, \"log10_p\": %.4f, "
      "\"log10_p_best\": %.4f, \"regions\": %zu, \"note\": \"%s\"}\n",
      smk_detection_answer(found) == SMK_DET_PRESENT ? "true" : "false", tokens.size(),
      smk_detection_scored(found), smk_detection_repeated(found), smk_detection_log10_p(found),
      smk_detection_log10_p_best(found), smk_detection_regions(found), smk_detection_note(found));
  return 0;
}

/// top-k, temperature, mark, draw: the order of text-mark.md section 6.7.
llama_sampler* make_chain(const Options& options, smk_wm* mark) {
  llama_sampler* chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
  llama_sampler_chain_add(chain, llama_sampler_init_top_k(100));
  llama_sampler_chain_add(
      chain, llama_sampler_init_temp(std::strtof(options["temperature"].c_str(), nullptr)));
  if (mark != nullptr) llama_sampler_chain_add(chain, signmark_llama_sampler(mark));
  const auto seed = std::strtoul(options["seed"].c_str(), nullptr, 10);
  llama_sampler_chain_add(chain, llama_sampler_init_dist(static_cast<uint32_t>(seed)));
  return chain;
}

int generate(const Options& options, Model& model, const Key& key) {
  smk_error* error = nullptr;
  smk_wm* mark = nullptr;
  if (!options.has("plain") &&
      smk_wm_new(options["profile"].c_str(), key.carrier.get(), &mark, &error) != SMK_OK)
    return report(error);
  const Owned<llama_sampler, llama_sampler_free> chain(make_chain(options, mark));
  if (!model.begin(model.tokenize(options["prompt"]))) return 1;
  llama_sampler_reset(chain.get());
  std::vector<llama_token> text;
  const auto count = std::strtoul(options["tokens"].c_str(), nullptr, 10);
  double nats = 0;
  while (text.size() < count) {
    const std::span<const float> logits = model.logits();
    double total = 0;
    for (const float logit : logits) total += std::exp(static_cast<double>(logit));
    const llama_token token = llama_sampler_sample(chain.get(), model.context(), -1);
    if (llama_vocab_is_eog(model.vocabulary(), token)) break;
    nats += std::log(total) - static_cast<double>(logits[static_cast<size_t>(token)]);
    text.push_back(token);
    if (!model.advance(token)) break;
  }
  std::fputs(model.text_of(text).c_str(), stdout);
  std::fprintf(stderr,
               "{\"tokens\": %zu, \"nats_per_token\": %.4f, \"log10_p\": %.4f, "
               "\"tokens_needed\": %zu}\n",
               text.size(), text.empty() ? 0 : nats / static_cast<double>(text.size()),
               smk_wm_log10_p(mark), smk_wm_tokens_needed(mark));
  return 0;
}

int tokenize(const Model& model) {
  const std::string text = read_input();
  const std::vector<llama_token> tokens = model.tokenize(text);
  for (const llama_token token : tokens) std::printf("%d ", token);
  std::printf("\n");
  return model.text_of(tokens) == text ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  Options options;
  if (!read_options(count, words, options)) {
    std::fputs(kHelp, stderr);
    return kUsage;
  }
  const bool is_writing = !options.has("detect") && !options.has("tokenize");
  auto model = Model::load(options["model"], options["backends"], !is_writing);
  if (!model) {
    std::fprintf(stderr, "signmark-llama-host: cannot load %s\n", options["model"].c_str());
    return 1;
  }
  if (options.has("tokenize")) return tokenize(*model);
  Key key;
  if (const int status = open_key(options, key); status != 0) return status;
  return is_writing ? generate(options, *model, key) : detect(options, *model, key);
}
