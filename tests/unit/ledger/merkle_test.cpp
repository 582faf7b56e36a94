// SPDX-License-Identifier: Apache-2.0
// The tree against RFC 6962's own example, proofs of all trees up to 70 leaves, notes.
#include "ledger/merkle.hpp"

#include "ledger/note.hpp"
#include "ledger_signer.hpp"

namespace signmark::ledger {
namespace {

using test::code_of;

Hash root_of(std::span<const Hash> leaves) {  // MTH of RFC 6962 2.1, by its definition
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = cut(leaves.size());
  return node_hash(root_of(leaves.first(k)), root_of(leaves.subspan(k)));
}

Checkpoint checkpoint_of(const Frontier& tree) {
  Checkpoint out;
  out.origin = "signmark/0123456789abcdef";
  out.size = tree.size();
  out.root = tree.root();
  return out;
}

TEST_CASE("roots are those of the certificate transparency test vectors") {
  // certificate-transparency-go, merkle tree tests: leaves and roots of 0 to 8 of them.
  const std::vector<Bytes> leaves{{},
                                  {0x00},
                                  {0x10},
                                  {0x20, 0x21},
                                  {0x30, 0x31},
                                  {0x40, 0x41, 0x42, 0x43},
                                  {0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57},
                                  {0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a,
                                   0x6b, 0x6c, 0x6d, 0x6e, 0x6f}};
  Frontier tree;
  CHECK(hex(tree.root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const Bytes& leaf : leaves) {
    tree.add(leaf_hash(as_text(leaf)));
    if (tree.size() == 1)
      CHECK(hex(tree.root()) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  }
  CHECK(hex(tree.root()) == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST_CASE("every proof of every small tree holds, and no other") {
  std::vector<Hash> leaves;
  std::vector<Frontier> trees(1);
  for (int i = 0; i < 70; ++i) {
    leaves.push_back(leaf_hash("line " + std::to_string(i)));
    trees.push_back(trees.back());
    trees.back().add(leaves.back());
    REQUIRE(trees.back().root() == root_of(leaves));
    const auto parsed = Frontier::parse(trees.back().size(), trees.back().bytes());
    REQUIRE_OK(parsed);
    REQUIRE(*parsed == trees.back());
  }
  const RangeRoot root = [&](std::uint64_t begin, std::uint64_t end) -> Result<Hash> {
    return root_of(std::span(leaves).subspan(begin, end - begin));
  };
  int good = 0;
  int bad = 0;
  for (std::uint64_t size = 1; size <= 70; ++size) {
    const Checkpoint whole = checkpoint_of(trees[size]);
    for (std::uint64_t leaf = 0; leaf < size; ++leaf) {
      Inclusion proof{leaf, size, *inclusion_path(leaf, size, root)};
      good += check_inclusion(proof, "line " + std::to_string(leaf), whole) ? 1 : 0;
      bad += check_inclusion(proof, "line " + std::to_string(leaf + 1), whole) ? 1 : 0;
      proof.path.push_back(whole.root);
      bad += check_inclusion(proof, "line " + std::to_string(leaf), whole) ? 1 : 0;
    }
    for (std::uint64_t from = 1; from <= size; ++from) {
      Consistency proof{from, size, *consistency_path(from, size, root)};
      Checkpoint earlier = checkpoint_of(trees[from]);
      good += check_consistency(proof, earlier, whole) ? 1 : 0;
      earlier.root[0] ^= 1U;
      bad += check_consistency(proof, earlier, whole) ? 1 : 0;
      earlier.root[0] ^= 1U;
      proof.path.push_back(whole.root);
      bad += check_consistency(proof, earlier, whole) ? 1 : 0;
    }
  }
  CHECK(good == 70 * 71);
  CHECK(bad == 0);
}

TEST_CASE("the canonical line never changes") {
  // The digests were computed apart, from the description in canonical.cpp.
  Entry entry = test::sample_entry(7);
  entry.sequence = 5;
  entry.time = 1'795'348'800;
  entry.name = "a\tb\\c\nd.png";
  entry.tiles = {1, 2, 3};
  entry.prints = {{PrintKind::film, 1500, {}}};
  entry.prints[0].bits.fill(0x55);
  entry.supply = {"Bob", "contract 12", Bytes(16, 9)};
  const std::string line = canonical_line(entry);
  CHECK(line ==
        "signmark-entry/1\t5\t1795348800\t1007\tmark\t" + std::string(64, 'a') +
            "\t\t0000000000000007\ta\\tb\\\\c\\nd.png\timage/png\tblake2b-256:in7\t"
            "blake2b-256:out7\trobust,visible,metadata,manifest\t\t1\tAlice\t0000000000000007\t\t"
            "\tdone\t"
            "sha256:99a56f8fe14f100a7952d0be63fe468ac559fe48615e45b06ce85a448b50a503\t"
            "sha256:039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81\t"
            "sha256:082b6e6ecaacec823bdbba53cb4582817b0180dc5d2c515ace4e679d3c9ce376");
  for (auto change : std::vector<std::function<void(Entry&)>>{
           [](Entry& e) { e.prints[0].part = 1; }, [](Entry& e) { e.prints[0].bits[31] ^= 1U; },
           [](Entry& e) { e.prints.clear(); }, [](Entry& e) { e.tiles[0] = 9; },
           [](Entry& e) { e.supply.recipient = "Bobc"; }, [](Entry& e) { e.supply.salt.clear(); },
           [](Entry& e) { std::swap(e.label, e.manifest); }, [](Entry& e) { ++e.sequence; }}) {
    Entry other = entry;
    change(other);
    CHECK(canonical_line(other) != line);
  }
}

TEST_CASE("a checkpoint is a signed note of one form") {
  const test::LedgerSigner signer;
  Frontier tree;
  tree.add(leaf_hash("x"));
  const auto made = sign_checkpoint("signmark/0123456789abcdef", tree, 1'795'348'800, signer);
  REQUIRE_OK(made);
  const std::string text = made->text();
  CHECK(text.starts_with("signmark/0123456789abcdef\n1\n"));
  CHECK(text.find("\ntime 2026-11-22T12:00:00Z\n\n\xe2\x80\x94 smsign1") != std::string::npos);
  const auto parsed = Checkpoint::parse(text);
  REQUIRE_OK(parsed);
  CHECK(parsed->text() == text);
  CHECK(parsed->key == signer.key().public_key);
  CHECK(parsed->signature_holds());
  std::string later = text;
  later.replace(later.find("12:00:00"), 8, "12:00:01");
  CHECK_FALSE(Checkpoint::parse(later)->signature_holds());
  // A witness's line may follow ours or stand before it.
  const std::string witness = "\xe2\x80\x94 example.com/w AAAAAAAA\n";
  CHECK_OK(Checkpoint::parse(text + witness));
  CHECK(Checkpoint::parse_all(text + witness + text)->size() == 2);
  for (const std::string& wrong :
       {text + "x", text.substr(0, text.size() - 1), "0" + text, std::string(),
        "signmark/0123456789abcdef\n01" + text.substr(text.find("\n1\n") + 2),
        text.substr(0, text.find("\xe2\x80\x94")) + witness})
    CHECK(code_of(Checkpoint::parse(wrong)) == "ledger.checkpoint.syntax");
  CHECK(complete_notes(text + text.substr(0, 40)) == text.size());
  CHECK(complete_notes(text + witness + "torn") == text.size() + witness.size());
}

}  // namespace
}  // namespace signmark::ledger
