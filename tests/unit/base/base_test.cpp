// SPDX-License-Identifier: Apache-2.0
// Room base: readers, ropes, files, text, time, JSON, limits.
#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/time.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::test;

TEST_CASE("byte reader never leaves its view and names the place") {
  const Bytes data{0x01, 0x02, 0x03, 0x04, 'a', 0};
  ByteReader reader(data, "container.test", 100);
  CHECK(*reader.u16be() == 0x0102);
  CHECK(*reader.u16le() == 0x0403);
  CHECK(*reader.cstring() == "a");
  const auto over = reader.u32be();
  REQUIRE_FALSE(over);
  CHECK(over.error().code == "container.test.truncated");
  CHECK(over.error().where == "byte 106");
  CHECK(reader.seek(7).error().code == "container.test.truncated");
  CHECK(code_of(reader.skip(UINT64_MAX)) == "container.test.truncated");
}

TEST_CASE("writer and reader agree on byte order") {
  ByteWriter writer;
  writer.u8(1).u16be(2).u16le(3).u24le(4).u32be(5).u32le(6).u64be(7).u64le(8);
  const Bytes raw = writer.take();
  ByteReader reader(raw, "t");
  CHECK(*reader.u8() == 1);
  CHECK(*reader.u16be() == 2);
  CHECK(*reader.u16le() == 3);
  CHECK(*reader.u24le() == 4);
  CHECK(*reader.u32be() == 5);
  CHECK(*reader.u32le() == 6);
  CHECK(*reader.u64be() == 7);
  CHECK(*reader.u64le() == 8);
  CHECK(reader.at_end());
}

TEST_CASE("rope joins views and owned bytes, copies and patches ranges") {
  const Bytes input{1, 2, 3, 4, 5};
  Rope rope;
  rope.view(ByteView(input).first(2));
  rope.own({9, 9, 9});
  rope.view(ByteView(input).subspan(2));
  CHECK(rope.flatten() == Bytes{1, 2, 9, 9, 9, 3, 4, 5});
  CHECK(*rope.copy({1, 4}) == Bytes{2, 9, 9, 9});
  CHECK(code_of(rope.copy({6, 3})) == "base.rope.range");
  CHECK(code_of(rope.copy({UINT64_MAX, 2})) == "base.rope.range");
  REQUIRE_OK(rope.patch(3, Bytes{7, 8}));
  CHECK(rope.flatten() == Bytes{1, 2, 9, 7, 8, 3, 4, 5});
  CHECK(code_of(rope.patch(1, Bytes{0, 0})) == "base.rope.view");
  const Rope moved = std::move(rope);
  CHECK(moved.flatten() == Bytes{1, 2, 9, 7, 8, 3, 4, 5});
}

TEST_CASE("atomic files appear whole or not at all") {
  const ScratchDir dir;
  const auto target = dir / "out.bin";
  {
    auto file = AtomicFile::create(target, {});
    REQUIRE_OK(file);
    REQUIRE_OK(file->write(as_bytes("half")));
    CHECK_FALSE(std::filesystem::exists(target));
  }
  CHECK(std::filesystem::is_empty(dir.path()));
  REQUIRE_OK(write_file(target, as_bytes("one")));
  CHECK(code_of(write_file(target, as_bytes("two"))) == "base.file.exists");
  CHECK(as_text(slurp(target)) == "one");
  REQUIRE_OK(write_file(target, as_bytes("two"), {true, 0600, dir / "out.bin~"}));
  CHECK(as_text(slurp(target)) == "two");
  CHECK(as_text(slurp(dir / "out.bin~")) == "one");
  CHECK(code_of(write_file(dir / "no/such/folder", as_bytes("x"))) == "base.file.create");
  CHECK(code_of(MappedFile::open(dir.path(), {})) == "base.file.type");
  CHECK(code_of(MappedFile::open(dir / "absent", {})) == "base.file.open");
}

TEST_CASE("a file whose pages are released reads the same") {
  const ScratchDir dir;
  REQUIRE_OK(write_file(dir / "a", as_bytes("some bytes")));
  const auto file = MappedFile::open(dir / "a", {});
  REQUIRE_OK(file);
  std::vector<std::string> phases;
  bool go_on = true;
  Context context = test_context();
  context.progress = [&](const Progress& progress) {
    phases.emplace_back(progress.phase);
    return go_on;
  };
  const Context frugal = releasing(context, *file);
  REQUIRE_OK(frugal.report("one", 0, 2));
  CHECK(as_text(file->bytes()) == "some bytes");
  go_on = false;
  CHECK(code_of(frugal.report("two", 1, 2)) == "base.cancelled");
  CHECK(phases == std::vector<std::string>{"one", "two"});
  REQUIRE_OK(releasing(test_context(), *file).report("silent", 0, 1));
  REQUIRE_OK(releasing(test_context(), MappedFile()).report("no file", 0, 1));
}

