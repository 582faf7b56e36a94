// SPDX-License-Identifier: Apache-2.0
// Hard bindings: forged exclusions, moved manifests, changed content (c2pa.md section 7).
#include "unit/c2pa/forge.hpp"

namespace signmark::c2pa::forge {
namespace {

using test_fixture::failures;
using Failures = std::vector<std::string>;

const Authority& authority() {
  static const Authority kAuthority;
  return kAuthority;
}

ValidationOptions believing() {
  ValidationOptions options;
  options.anchors.push_back(authority().root());
  return options;
}

Report check(const Forgery& forgery) {
  return test_fixture::validate_file(embed(forgery), believing());
}

Value data_hash(std::vector<std::pair<std::int64_t, std::int64_t>> ranges, ByteView digest) {
  Value list = Value::array();
  for (const auto& [start, length] : ranges)
    list.push(
        Value::map().set("start", Value::integer(start)).set("length", Value::integer(length)));
  return Value::map()
      .set("exclusions", std::move(list))
      .set("hash", Value::bytes(digest))
      .set("pad", Value::bytes(Bytes{}));
}

/// A forgery with these exclusions, whose digest fits them as far as they can be applied.
Report with_exclusions(
    const std::function<std::vector<std::pair<std::int64_t, std::int64_t>>(Range store)>& make) {
  Forgery forgery = perfect(authority().leaf());
  // The bytes outside the store do not depend on the digest, so one round gives the real one.
  Bytes digest(32, 0);
  forgery.bindings = [&](const std::vector<Range>& ranges, ByteView) {
    return std::vector<NamedAssertion>{
        {std::string(kDataHashLabel), data_hash(make(ranges.front()), digest)}};
  };
  const Bytes first = embed(forgery);
  const auto inventory = container::inspect(test::test_context(), first);
  REQUIRE_OK(inventory);
  std::vector<Range> ranges;
  for (const auto& [start, length] : make(inventory->manifest_exclusions.front()))
    ranges.push_back({static_cast<std::uint64_t>(start), static_cast<std::uint64_t>(length)});
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.offset < b.offset; });
  Rope rope;
  rope.view(first);
  digest = hash_data(test::test_context(), rope, ranges).value_or(Bytes(32, 0));
  return check(forgery);
}

std::int64_t at(const Range& range) { return static_cast<std::int64_t>(range.offset); }
std::int64_t size(const Range& range) { return static_cast<std::int64_t>(range.size); }

TEST_CASE("exclusions that are the store", "[forge][content]") {
  using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;
  const Report exact = with_exclusions([](Range store) { return Pairs{{at(store), size(store)}}; });
  CHECK(failures(exact).empty());
  CHECK(exact.content == Answer::good);
  CHECK_FALSE(exact.has("assertion.dataHash.additionalExclusionsPresent"));
}

TEST_CASE("exclusions that take media along are a forger's tool", "[forge][content]") {
  using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;
  for (const auto& [before, after] : {std::pair{0, 8}, std::pair{8, 0}}) {
    const Report report = with_exclusions([before = before, after = after](Range store) {
      return Pairs{{at(store) - before, size(store) + before + after}};
    });
    CHECK(failures(report) == Failures{"assertion.dataHash.mismatch"});
    CHECK(report.content == Answer::bad);
    CHECK(report.signature == Answer::good);
  }
}

TEST_CASE("exclusions beside the store are told", "[forge][content]") {
  using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;
  const Report report = with_exclusions([](Range store) {
    return Pairs{{8, 4}, {at(store), size(store)}};
  });
  CHECK(failures(report).empty());
  CHECK(report.has("assertion.dataHash.additionalExclusionsPresent"));
}

TEST_CASE("exclusions that overlap, leave the file or are no numbers", "[forge][content]") {
  using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;
  const Failures malformed{"assertion.dataHash.malformed"};
  CHECK(failures(with_exclusions([](Range store) {
          return Pairs{{at(store), size(store)}, {at(store) + 4, 4}};
        })) == malformed);
  CHECK(failures(with_exclusions([](Range store) {
          return Pairs{{at(store), size(store)}, {1'000'000, 4}};
        })) == malformed);
  CHECK(failures(with_exclusions([](Range store) {
          return Pairs{{at(store), INT64_MAX}};
        })) == malformed);
  CHECK(failures(with_exclusions([](Range store) {
          return Pairs{{at(store), size(store)}, {-4, 4}};
        })) == malformed);
}

