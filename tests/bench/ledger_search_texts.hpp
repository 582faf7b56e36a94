// SPDX-License-Identifier: Apache-2.0
// Edits of texts for ledger_search_bench.
#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "signmark/text.hpp"

namespace signmark::bench {

inline std::string read_text(const std::filesystem::path& file) {
  const auto bytes = read_file(file, 1U << 26);
  return bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
}

inline std::size_t character_size(unsigned char lead) {
  return lead < 0x80 ? 1 : (lead < 0xE0 ? 2 : (lead < 0xF0 ? 3 : 4));
}

/// Latin words, pairs of Chinese characters, and what stands between them; together the text.
struct TextPart {
  std::string text;
  bool word = false;
};

inline std::vector<TextPart> parts_of(const std::string& text) {
  std::vector<TextPart> parts;
  int wide = 0;  // characters of the last part, if they are Chinese
  for (std::size_t i = 0; i < text.size();) {
    const std::string c = text.substr(i, character_size(static_cast<unsigned char>(text[i])));
    i += c.size();
    const bool letter = c.size() > 1 || std::isalnum(static_cast<unsigned char>(c[0])) != 0;
    const bool han = c.size() == 3 && static_cast<unsigned char>(c[0]) >= 0xE4;
    const bool joins =
        !parts.empty() && parts.back().word == letter && (!letter || (han ? wide == 1 : wide == 0));
    if (joins)
      parts.back().text += c;
    else
      parts.push_back({c, letter});
    wide = !letter || !han ? 0 : (joins ? 2 : 1);
  }
  return parts;
}

/// A share of the words replaced by others of the text, left out, or doubled by another.
inline std::string edited(const std::string& text, double share) {
  std::vector<TextPart> parts = parts_of(text);
  std::vector<std::string> words;
  for (const TextPart& part : parts)
    if (part.word) words.push_back(part.text);
  if (words.empty()) return text;
  std::mt19937_64 random(std::hash<std::string>{}(text));
  std::string out;
  for (const TextPart& part : parts) {
    const bool changes = part.word && std::uniform_real_distribution<>(0, 1)(random) < share;
    const std::string& other = words[random() % words.size()];
    const auto way = random() % 3;
    if (!changes || way == 2) out += part.text;
    if (changes && way == 2 && part.text.size() > 0 &&
        static_cast<unsigned char>(part.text[0]) < 0x80)
      out += ' ';
    if (changes && way != 1) out += other;
  }
  return out;
}

/// The third in the middle, cut within words as people cut.
inline std::string excerpt(const std::string& text) {
  std::size_t from = text.size() / 3, to = 2 * text.size() / 3;
  const auto inside = [&](std::size_t i) {
    return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80;
  };
  while (inside(from)) ++from;
  while (inside(to)) ++to;
  return text.substr(from, to - from);
}

}  // namespace signmark::bench
