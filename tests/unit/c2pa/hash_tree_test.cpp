// SPDX-License-Identifier: Apache-2.0
// Hash trees over fragments and media of films (2.5: 16.3.4), built here a second way.
#include "c2pa/hash_tree.hpp"

#include "base/bytes.hpp"
#include "unit/c2pa/forge.hpp"

namespace signmark::c2pa::forge {
namespace {

const Authority& authority() {
  static const Authority kAuthority;
  return kAuthority;
}

Report judged(ByteView file) {
  ValidationOptions options;
  options.anchors.push_back(authority().root());
  return test_fixture::validate_file(file, options);
}

struct Root {
  std::string type;
  Range range;
};

std::vector<Root> roots_of(ByteView file) {
  std::vector<Root> roots;
  ByteReader reader(file, "test");
  while (!reader.at_end()) {
    const std::uint64_t start = reader.position();
    const std::uint64_t size = reader.u32be().value();
    roots.push_back({reader.fourcc().value(), {start, size}});
    REQUIRE_OK(reader.seek(start + size));
  }
  return roots;
}

/// Position and bytes of a box, as a hash takes it in.
Bytes with_offset(ByteView file, Range range) {
  return ByteWriter().u64be(range.offset).bytes(file.subspan(range.offset, range.size)).take();
}

Bytes digest_of_all(const Bytes& bytes) { return hash(HashAlg::sha256, bytes); }

void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

bool is_hashed(const Root& root) { return root.type != "uuid" && root.type != "mfra"; }

Value tree(std::uint64_t count, const std::vector<Bytes>& row, std::uint64_t local_id = 0) {
  Value hashes = Value::array();
  for (const Bytes& one : row) hashes.push(Value::bytes(one));
  return Value::map()
      .set("uniqueId", Value::uint(0))
      .set("localId", Value::uint(local_id))
      .set("count", Value::uint(count))
      .set("hashes", std::move(hashes));
}

/// The exclusions that the specification demands.
Value usual() { return *bmff_hash_assertion({}).find("exclusions"); }

/// Embeds what `make` says of the file's own bytes: the store's bytes are in no hash.
template <typename Make>
Bytes embedded(ByteView file, const Make& make) {
  Forgery forgery = perfect(authority().leaf());
  Value binding = make(file);
  forgery.bindings = [&](const auto&, ByteView) {
    return std::vector<NamedAssertion>{{"c2pa.hash.bmff.v3", binding}};
  };
  binding = make(embed(forgery, file));
  return embed(forgery, file);
}

/// A tree over fragments whose kept row is the leaves' (0) or one nearer to the root (1).
Value fragments_binding(ByteView file, int level) {
  Bytes init, current;
  std::vector<Bytes> leaves;
  for (const Root& root : roots_of(file)) {
    if (root.type == "moof" && !current.empty()) leaves.push_back(digest_of_all(current));
    if (root.type == "moof") current.clear();
    if (!is_hashed(root)) continue;
    const bool before = leaves.empty() && current.empty() && root.type != "moof";
    append(before ? init : current, with_offset(file, root.range));
  }
  leaves.push_back(digest_of_all(current));
  REQUIRE(leaves.size() == 3);
  std::vector<Bytes> row = leaves;
  if (level == 1) {
    Bytes pair = leaves[0];
    append(pair, leaves[1]);
    row = {digest_of_all(pair), leaves[2]};
  }
  Value entry = tree(leaves.size(), row);
  entry.set("initHash", Value::bytes(digest_of_all(init)));
  return Value::map()
      .set("exclusions", usual())
      .set("alg", text("sha256"))
      .set("merkle", Value::array({std::move(entry)}));
}

/// A hash over the file without the media, and the media's blocks.
Value media_binding(ByteView file, std::uint64_t block, std::uint64_t hole = 16) {
  Bytes whole;
  std::vector<Bytes> leaves;
  for (const Root& root : roots_of(file)) {
    if (!is_hashed(root)) continue;
    const bool media = root.type == "mdat";
    append(whole, with_offset(file, {root.range.offset, media ? hole : root.range.size}));
    if (!media) continue;
    for (std::uint64_t at = root.range.offset + 16; at < root.range.end(); at += block) {
      const ByteView leaf = file.subspan(at, std::min(block, root.range.end() - at));
      leaves.push_back(hash(HashAlg::sha256, leaf));
    }
  }
  Value rules = usual();
  Value subset = Value::map().set("offset", Value::uint(hole)).set("length", Value::uint(0));
  rules.push(Value::map().set("xpath", text("/mdat")).set("subset", Value::array({subset})));
  Value entry = tree(leaves.size(), leaves);
  entry.set("fixedBlockSize", Value::uint(block));
  return Value::map()
      .set("exclusions", std::move(rules))
      .set("alg", text("sha256"))
      .set("hash", Value::bytes(digest_of_all(whole)))
      .set("merkle", Value::array({std::move(entry)}));
}

Bytes sample_of(const char* name) {
  return test::slurp(test::media(std::string("samples/") + name));
}

/// Changes the last byte of the last root box of a type.
Bytes spoilt(Bytes file, std::string_view type) {
  std::uint64_t at = 0;
  for (const Root& root : roots_of(file))
    if (root.type == type) at = root.range.end() - 1;
  REQUIRE(at > 0);
  file[at] ^= 1;
  return file;
}

}  // namespace

TEST_CASE("hash trees: fragments", "[forge][content]") {
  const Bytes film = sample_of("fragments.mp4");
  for (const int level : {0, 1}) {
    const Bytes file =
        embedded(film, [level](ByteView bytes) { return fragments_binding(bytes, level); });
    const Report report = judged(file);
    CHECK(report.content == Answer::good);
    CHECK(report.has("assertion.bmffHash.match"));
    for (const char* type : {"mdat", "ftyp", "moov"})
      CHECK(judged(spoilt(file, type)).content == Answer::bad);
  }
}

TEST_CASE("hash trees: what names no initialisation segment is not judged", "[forge][content]") {
  const Bytes file = embedded(sample_of("fragments.mp4"), [](ByteView) {
    return Value::map()
        .set("exclusions", usual())
        .set("merkle", Value::array({tree(3, {Bytes(32, 0)})}));
  });
  CHECK(judged(file).content == Answer::unknown);
}

TEST_CASE("hash trees: media in blocks beside a hash over the file", "[forge][content]") {
  for (const std::uint64_t block : {100, 1'000'000}) {
    const Bytes file = embedded(sample_of("plain.mov"),
                                [block](ByteView bytes) { return media_binding(bytes, block); });
    CHECK(judged(file).content == Answer::good);
    CHECK(judged(spoilt(file, "mdat")).content == Answer::bad);
    CHECK(judged(spoilt(file, "moov")).content == Answer::bad);
  }
}

TEST_CASE("hash trees: media that no tree covers is unbound", "[forge][content]") {
  const auto without_tree = [](ByteView bytes) {
    Value binding = Value::map();
    const Value full = media_binding(bytes, 100);
    for (const char* key : {"exclusions", "alg", "hash"}) binding.set(key, *full.find(key));
    return binding;
  };
  CHECK(judged(embedded(sample_of("plain.mov"), without_tree)).content == Answer::bad);
  const auto wide_hole = [](ByteView bytes) { return media_binding(bytes, 100, 8); };
  CHECK(judged(embedded(sample_of("plain.mov"), wide_hole)).content == Answer::bad);
}

TEST_CASE("hash trees: malformed entries and sizes that do not fit", "[forge][content]") {
  CHECK_FALSE(read_hash_trees(Value::array(), HashAlg::sha256));
  CHECK_FALSE(read_hash_trees(Value::array({Value::map()}), HashAlg::sha256));
  CHECK_FALSE(read_hash_trees(Value::array({tree(1, {})}), HashAlg::sha256));
  HashTree sizes;
  sizes.block_sizes = {4, 6};
  CHECK(leaves_of(sizes, {100, 10}, 10)->back() == Range{104, 6});
  CHECK_FALSE(leaves_of(sizes, {100, 9}, 10));
  CHECK_FALSE(leaves_of(sizes, {100, 11}, 10));
  HashTree blocks;
  blocks.block_size = 1;
  CHECK_FALSE(leaves_of(blocks, {0, 11}, 10));
  blocks.block_size = 0;
  CHECK_FALSE(leaves_of(blocks, {0, 11}, 10));
}

}  // namespace signmark::c2pa::forge
