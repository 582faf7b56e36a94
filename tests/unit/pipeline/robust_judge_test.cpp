// SPDX-License-Identifier: Apache-2.0
// What each kind of robust mark comes to: the table of image-mark.md section 3.
#include "pipeline/robust_judge.hpp"

#include "base/bytes.hpp"
#include "pipeline/tile_record.hpp"
#include "pipeline_support.hpp"

using namespace signmark;
using namespace signmark::test;
using image::RobustMark;
using Content = RobustMark::Content;

namespace {

constexpr std::uint64_t kId = 0x0123456789ABCDEF;
constexpr UnixTime kNow = 1'795'348'800;  // of test_context

RobustMark id_mark(std::uint64_t id = kId) {
  RobustMark mark;
  mark.key = "public";
  mark.pilot_z = 20;
  mark.has_id = true;
  mark.content_id = id;
  mark.id_z = 21;
  mark.false_positive_log10 = -60;
  mark.where = {0, 0, 1000, 800};
  return mark;
}

RobustMark signed_mark(const keys::Signer& signer, ByteView hint, Content content,
                       UnixTime time = kNow) {
  RobustMark mark = id_mark();
  ByteWriter fields;
  fields.u64be(kId).bytes(hint).u32be(static_cast<std::uint32_t>(time)).u64be(77);
  const Bytes packed = fields.take();
  std::copy(packed.begin(), packed.end(), mark.signed_fields.begin());
  const auto signature = signer.sign_object("image-frame", mark.signed_fields);
  REQUIRE_OK(signature);
  mark.signature = *signature;
  mark.has_signed = true;
  mark.content = content;
  return mark;
}

/// The hint that `mark` writes when it knows the issuer.
Bytes issuer_hint(const Studio& studio) {
  const auto root = keys::parse_certificate(studio.root());
  REQUIRE_OK(root);
  const auto print = keys::fingerprint(keys::Role::issuer, root->public_key);
  return {print.begin(), print.begin() + 4};
}

Bytes own_hint(const Studio& studio) {
  const auto& print = studio.signer().key().fingerprint;
  return {print.begin(), print.begin() + 4};
}

/// A file whose manifest layer came out like this and binds these ids.
Examination with_manifest(State state, const Studio& signer, std::vector<std::uint64_t> ids) {
  Examination look;
  look.findings.push_back({Layer::manifest, state, "C2PA manifest", {}, {}, {}});
  look.manifest.emplace();
  look.manifest->active.signer.leaf_der = signer.signer().chain().front();
  for (const std::uint64_t id : ids)
    look.manifest->active.soft_bindings.push_back({std::string(kLatticeAlg), id_bytes(id)});
  return look;
}

Judgement judge_one(const RobustMark& mark, const Examination& look, const Trust& trust,
                    UnixTime now = kNow) {
  image::RobustFinding found;
  found.marks = {mark};
  auto judgements = judge_marks(found.marks, kPictures, {look, trust, now});
  REQUIRE(judgements.size() == 1);
  return judgements.front();
}

std::string field(const Finding& finding, std::string_view name) {
  for (const Field& f : finding.fields)
    if (f.name == name) return f.value;
  return {};
}

}  // namespace

TEST_CASE("pilots and unsigned ids are presence, never origin") {
  RobustMark pilots = id_mark();
  pilots.has_id = false;
  const auto bare = judge_one(pilots, {}, {}).finding;
  CHECK(bare.state == State::present);
  CHECK(field(bare, "content id").empty());
  const auto id = judge_one(id_mark(), {}, {}).finding;
  CHECK(id.state == State::present);
  CHECK(field(id, "content id") == "0123456789abcdef");
  CHECK(field(id, "carrier key") == "public");
  CHECK(field(id, "false positive") == "below 10^-60.0");
}

TEST_CASE("an id that a good manifest names is as good as the manifest") {
  const Studio alice("Alice");
  for (const State state : {State::valid, State::trusted})
    CHECK(judge_one(id_mark(), with_manifest(state, alice, {kId}), {}).finding.state == state);
  // A manifest over other bytes vouches for nothing.
  CHECK(judge_one(id_mark(), with_manifest(State::foreign, alice, {kId}), {}).finding.state ==
        State::present);
}

TEST_CASE("manifest and mark that name different works contradict each other") {
  const Studio alice("Alice");
  const auto finding =
      judge_one(id_mark(1), with_manifest(State::trusted, alice, {kId}), {}).finding;
  CHECK(finding.state == State::foreign);
  CHECK(finding.basis.find("0123456789abcdef") != std::string::npos);
  CHECK(finding.basis.find("0000000000000001") != std::string::npos);
  // A manifest that binds no robust mark says nothing about one.
  CHECK(judge_one(id_mark(1), with_manifest(State::trusted, alice, {}), {}).finding.state ==
        State::present);
  // Of several marks one is the manifest's: the others may be parts of a collage.
  image::RobustFinding found;
  found.marks = {id_mark(1), id_mark(kId)};
  const Examination look = with_manifest(State::trusted, alice, {kId});
  const auto both = judge_marks(found.marks, kPictures, {look, {}, kNow});
  CHECK(both[0].finding.state == State::present);
  CHECK(both[1].finding.state == State::trusted);
}

