// SPDX-License-Identifier: Apache-2.0
// Ogg: comments over several pages, renumbering, chains, manifests of several pages.
#include <map>

#include "container/timed/ogg_pages.hpp"
#include "timed_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

std::vector<OggPage> pages_of(ByteView file) {
  std::vector<OggPage> pages;
  for (std::uint64_t at = 0; at < file.size(); at = pages.back().range.end()) {
    const auto page = read_ogg_page(file, at);
    REQUIRE_OK(page);
    pages.push_back(*page);
  }
  return pages;
}

/// Check sums hold, and each stream's pages are numbered from 0.
void check_pages(ByteView file) {
  std::map<std::uint32_t, std::uint32_t> next;
  for (const OggPage& page : pages_of(file)) {
    CHECK(page.crc == ogg_crc(file.subspan(page.range.offset, page.range.size)));
    if (page.first()) next[page.serial] = 0;
    CHECK(page.sequence == next[page.serial]++);
  }
}

Bytes joined(const std::vector<Bytes>& pages) {
  Bytes out;
  for (const Bytes& page : pages) out.insert(out.end(), page.begin(), page.end());
  return out;
}

std::string le32(std::size_t value) {
  ByteWriter out;
  out.u32le(static_cast<std::uint32_t>(value));
  return std::string(as_text(out.view()));
}

/// An Opus stream whose comment has one field of this size, with `sound` pages behind it.
Bytes opus(std::size_t field, std::uint32_t serial = 7, std::size_t sound = 3) {
  const std::string head("OpusHead\1\1\0\0\x80\xBB\0\0\0\0\0", 19);
  const std::string tags =
      "OpusTags" + le32(4) + "test" + le32(1) + le32(field + 2) + "A=" + std::string(field, 'a');
  Bytes out = joined(ogg_pages({serial, 0, 0, ogg::kFirst, 1}, ogg_lacing(19), as_bytes(head)));
  const auto put = [&](const std::vector<Bytes>& pages) {
    const Bytes more = joined(pages);
    out.insert(out.end(), more.begin(), more.end());
    return static_cast<std::uint32_t>(pages.size());
  };
  std::uint32_t sequence = 1;
  sequence += put(ogg_pages({serial, sequence, 0, 0, 1}, ogg_lacing(tags.size()), as_bytes(tags)));
  for (std::size_t i = 0; i < sound; ++i) {
    const std::string packet(100 + i * 255, 's');
    const Byte flags = i + 1 == sound ? ogg::kLast : Byte{0};
    sequence += put(ogg_pages({serial, sequence, 960 * (i + 1), flags, 1},
                              ogg_lacing(packet.size()), as_bytes(packet)));
  }
  return out;
}

}  // namespace

TEST_CASE("ogg: pages, check sums and numbers hold after marking", "[ogg]") {
  for (const char* name : {"vorbis.ogg", "opus.ogg", "flac.ogg", "chained.ogg"}) {
    INFO(name);
    const Bytes file = sample(name);
    check_pages(file);
    check_pages(timed_marked(file));
    check_pages(timed_marked(file, 70000, 200000));
  }
}

TEST_CASE("ogg: a comment that needs another page moves all later numbers", "[ogg]") {
  constexpr std::size_t kPage = 65025;
  for (const std::size_t field : {kPage - 150, kPage - 26, kPage, 2 * kPage - 100}) {
    INFO(field);
    const Bytes file = opus(field);
    check_timed(file);
    const Bytes marked = timed_marked(file);
    check_pages(marked);
    // Back to a small one: the number of pages stays.
    CHECK(pages_of(timed_marked(marked, 5)).size() == pages_of(marked).size());
    check_pages(timed_marked(marked, 5));
  }
}

TEST_CASE("ogg: the sum of a renumbered page is computed without its body", "[ogg]") {
  const Bytes file = sample("vorbis.ogg");
  for (const OggPage& page : pages_of(file)) {
    Bytes changed(file.begin() + static_cast<std::ptrdiff_t>(page.range.offset),
                  file.begin() + static_cast<std::ptrdiff_t>(page.range.end()));
    const Bytes head = renumbered(page, 0x12345678);
    std::copy(head.begin(), head.end(), changed.begin() + 18);
    CHECK(*read_ogg_page(changed, 0).map([](const OggPage& p) { return p.crc; }) ==
          ogg_crc(changed));
  }
}

TEST_CASE("ogg: the record goes into the first link; records in others are seen", "[ogg]") {
  const Bytes first = opus(10), second = timed_marked(opus(20, 8), 33, 60);
  Bytes file = first;
  file.insert(file.end(), second.begin(), second.end());
  CHECK(record_in(file) == record_json(33));
  const Bytes marked = timed_marked(file);
  CHECK(look(marked).find(BlockKind::aigc)->range.offset > first.size());
  CHECK(count_of(look(marked), BlockKind::c2pa) == 1);
  CHECK(look(marked).find(BlockKind::c2pa)->range.offset < first.size());
  check_pages(marked);
}

TEST_CASE("ogg: multiplexed streams", "[ogg]") {
  const Bytes a = opus(10, 1), b = opus(70000, 2);
  const std::vector<OggPage> pa = pages_of(a), pb = pages_of(b);
  Bytes file;
  for (std::size_t i = 0; i < std::max(pa.size(), pb.size()); ++i)
    for (const auto& [bytes, pages] : {std::pair(&a, &pa), std::pair(&b, &pb)})
      if (i < pages->size())
        file.insert(file.end(),
                    bytes->begin() + static_cast<std::ptrdiff_t>((*pages)[i].range.offset),
                    bytes->begin() + static_cast<std::ptrdiff_t>((*pages)[i].range.end()));
  CHECK(look(file).sound_tracks == 2);
  check_timed(file);
  check_pages(timed_marked(file, 70000, 70000));
  check_timed_flips(ByteView(file).first(200));
}

TEST_CASE("ogg: damage", "[ogg]") {
  Bytes file = sample("opus.ogg");
  file[60] ^= 1;  // within the comment's page
  CHECK(look(file).complete);
  CHECK(look(file).problems.front().code == "container.ogg.checksum");
  file = sample("opus.ogg");
  const std::string junk = "junk behind the end";
  file.insert(file.end(), junk.begin(), junk.end());
  CHECK(look(file).trailing.size == junk.size());
  check_timed(file);
  Context context = test_context();
  context.limits.blocks = 1;
  CHECK(code_of(inspect(context, sample("chained.ogg"))) == "container.ogg.limit");
}