TEST_CASE("hashes match their published vectors") {
  CHECK(hex(hash(HashAlg::sha256, as_bytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(hash(HashAlg::sha384, as_bytes("abc"))).substr(0, 16) == "cb00753f45a35e8b");
  CHECK(hex(hash(HashAlg::sha512, as_bytes("abc"))).substr(0, 16) == "ddaf35a193617aba");
  CHECK(hash_alg_from_name("sha384") == HashAlg::sha384);
  CHECK_FALSE(hash_alg_from_name("md5"));
}

TEST_CASE("text helpers are strict") {
  CHECK(is_utf8("中文"));
  CHECK_FALSE(is_utf8("\xc3\x28"));
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));
  CHECK(*nfc("e\xcc\x81") == "é");
  CHECK(*unbase64("aGk=") == Bytes{'h', 'i'});
  CHECK_FALSE(unbase64("aGk"));
  CHECK_FALSE(unbase64("aGl="));
  CHECK_FALSE(unbase64("aG k="));
  CHECK_FALSE(unbase64("aG\xe9k"));
  CHECK(*unhex("00fF") == Bytes{0, 255});
  CHECK_FALSE(unhex("0"));
  CHECK(printable("a\x1b[31m\xe2\x80\xae") == "a\xef\xbf\xbd[31m\xef\xbf\xbd");
  CHECK(encode_utf8(*decode_utf8("A生𝄞")) == "A生𝄞");
  const auto random = seeded_random(7);
  const std::string id = uuid4(*random);
  CHECK(id.size() == 36);
  CHECK(id[14] == '4');
}

TEST_CASE("time converts both ways") {
  CHECK(rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(*parse_rfc3339("2026-11-22T20:00:00.5+08:00") == 1'795'348'800);
  CHECK(rfc3339(1'795'348'800) == "2026-11-22T12:00:00Z");
  CHECK_FALSE(parse_rfc3339("2026-02-30T00:00:00Z"));
  CHECK_FALSE(parse_rfc3339("2026-11-22T12:00:00"));
  CHECK(rfc3339(-1) == "1969-12-31T23:59:59Z");
  CHECK(*parse_duration("90d") == 90 * 86400);
  CHECK_FALSE(parse_duration("90"));
  CHECK_FALSE(parse_duration("-1d"));
}

TEST_CASE("json refuses what would be ambiguous") {
  CHECK(parse_json(R"({"a":[1,{"b":"c"}]})")->at("a")[1]["b"] == "c");
  CHECK(code_of(parse_json(R"({"a":1,"a":2})")) == "base.json.duplicate");
  CHECK(parse_json(R"({"a":1,"a":{"x":[2]},"b":3})", {16, true, false})->dump() ==
        R"({"a":1,"b":3})");
  CHECK(code_of(parse_json(std::string(100'000, '['))) == "base.json.depth");
  CHECK(code_of(parse_json("{} x")) == "base.json.syntax");
  CHECK(code_of(parse_json("{\"a\":\"\\u12g4\"}")) == "base.json.syntax");
  CHECK(code_of(parse_json("[1.5]", {16, false, true})) == "base.json.number");
  CHECK(code_of(parse_json("")) == "base.json.syntax");
}

TEST_CASE("limits are set by name") {
  Limits limits;
  REQUIRE_OK(set_limit(limits, "metadata-block=2MiB"));
  CHECK(limits.metadata_block == 2U << 20);
  CHECK(code_of(set_limit(limits, "metadata-block=2MB")) == "base.limit.value");
  CHECK(code_of(set_limit(limits, "metadata-block=-1")) == "base.limit.value");
  CHECK(code_of(set_limit(limits, "nonsense=1")) == "base.limit.unknown");
}

TEST_CASE("seeded randomness repeats, cancelled progress ends a call") {
  std::array<Byte, 8> a{}, b{};
  seeded_random(3)->fill(a);
  seeded_random(3)->fill(b);
  CHECK(a == b);
  Context context = test_context();
  context.progress = [](const Progress&) { return false; };
  CHECK(code_of(context.report("hash", 0, 1)) == "base.cancelled");
}
