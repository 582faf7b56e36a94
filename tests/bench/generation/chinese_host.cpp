// SPDX-License-Identifier: Apache-2.0
// libime's trigram model of Chinese words (Debian: libime-data-language-model, LGPL-2.1+). The
// candidates are the words that it predicts after the last one and the commonest words of all.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numbers>
#include <numeric>
#include <unordered_map>

#include "bench/generation/hosts.hpp"

#ifdef SIGNMARK_LIBIME
#include <libime/core/languagemodel.h>
#include <libime/core/lattice.h>
#endif

namespace signmark::bench {

void keep_best(Candidates& candidates) {
  std::vector<std::size_t> order(candidates.ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t count = std::min(kCandidates, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
      [&](std::size_t a, std::size_t b) { return candidates.logits[a] > candidates.logits[b]; });
  Candidates best;
  for (std::size_t i = 0; i < count; ++i) {
    best.ids.push_back(candidates.ids[order[i]]);
    best.logits.push_back(candidates.logits[order[i]]);
  }
  candidates = std::move(best);
}

#ifdef SIGNMARK_LIBIME
namespace {

constexpr const char* kModel = "/usr/lib/x86_64-linux-gnu/libime/zh_CN.lm";
constexpr std::size_t kCommonest = 800;

class ChineseHost final : public Host {
 public:
  ChineseHost() : file_(std::make_shared<libime::StaticLanguageModelFile>(kModel)), model_(file_) {
    read_words();
    begin();
  }
  void begin() override {
    state_ = model_.beginState();
    last_ = -1;
  }
  Candidates candidates() override {
    Candidates list;
    for (std::size_t i = 0; i < kCommonest; ++i) add(static_cast<Token>(i), list);
    if (last_ >= 0)
      for (const Token id : next_[static_cast<std::size_t>(last_)])
        if (static_cast<std::size_t>(id) >= kCommonest) add(id, list);
    keep_best(list);
    return list;
  }
  void advance(Token token) override {
    libime::State out;
    score(token, out);
    state_ = out;
    last_ = token;
  }
  [[nodiscard]] std::string text_of(const std::vector<Token>& tokens) const override {
    std::string text;
    for (const Token token : tokens) text += words_[static_cast<std::size_t>(token)];
    return text;
  }
  /// Forward maximum match: what a detector without the model can do.
  [[nodiscard]] std::vector<Token> tokenize(const std::string& text) const override {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t length = std::min(longest_, text.size() - at);
      while (length > 1 && ids_.count(text.substr(at, length)) == 0) --length;
      if (const auto found = ids_.find(text.substr(at, length)); found != ids_.end())
        tokens.push_back(found->second);
      at += length;
    }
    return tokens;
  }
  [[nodiscard]] std::uint32_t vocabulary() const override {
    return static_cast<std::uint32_t>(words_.size());
  }

 private:
  float score(Token token, libime::State& out) const {
    const libime::WordNode node(words_[static_cast<std::size_t>(token)],
                                indices_[static_cast<std::size_t>(token)]);
    return model_.score(state_, node, out);
  }
  void add(Token id, Candidates& list) const {
    libime::State out;
    list.ids.push_back(id);
    list.logits.push_back(static_cast<float>(score(id, out) * std::numbers::ln10));
  }
  /// All words of the prediction pairs, commonest first, with what is predicted after each.
  void read_words() {
    std::vector<std::pair<std::string, std::string>> pairs;
    const auto& trie = file_->predictionTrie();
    trie.foreach ([&](float, std::size_t length, std::uint64_t place) {
      std::string key;
      trie.suffix(key, length, place);
      const std::size_t bar = key.find('|');
      if (bar == std::string::npos || bar == 0 || bar + 1 == key.size()) return true;
      pairs.emplace_back(key.substr(0, bar), key.substr(bar + 1));
      ids_.emplace(pairs.back().first, 0);
      ids_.emplace(pairs.back().second, 0);
      return true;
    });
    for (const auto& [word, unused] : ids_) words_.push_back(word);
    std::sort(words_.begin(), words_.end(), [&](const std::string& a, const std::string& b) {
      const float left = model_.singleWordScore(a), right = model_.singleWordScore(b);
      return left != right ? left > right : a < b;
    });
    for (std::size_t i = 0; i < words_.size(); ++i) {
      ids_[words_[i]] = static_cast<Token>(i);
      indices_.push_back(model_.index(words_[i]));
      longest_ = std::max(longest_, words_[i].size());
    }
    next_.resize(words_.size());
    for (const auto& [before, after] : pairs)
      next_[static_cast<std::size_t>(ids_[before])].push_back(ids_[after]);
  }

  std::shared_ptr<libime::StaticLanguageModelFile> file_;
  libime::LanguageModel model_;
  libime::State state_{};
  Token last_ = -1;
  std::vector<std::string> words_;
  std::vector<libime::WordIndex> indices_;
  std::vector<std::vector<Token>> next_;
  std::unordered_map<std::string, Token> ids_;
  std::size_t longest_ = 0;
};

}  // namespace

std::unique_ptr<Host> chinese_host() {
  if (std::ifstream(kModel)) return std::make_unique<ChineseHost>();
  std::fprintf(stderr, "MISSING: %s; no Chinese figures (libime-data-language-model)\n", kModel);
  return nullptr;
}
#else
std::unique_ptr<Host> chinese_host() {
  std::fputs("MISSING: libimecore-dev when this was built; no Chinese figures\n", stderr);
  return nullptr;
}
#endif

}  // namespace signmark::bench