TEST_CASE("a signed frame whose content fits proves its signer") {
  const Studio alice("Alice"), bob("Bob");
  const RobustMark mark = signed_mark(alice.signer(), issuer_hint(alice), Content::fits);
  const auto trusted = judge_one(mark, {}, alice.believing().trust);
  CHECK(trusted.finding.state == State::trusted);
  CHECK(trusted.signer == "Alice");
  CHECK(field(trusted.finding, "time").starts_with("2026-11-22T12:00:00Z"));

  Trust stranger = bob.believing().trust;
  stranger.leaves = alice.believing().trust.leaves;
  CHECK(judge_one(mark, {}, stranger).finding.state == State::valid);
  // Without a key that made the signature nobody is named, and nobody accused.
  const auto unknown = judge_one(mark, {}, bob.believing().trust);
  CHECK(unknown.finding.state == State::present);
  CHECK(unknown.signer.empty());
}

TEST_CASE("the file's own manifest brings the certificate of the frame") {
  const Studio alice("Alice");
  Trust anchors_only;
  anchors_only.anchors = alice.believing().trust.anchors;
  const RobustMark mark = signed_mark(alice.signer(), issuer_hint(alice), Content::fits);
  CHECK(judge_one(mark, {}, anchors_only).finding.state == State::present);
  CHECK(judge_one(mark, with_manifest(State::trusted, alice, {kId}), anchors_only).finding.state ==
        State::trusted);
}

TEST_CASE("a mark on other content is foreign, whatever a stranger's manifest says") {
  const Studio alice("Alice"), mallory("Mallory");
  const Trust trust = alice.believing().trust;
  const RobustMark moved = signed_mark(alice.signer(), issuer_hint(alice), Content::differs);
  CHECK(judge_one(moved, {}, trust).finding.state == State::foreign);
  CHECK(judge_one(moved, with_manifest(State::valid, mallory, {kId}), trust).finding.state ==
        State::foreign);
  // The exact hash of the signer's own manifest outranks an estimate.
  CHECK(judge_one(moved, with_manifest(State::valid, alice, {kId}), trust).finding.state ==
        State::trusted);
}

TEST_CASE("content that could not be compared is no better than present") {
  const Studio alice("Alice"), mallory("Mallory");
  const Trust trust = alice.believing().trust;
  const RobustMark part = signed_mark(alice.signer(), issuer_hint(alice), Content::not_compared);
  CHECK(judge_one(part, {}, trust).finding.state == State::present);
  CHECK(judge_one(part, with_manifest(State::valid, mallory, {kId}), trust).finding.state ==
        State::present);
  CHECK(judge_one(part, with_manifest(State::trusted, alice, {kId}), trust).finding.state ==
        State::trusted);
}

TEST_CASE("a forged signature is invalid when the hint names the very key") {
  const Studio alice("Alice"), mallory("Mallory");
  const Trust trust = alice.believing().trust;
  CHECK(judge_one(signed_mark(mallory.signer(), own_hint(alice), Content::fits), {}, trust)
            .finding.state == State::invalid);
  // An issuer may have more keys than are known here.
  CHECK(judge_one(signed_mark(mallory.signer(), issuer_hint(alice), Content::fits), {}, trust)
            .finding.state == State::present);
  RobustMark changed = signed_mark(alice.signer(), own_hint(alice), Content::fits);
  changed.signed_fields[20] ^= 1;  // the fingerprint
  CHECK(judge_one(changed, {}, trust).finding.state == State::invalid);
}

TEST_CASE("two frames that disagree are believed in nothing") {
  const Studio alice("Alice");
  RobustMark mark = signed_mark(alice.signer(), issuer_hint(alice), Content::fits);
  mark.content_id = 1;
  CHECK(judge_one(mark, {}, alice.believing().trust).finding.state == State::present);
}

TEST_CASE("a frame is judged at its own time, and by the store's objections") {
  const Studio alice("Alice");
  Trust trust = alice.believing().trust;
  constexpr std::int64_t kYear = 365LL * 86'400;
  const RobustMark mark = signed_mark(alice.signer(), issuer_hint(alice), Content::fits);
  CHECK(judge_one(mark, {}, trust, kNow + kYear).finding.state == State::trusted);
  CHECK(judge_one(mark, {}, trust, kNow - kYear).finding.state == State::valid);  // from the future
  const RobustMark late =
      signed_mark(alice.signer(), issuer_hint(alice), Content::fits, kNow + kYear);
  CHECK(judge_one(late, {}, trust, kNow + 2 * kYear).finding.state == State::valid);

  c2pa::LeafUse asked;
  trust.objection = [&](const c2pa::LeafUse& use) -> std::optional<std::string> {
    asked = use;
    return "the key is revoked";
  };
  const auto objected = judge_one(mark, {}, trust).finding;
  CHECK(objected.state == State::valid);
  CHECK(objected.basis.find("revoked") != std::string::npos);
  CHECK(asked.purpose == keys::Purpose::frame);
  CHECK(asked.claimed_time == kNow);
}
