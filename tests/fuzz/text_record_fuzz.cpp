// SPDX-License-Identifier: Apache-2.0
// links: signmark_text
// Text of any kind, cut into passages at NUL: records, judgement of all of them, invisible
// characters; marking must neither change the canonical text nor lose a sentence.
#include <cstdlib>
#include <numeric>

#include "signmark/text.hpp"

using namespace signmark;

namespace {

std::vector<Passage> passages_of(std::string_view text) {
  std::vector<Passage> passages;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    const auto kind = end % 7 == 3 ? Passage::Kind::verbatim : Passage::Kind::prose;
    passages.push_back({kind, std::string(text.substr(0, end)), {}});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return passages;
}

text::Judgement judged(const Context& context, const std::vector<Passage>& passages,
                       const text::Records& records) {
  std::vector<std::size_t> all(records.records.size());
  std::iota(all.begin(), all.end(), 0U);
  auto judgement = text::judge(context, passages, records, all);
  if (!judgement) std::abort();
  for (const text::Piece& piece : judgement->pieces) {
    if (piece.end < piece.begin) std::abort();
    for (const auto& [passage, range] : text::ranges_of(piece, passages))
      if (range.end() > passages[passage].text.size()) std::abort();
  }
  return std::move(*judgement);
}

void mark_and_read(const Context& context, std::vector<Passage> passages) {
  text::MarkRequest request;
  request.content_id = 1;
  request.sign = [](ByteView) -> Result<std::array<Byte, 64>> { return std::array<Byte, 64>{}; };
  const auto marking = text::mark(context, passages, request);
  if (!marking) return;
  const auto before = text::canonical_text(passages);
  if (!before) std::abort();
  for (std::size_t i = marking->insertions.size(); i-- > 0;) {
    const Insertion& each = marking->insertions[i];
    passages[each.passage].text.own().insert(each.offset, each.text);
  }
  if (text::canonical_text(passages).value() != before.value()) std::abort();
  const auto records = text::find_records(context, passages);
  if (records && judged(context, passages, *records).authentic == 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Context context = Context::standard();
  const auto passages = passages_of(as_text({data, size}));
  if (const auto records = text::find_records(context, passages)) {
    judged(context, passages, *records);
    mark_and_read(context, passages);
  }
  (void)text::list_invisible(passages);
  (void)text::fingerprint(passages);
  return 0;
}