TEST_CASE("hard bindings: none, two, only gathered, of a kind that is not checked",
          "[forge][content]") {
  Forgery forgery = perfect(authority().leaf());
  SECTION("none") {
    forgery.bindings = [](const auto&, ByteView) { return std::vector<NamedAssertion>(); };
    const Report report = check(forgery);
    CHECK(failures(report) == Failures{"claim.hardBindings.missing"});
    CHECK(report.content == Answer::unknown);
  }
  SECTION("two") {
    forgery.bindings = [](const auto& ranges, ByteView digest) {
      const Value one = data_hash_assertion(ranges, digest);
      return std::vector<NamedAssertion>{{"c2pa.hash.data", one}, {"c2pa.hash.data__1", one}};
    };
    CHECK(failures(check(forgery)) == Failures{"assertion.multipleHardBindings"});
  }
  SECTION("only gathered") {
    forgery.references = [](auto& created, auto& gathered) {
      gathered.push_back(created.front());
      created.erase(created.begin());
    };
    CHECK(failures(check(forgery)) == Failures{"claim.hardBindings.missing"});
  }
  SECTION("a kind that is not checked is unknown, never a match") {
    forgery.bindings = [](const auto&, ByteView) {
      return std::vector<NamedAssertion>{{"c2pa.hash.collection.data", Value::map()}};
    };
    const Report report = check(forgery);
    CHECK(failures(report).empty());
    CHECK(report.content == Answer::unknown);
    CHECK(report.has("io.signmark.content.notChecked"));
    CHECK(report.state() == "Invalid");
  }
  SECTION("without a hash, with a hash that is none, with an unknown algorithm") {
    const auto with = [&](Value value) {
      forgery.bindings = [&](const auto&, ByteView) {
        return std::vector<NamedAssertion>{{"c2pa.hash.data", value}};
      };
      return check(forgery);
    };
    CHECK(with(Value::map()).content == Answer::unknown);
    CHECK(failures(with(Value::map().set("hash", text("x")))) ==
          Failures{"assertion.cbor.invalid"});
    const Report other =
        with(Value::map().set("hash", Value::bytes(Bytes(16, 0))).set("alg", text("md5")));
    CHECK(failures(other) == Failures{"algorithm.unsupported"});
    CHECK(other.content == Answer::unknown);
  }
}

TEST_CASE("a longer hash than SHA-256 is computed as named", "[forge][content]") {
  Forgery forgery = perfect(authority().leaf());
  Bytes digest(64, 0);
  forgery.bindings = [&](const std::vector<Range>& ranges, ByteView) {
    Value value = data_hash({{at(ranges.front()), size(ranges.front())}}, digest);
    value.set("alg", text("sha512"));
    return std::vector<NamedAssertion>{{"c2pa.hash.data", value}};
  };
  const Bytes first = embed(forgery);
  const auto inventory = container::inspect(test::test_context(), first);
  REQUIRE_OK(inventory);
  const Range store = inventory->manifest_exclusions.front();
  Hasher hasher(HashAlg::sha512);
  hasher.update(ByteView(first).first(store.offset)).update(ByteView(first).subspan(store.end()));
  digest = hasher.finish();
  CHECK(check(forgery).content == Answer::good);
}

TEST_CASE("a manifest moved to another file: good signature, foreign content", "[forge][content]") {
  const auto signed_file = test_fixture::sign_file(test_fixture::png(), {});
  Bytes other = test_fixture::png();
  const auto inventory = container::inspect(test::test_context(), other);
  REQUIRE_OK(inventory);
  // Another picture of the same layout: one text chunk's worth of difference is enough.
  container::Edits edits;
  edits.manifest = signed_file.store;
  edits.xmp = Bytes{'<', 'x', '/', '>'};
  const auto plan = container::plan(test::test_context(), other, *inventory, edits);
  REQUIRE_OK(plan);
  const Report report = test_fixture::validate_file(plan->rope.flatten());
  CHECK(failures(report) == Failures{"assertion.dataHash.mismatch"});
  CHECK(report.signature == Answer::good);
  CHECK(report.structure == Answer::good);
  CHECK(report.content == Answer::bad);
}

