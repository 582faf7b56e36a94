// SPDX-License-Identifier: Apache-2.0
// JUMBF: building, reading, URIs, hostile input.
#include "c2pa/jumbf.hpp"

#include "base/bytes.hpp"
#include "support/test_support.hpp"

namespace signmark::c2pa::jumbf {
namespace {

using test::code_of;

const Bytes kSalt(16, 0x5a);

/// A store with one manifest: two assertions (one salted), a claim.
Bytes sample_store() {
  const Bytes first = superbox(kCborType, "c2pa.actions.v2", kSalt, {box("cbor", Bytes{0xa0})});
  const Bytes second = superbox(kJsonType, "x.json", {}, {box("json", Bytes{'{', '}'})});
  const Bytes assertions = superbox(kAssertionStoreType, kAssertionStoreLabel, {}, {first, second});
  const Bytes claim = superbox(kClaimType, kClaimLabel, {}, {box("cbor", Bytes{0xa0})});
  const Bytes manifest = superbox(kStandardManifestType, "urn:c2pa:1", {}, {assertions, claim});
  return superbox(kStoreType, kStoreLabel, {}, {manifest});
}

TEST_CASE("a built box has the bytes of the standard", "[jumbf]") {
  CHECK(hex(superbox(kCborType, "a", {}, {box("cbor", Bytes{0x01})})) ==
        "0000002c6a756d62"                                        // 44 bytes, jumb
        "0000001b6a756d6463626f7200110010800000aa00389b71036100"  // jumd
        "0000000963626f7201");
  CHECK(hex(superbox(kCborType, "a", Bytes(2, 7), {})) ==
        "0000002d6a756d62"
        "000000256a756d6463626f7200110010800000aa00389b71136100"
        "0000000a633273680707");
}

TEST_CASE("reading gives views, labels, salts and children", "[jumbf]") {
  const Bytes bytes = sample_store();
  auto store = parse_store(Limits{}, bytes);
  REQUIRE_OK(store);
  CHECK(store->raw.size() == bytes.size());
  CHECK(store->raw.data() == bytes.data());
  REQUIRE(store->children.size() == 1);
  const Box& manifest = store->children.front();
  CHECK(is_manifest(manifest));
  CHECK(manifest.label == "urn:c2pa:1");
  const Box* assertions = manifest.child(kAssertionStoreType);
  REQUIRE(assertions);
  const Box* actions = assertions->only("c2pa.actions.v2");
  REQUIRE(actions);
  REQUIRE(actions->salt);
  CHECK(Bytes(actions->salt->begin(), actions->salt->end()) == kSalt);
  REQUIRE(actions->content("cbor"));
  CHECK(hex(actions->content("cbor")->payload) == "a0");
  CHECK(bytes.data() + actions->offset == actions->raw.data());
  // What a hashed URI hashes: everything but the eight bytes of the header.
  CHECK(actions->payload.size() == actions->raw.size() - 8);
  CHECK(payload_of(actions->raw).data() == actions->payload.data());
  CHECK_FALSE(assertions->only("x.json")->salt);
  CHECK(assertions->only("nothing") == nullptr);
  CHECK(actions->content("json") == nullptr);
  CHECK(manifest.child(kSignatureType) == nullptr);
}

TEST_CASE("a label that cannot be requested and reserved toggles are refused", "[jumbf]") {
  Bytes bytes = superbox(kCborType, "a", {}, {box("cbor", Bytes{0x01})});
  const std::size_t toggles = 8 + 8 + 16;  // behind both headers and the content type
  REQUIRE(bytes[toggles] == 0x03);
  for (const Byte bad : {0x02, 0x23, 0x43, 0x83}) {
    bytes[toggles] = bad;
    CHECK(code_of(parse(Limits{}, bytes)) == "c2pa.jumbf.malformed");
  }
}

TEST_CASE("large sizes, ids and hashes in descriptions are read", "[jumbf]") {
  ByteWriter description;
  description.bytes(kJsonType).u8(0x0f).text("l").u8(0).u32be(7).fill(32, 1);
  ByteWriter inner;
  inner.bytes(box("jumd", description.view())).bytes(box("json", Bytes{'1'}));
  ByteWriter outer;
  outer.u32be(1).text("jumb").u64be(16 + inner.size()).bytes(inner.view());
  auto parsed = parse(Limits{}, outer.view());
  REQUIRE_OK(parsed);
  CHECK(parsed->label == "l");
  CHECK(parsed->payload.size() == inner.size());
  CHECK(as_text(parsed->content("json")->payload) == "1");

  ByteWriter open;  // size 0: to the end
  open.u32be(0).text("jumb").bytes(inner.view());
  CHECK_OK(parse(Limits{}, open.view()));
}

TEST_CASE("zero padding may follow, anything else not", "[jumbf]") {
  Bytes bytes = sample_store();
  const std::size_t size = bytes.size();
  bytes.resize(size + 9);
  auto store = parse(Limits{}, bytes);
  REQUIRE_OK(store);
  CHECK(store->raw.size() == size);
  bytes.back() = 1;
  CHECK(code_of(parse(Limits{}, bytes)) == "c2pa.jumbf.trailing");
}

TEST_CASE("broken boxes are refused", "[jumbf]") {
  const Bytes good = superbox(kCborType, "a", {}, {});
  CHECK(code_of(parse(Limits{}, box("cbor", {}))) == "c2pa.jumbf.malformed");
  CHECK(code_of(parse(Limits{}, box("jumb", box("cbor", {})))) == "c2pa.jumbf.malformed");
  CHECK(code_of(parse(Limits{}, *unhex("000000076a756d62"))) == "c2pa.jumbf.malformed");
  CHECK(code_of(parse(Limits{}, *unhex("000000ff6a756d62"))) == "c2pa.jumbf.truncated");
  CHECK(code_of(parse(Limits{}, *unhex("000000016a756d62ffffffffffffffff"))) ==
        "c2pa.jumbf.truncated");
  CHECK(code_of(parse(Limits{}, *unhex("000000016a756d620000000000000003"))) ==
        "c2pa.jumbf.malformed");
  CHECK(code_of(parse(Limits{}, superbox(kCborType, "a/b", {}, {}))) == "c2pa.jumbf.malformed");
  CHECK(code_of(parse(Limits{}, superbox(kCborType, "a\n", {}, {}))) == "c2pa.jumbf.malformed");
  CHECK(code_of(parse(Limits{}, superbox(kCborType, "\xc3", {}, {}))) == "c2pa.jumbf.malformed");
  CHECK(code_of(parse_store(Limits{}, good)) == "c2pa.jumbf.not-a-store");
  // An inner box of size 0 would reach beyond what its parent knows of.
  CHECK(code_of(parse(Limits{}, superbox(kCborType, "a", {}, {*unhex("0000000063626f72")}))) ==
        "c2pa.jumbf.malformed");
  Bytes longer_description = good;
  longer_description[32] = 0x01;  // toggles: no label, though one is there
  CHECK(code_of(parse(Limits{}, longer_description)) == "c2pa.jumbf.malformed");
}

TEST_CASE("depth, number and size are bounded", "[jumbf]") {
  Bytes nested = superbox(kCborType, "a", {}, {});
  for (int i = 0; i < 40; ++i) nested = superbox(kCborType, "a", {}, {nested});
  CHECK(code_of(parse(Limits{}, nested)) == "c2pa.jumbf.limit");
  Limits few;
  few.blocks = 3;
  CHECK_OK(parse(few, superbox(kCborType, "a", {}, {box("cbor", {})})));
  CHECK(code_of(parse(few, superbox(kCborType, "a", {}, {box("cbor", {}), box("cbor", {})}))) ==
        "c2pa.jumbf.limit");
  Limits small;
  small.manifest_store = 10;
  CHECK(code_of(parse(small, sample_store())) == "c2pa.jumbf.limit");
}

TEST_CASE("URIs are taken apart strictly", "[jumbf]") {
  auto absolute = parse_uri("self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/x");
  REQUIRE_OK(absolute);
  CHECK(absolute->manifest == "urn:c2pa:1");
  CHECK(absolute->path == std::vector<std::string>{"c2pa.assertions", "x"});
  CHECK(absolute->leaf() == "x");
  auto relative = parse_uri("self#jumbf=c2pa.assertions/x");
  REQUIRE_OK(relative);
  CHECK(relative->manifest.empty());
  CHECK(relative->path.size() == 2);
  for (const char* bad : {"", "self#jumbf=", "self#jumbf=/", "self#jumbf=/c2pa",
                          "self#jumbf=/c2pa/", "self#jumbf=/other/urn/x", "self#jumbf=a//b",
                          "self#jumbf=a/", "http://x/y", "self#jumbf=a/b/c/d/e/f/g/h/i"})
    CHECK(code_of(parse_uri(bad)) == "c2pa.uri.malformed");
  CHECK(absolute_uri("m", {"a", "b"}) == "self#jumbf=/c2pa/m/a/b");
  CHECK(absolute_uri("m", {}) == "self#jumbf=/c2pa/m");
  CHECK(relative_uri({"a", "b"}) == "self#jumbf=a/b");
}

TEST_CASE("URIs resolve inside the store", "[jumbf]") {
  const Bytes bytes = sample_store();
  auto store = parse_store(Limits{}, bytes);
  REQUIRE_OK(store);
  const Box& manifest = store->children.front();
  auto found = resolve(*store, manifest, "self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/x.json");
  REQUIRE_OK(found);
  CHECK(found->box->label == "x.json");
  CHECK(found->manifest == &manifest);
  auto near = resolve(*store, manifest, "self#jumbf=c2pa.assertions/x.json");
  REQUIRE_OK(near);
  CHECK(near->box == found->box);
  CHECK(resolve(*store, manifest, "self#jumbf=/c2pa/urn:c2pa:1")->box == &manifest);
  CHECK(code_of(resolve(*store, manifest, "self#jumbf=/c2pa/other/c2pa.assertions")) ==
        "c2pa.uri.missing");
  CHECK(code_of(resolve(*store, manifest, "self#jumbf=c2pa.assertions/y")) == "c2pa.uri.missing");

  const Bytes twin = superbox(kCborType, "t", {}, {});
  const Bytes twins = superbox(kStoreType, kStoreLabel, {},
                               {superbox(kStandardManifestType, "m", {}, {twin, twin})});
  auto twin_store = parse_store(Limits{}, twins);
  REQUIRE_OK(twin_store);
  CHECK(twin_store->children.front().count("t") == 2);
  CHECK(code_of(resolve(*twin_store, twin_store->children.front(), "self#jumbf=t")) ==
        "c2pa.uri.ambiguous");
}

TEST_CASE("every truncation fails and every flipped byte returns", "[jumbf]") {
  const Bytes sample = sample_store();
  for (std::size_t size = 0; size < sample.size(); ++size)
    CHECK_FALSE(parse_store(Limits{}, ByteView(sample).first(size)));
  for (std::size_t at = 0; at < sample.size(); ++at) {
    for (const int mask : {0x01, 0x10, 0xff}) {
      Bytes flipped = sample;
      flipped[at] = static_cast<Byte>(flipped[at] ^ mask);
      (void)parse_store(Limits{}, flipped);
    }
  }
  SUCCEED();
}

}  // namespace
}  // namespace signmark::c2pa::jumbf
