// SPDX-License-Identifier: Apache-2.0
// Search by prints: what is close is found, whatever the kept file holds.
#include "ledger/print_index.hpp"

#include <algorithm>
#include <random>

#include "support/test_support.hpp"

namespace signmark::ledger {
namespace {

using signmark::test::code_of;
using signmark::test::ScratchDir;
using signmark::test::slurp;

constexpr std::string_view kOrigin = "signmark/0123456789abcdef";
constexpr std::uint64_t kMany = 40'000;  // more than are compared one by one

class Random {
 public:
  Byte byte() { return static_cast<Byte>(engine_()); }
  PrintBits bits() {
    PrintBits bits{};
    for (Byte& one : bits) one = byte();
    return bits;
  }
  /// With so many different bits changed.
  PrintBits near(PrintBits bits, int distance) {
    std::array<unsigned, 256> order{};
    for (unsigned i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::shuffle(order, engine_);
    for (std::size_t i = 0; i < static_cast<std::size_t>(distance); ++i)
      bits[order[i] / 8] ^= static_cast<Byte>(1U << (order[i] % 8));
    return bits;
  }

 private:
  std::mt19937_64 engine_{7};
};

struct Filled {
  PrintIndex index;
  std::vector<PrintBits> bits;
};

Filled filled(Random& random, std::uint64_t count) {
  Filled filled;
  for (std::uint64_t i = 0; i < count; ++i) {
    filled.bits.push_back(random.bits());
    filled.index.add(i, {PrintKind::picture, static_cast<std::uint32_t>(i % 9), filled.bits[i]});
  }
  return filled;
}

/// How many of the prints that differ in `distance` bits are found as themselves.
int found_at(const Filled& filled, Random& random, int distance) {
  int found = 0;
  for (std::size_t i = 0; i < filled.bits.size(); i += filled.bits.size() / 50) {
    const Print print{PrintKind::picture, 3, random.near(filled.bits[i], distance)};
    const auto matches = filled.index.search({&print, 1});
    if (matches.size() != 1) continue;
    CHECK(matches[0].sequence == i);
    CHECK(matches[0].distance == distance);
    CHECK(matches[0].own.bits == filled.bits[i]);
    CHECK(matches[0].own.part == i % 9);
    ++found;
  }
  return found;
}

Status write_back(const std::filesystem::path& file, const Bytes& bytes) {
  return write_file(file, bytes, {.replace = true, .mode = 0600, .keep = {}});
}

}  // namespace

TEST_CASE("close prints are found, in few and in many") {
  Random random;
  Filled few = filled(random, 500), many = filled(random, kMany);
  CHECK(found_at(few, random, 0) == 50);
  CHECK(found_at(few, random, 16) == 50);
  many.index.settle();
  CHECK(many.index.size() == kMany);
  CHECK(found_at(many, random, 0) == 50);
  CHECK(found_at(many, random, 8) == 50);
  CHECK(found_at(many, random, 16) >= 48);
}

TEST_CASE("a distant print alone is not enough, two of two parts are") {
  Random random;
  PrintIndex index = filled(random, 20'000).index;
  const Print one{PrintKind::picture, 1, random.bits()}, two{PrintKind::picture, 2, random.bits()};
  index.add(20'000, one);
  index.add(20'000, two);
  const int far = print_radius(PrintKind::picture);
  const std::vector<Print> prints{{PrintKind::picture, 0, random.near(one.bits, far)},
                                  {PrintKind::picture, 5, random.near(two.bits, far)},
                                  {PrintKind::picture, 5, random.near(two.bits, far + 1)}};
  CHECK(index.search({prints.data(), 1}).empty());
  const auto matches = index.search(prints);
  REQUIRE(matches.size() == 1);
  CHECK(matches[0].sequence == 20'000);
  CHECK(matches[0].prints_close == 2);
  CHECK(matches[0].distance == far);
  const std::vector<Print> same_part{prints[1], {PrintKind::picture, 6, prints[1].bits}};
  CHECK(index.search(same_part).empty());
}

TEST_CASE("kinds are not compared, others do not match") {
  Random random;
  const Filled all = filled(random, 2000);
  for (const PrintKind kind : {PrintKind::film, PrintKind::sound, PrintKind::text}) {
    const Print print{kind, 0, all.bits[0]};
    CHECK(all.index.search({&print, 1}).empty());
  }
  std::vector<Print> others;
  others.reserve(50);
  for (int i = 0; i < 50; ++i) others.push_back({PrintKind::picture, 0, random.bits()});
  CHECK(all.index.search(others).empty());
  CHECK(PrintIndex().search(others).empty());
}

TEST_CASE("chances are bounds: they grow with distance and with what was compared") {
  for (const PrintKind kind : {PrintKind::picture, PrintKind::sound, PrintKind::text}) {
    double before = -1000;
    for (int d = 0; d <= 256; ++d) {
      const double chance = print_chance_log10(kind, d);
      CHECK(chance >= before - 1e-9);
      CHECK(chance <= 0);
      before = chance;
    }
    // Never below that of 256 fair coins.
    CHECK(print_chance_log10(kind, 0) > 256 * std::log10(0.5));
    CHECK(print_chance_log10(kind, 256) == 0);
  }
  Random random;
  const Filled few = filled(random, 10), more = filled(random, 1000);
  const Print of_few{PrintKind::picture, 0, few.bits[3]},
      of_more{PrintKind::picture, 0, more.bits[3]};
  CHECK(few.index.search({&of_few, 1}).at(0).chance_log10 + 2 ==
        Approx(more.index.search({&of_more, 1}).at(0).chance_log10));
}

TEST_CASE("an index is kept and goes on") {
  const ScratchDir folder;
  const auto file = folder.path() / "ledger.prints";
  Random random;
  Filled all = filled(random, kMany);
  all.index.seen(kMany + 5);
  CHECK(all.index.worth_saving());
  REQUIRE_OK(all.index.save(file, kOrigin));
  CHECK_FALSE(all.index.worth_saving());
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::others_all) ==
        std::filesystem::perms::none);

  auto kept = PrintIndex::open(file, kOrigin);
  REQUIRE_OK(kept);
  CHECK(kept->next() == kMany + 5);
  CHECK(kept->size() == kMany);
  const Print print{PrintKind::picture, 0, random.bits()};
  kept->add(kMany + 5, print);
  CHECK(kept->search({&print, 1}).at(0).sequence == kMany + 5);
  REQUIRE_OK(kept->save(file, kOrigin));
  all.index = std::move(*PrintIndex::open(file, kOrigin));
  CHECK(all.index.search({&print, 1}).at(0).sequence == kMany + 5);
  CHECK(found_at(all, random, 4) == 50);
}

TEST_CASE("a file that is no index of this ledger is refused") {
  const ScratchDir folder;
  const auto file = folder.path() / "ledger.prints";
  CHECK(code_of(PrintIndex::open(file, kOrigin)) == "ledger.prints");
  Random random;
  Filled all = filled(random, kMany);
  REQUIRE_OK(all.index.save(file, kOrigin));
  CHECK(code_of(PrintIndex::open(file, "signmark/other")) == "ledger.prints");
  const Bytes good = slurp(file);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{20}, std::size_t{100}, good.size() - 1, good.size() - 8}) {
    REQUIRE_OK(
        write_back(file, Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))));
    CHECK(code_of(PrintIndex::open(file, kOrigin)) == "ledger.prints");
  }
  // Magic, and the counts that follow the header of 48 bytes.
  for (const std::size_t at : {0, 48, 50, 55, 56, 60}) {
    Bytes bad = good;
    bad[at] ^= 0x41;
    REQUIRE_OK(write_back(file, bad));
    CHECK(code_of(PrintIndex::open(file, kOrigin)) == "ledger.prints");
  }
}

TEST_CASE("forged numbers in a file lead nowhere outside of it") {
  const ScratchDir folder;
  const auto file = folder.path() / "ledger.prints";
  Random random;
  Filled all = filled(random, kMany);
  REQUIRE_OK(all.index.save(file, kOrigin));
  Bytes forged = slurp(file);
  // Behind the columns: places and numbers of the tables.
  for (std::size_t i = 64 + kMany * 44; i < forged.size() - 48; ++i) forged[i] = random.byte();
  REQUIRE_OK(write_back(file, forged));
  const auto index = PrintIndex::open(file, kOrigin);
  REQUIRE_OK(index);
  for (std::size_t i = 0; i < 200; ++i) {
    const Print print{PrintKind::picture, 0, all.bits[i]};
    for (const PrintMatch& match : index->search({&print, 1})) CHECK(match.sequence < kMany);
  }
}

}  // namespace signmark::ledger