TEST_CASE("a sidecar binds the whole file and no other", "[forge][content]") {
  ManifestRequest request;
  request.sidecar = true;
  const Bytes file = test_fixture::png();
  const auto made = test_fixture::sign_file(file, request);
  REQUIRE(made.sidecar);
  CHECK(made.file == file);
  ValidationOptions options = test_fixture::trusting();
  options.sidecar = made.store;
  CHECK(test_fixture::validate_file(file, options).state() == "Trusted");

  Bytes changed = file;
  changed[changed.size() - 20] ^= 1;
  const Report report = test_fixture::validate_file(changed, options);
  CHECK(report.content == Answer::bad);
  CHECK(report.signature == Answer::good);

  // The store alone says who signed, and that the content was not seen.
  const Report alone = test_fixture::validate_file(made.store);
  CHECK(alone.signature == Answer::good);
  CHECK(alone.content == Answer::unknown);
  CHECK(alone.state() == "Invalid");
}

TEST_CASE("a file that was cut off cannot be called forged", "[forge][content]") {
  const auto made = test_fixture::sign_file(test_fixture::png(), {});
  const Bytes cut(made.file.begin(), made.file.end() - 20);
  const Report report = test_fixture::validate_file(cut);
  CHECK(report.signature == Answer::good);
  CHECK(report.content == Answer::unknown);
  CHECK(report.state() == "Invalid");
}

TEST_CASE("hashing can be cancelled", "[forge][content]") {
  const auto made = test_fixture::sign_file(test_fixture::png(), {});
  Context context = test::test_context();
  context.progress = [](const Progress&) { return false; };
  CHECK(test::code_of(test_fixture::try_validate(made.file, {}, context)) == "base.cancelled");
}

// ---------------------------------------------------------------------------------------------
// Every bit

/// Whether a byte belongs to the carrier of the store (header, check sum), not to the store.
bool in_carrier(const container::Inventory& inventory, std::size_t store_at, std::size_t store_size,
                std::size_t byte) {
  const Range& range = inventory.manifest_exclusions.front();
  const bool excluded = byte >= range.offset && byte < range.end();
  return excluded && (byte < store_at || byte >= store_at + store_size);
}

void flip_everything(const std::filesystem::path& source) {
  const auto made = test_fixture::sign_file(test::slurp(source), test_fixture::full_request());
  const auto inventory = container::inspect(test::test_context(), made.file);
  REQUIRE_OK(inventory);
  const std::size_t store_at = as_text(made.file).find(as_text(ByteView(made.store).first(40)));
  REQUIRE(store_at != std::string_view::npos);
  for (std::size_t i = 0; i < made.file.size(); i += 5) {
    Bytes flipped = made.file;
    flipped[i] ^= static_cast<Byte>(1U << (i / 5 % 8));
    const auto report = test_fixture::try_validate(flipped);
    if (!report || report->state() == "Invalid") continue;
    if (in_carrier(*inventory, store_at, made.store.size(), i)) continue;
    INFO(source << " byte " << i);
    // Only what the signature does not cover may change, and then we tell.
    CHECK(report->has("io.signmark.signature.unsignedData"));
  }
}

TEST_CASE("no flipped bit stays unnoticed", "[forge][content]") {
  for (const auto& source : test_fixture::sources()) flip_everything(source);
}

TEST_CASE("each part that is changed has its own code", "[forge][content]") {
  const auto made = test_fixture::sign_file(test_fixture::png(), test_fixture::full_request());
  const auto flip_at = [&](std::string_view mark, std::size_t behind) {
    const std::size_t found = as_text(made.file).find(mark);
    REQUIRE(found != std::string_view::npos);
    Bytes flipped = made.file;
    flipped[found + mark.size() + behind] ^= 1;
    return failures(test_fixture::validate_file(flipped));
  };
  CHECK(flip_at("test generato", 0) == Failures{"assertion.hashedURI.mismatch"});
  CHECK(flip_at("hdc:titlefsampl", 0) == Failures{"claimSignature.mismatch"});
  CHECK(flip_at("IDAT", 1) == Failures{"assertion.dataHash.mismatch"});
}

}  // namespace
}  // namespace signmark::c2pa::forge
