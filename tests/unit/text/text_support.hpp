// SPDX-License-Identifier: Apache-2.0
// Passages from plain text, a key, insertions done: shared by the tests and the bench of `text`.
#pragma once

#include <sodium.h>

#include <numeric>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "signmark/text.hpp"

namespace signmark::test {

/// Paragraphs are divided by blank lines, as in the plain-text container.
inline std::vector<Passage> paragraphs(std::string_view text) {
  std::vector<Passage> passages;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    if (end > 0) passages.push_back({Passage::Kind::prose, std::string(text.substr(0, end)), {}});
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return passages;
}

inline std::string joined(const std::vector<Passage>& passages) {
  std::string text;
  for (const Passage& passage : passages)
    text.append(text.empty() ? "" : "\n\n").append(passage.text.view());
  return text;
}

/// The passages with the insertions done, which are ascending.
inline std::vector<Passage> inserted(std::vector<Passage> passages,
                                     const std::vector<Insertion>& insertions) {
  for (std::size_t i = 0; i < insertions.size();) {
    std::string& text = passages[insertions[i].passage].text.own();
    std::string done;
    std::size_t from = 0;
    for (const std::size_t passage = insertions[i].passage;
         i < insertions.size() && insertions[i].passage == passage; ++i) {
      done.append(text, from, insertions[i].offset - from).append(insertions[i].text);
      from = insertions[i].offset;
    }
    text = done.append(text, from);
  }
  return passages;
}

class TextKey {
 public:
  explicit TextKey(Byte seed = 1) {
    std::array<Byte, crypto_sign_SEEDBYTES> bytes{};
    bytes.fill(seed);
    crypto_sign_seed_keypair(public_.data(), secret_.data(), bytes.data());
  }

  [[nodiscard]] std::array<Byte, 64> sign(ByteView fields) const {
    const Bytes message = typed(fields);
    std::array<Byte, 64> signature{};
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_.data());
    return signature;
  }
  [[nodiscard]] bool made(const text::Record& record) const {
    const Bytes message = typed(record.fields);
    return crypto_sign_verify_detached(record.signature.data(), message.data(), message.size(),
                                       public_.data()) == 0;
  }
  [[nodiscard]] text::MarkRequest request(std::uint64_t id,
                                          text::Density density = text::Density::normal) const {
    text::MarkRequest request;
    request.density = density;
    request.content_id = id;
    request.key_hint = {0xA1, 0xB2, 0xC3, 0xD4};
    request.time = 1'795'348'800;
    request.sign = [key = *this](ByteView fields) -> Result<std::array<Byte, 64>> {
      return key.sign(fields);
    };
    return request;
  }
  /// Indexes of the records that this key signed.
  [[nodiscard]] std::vector<std::size_t> accepted(const text::Records& records) const {
    std::vector<std::size_t> good;
    for (std::size_t i = 0; i < records.records.size(); ++i)
      if (made(records.records[i])) good.push_back(i);
    return good;
  }

 private:
  static Bytes typed(ByteView fields) {
    constexpr std::string_view kType{"signmark/text-record/v1\0", 24};
    Bytes message(kType.begin(), kType.end());
    message.insert(message.end(), fields.begin(), fields.end());
    return message;
  }

  std::array<Byte, crypto_sign_PUBLICKEYBYTES> public_{};
  std::array<Byte, crypto_sign_SECRETKEYBYTES> secret_{};
};

/// The marked text; throws when marking fails, which a test then shows.
inline std::vector<Passage> marked(const std::vector<Passage>& passages,
                                   const text::MarkRequest& request) {
  return inserted(passages, text::mark(Context::standard(), passages, request).value().insertions);
}

struct Read {
  text::Records records;
  text::Judgement judgement;
};

inline Read read(const std::vector<Passage>& passages, const TextKey& key = TextKey()) {
  Read read;
  read.records = text::find_records(Context::standard(), passages).value();
  read.judgement =
      text::judge(Context::standard(), passages, read.records, key.accepted(read.records)).value();
  return read;
}

inline std::size_t count_of(const text::Judgement& judgement, text::Outcome outcome) {
  std::size_t count = 0;
  for (const text::Piece& piece : judgement.pieces) count += piece.outcome == outcome ? 1 : 0;
  return count;
}

/// What a piece covers, hidden characters and line ends included.
inline std::string text_of(const text::Piece& piece, const std::vector<Passage>& passages) {
  std::string out;
  for (const auto& [passage, range] : text::ranges_of(piece, passages))
    out += passages[passage].text.view().substr(range.offset, range.size);
  return out;
}

}  // namespace signmark::test
