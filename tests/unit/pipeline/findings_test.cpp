// SPDX-License-Identifier: Apache-2.0
// The verdict follows from findings as architecture.md section 5 says.
#include "signmark/pipeline.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::test;

namespace {

Verdict verdict(std::initializer_list<State> states) {
  std::vector<Finding> findings;
  for (const State state : states) {
    Finding finding;
    finding.state = state;
    findings.push_back(finding);
  }
  return verdict_of(findings);
}

}  // namespace

TEST_CASE("one bad layer outweighs every good one") {
  CHECK(verdict({State::trusted, State::invalid}) == Verdict::tampered);
  CHECK(verdict({State::trusted, State::foreign, State::present}) == Verdict::tampered);
  CHECK(verdict({State::unreadable, State::invalid}) == Verdict::tampered);
}

TEST_CASE("trust, validity and presence are different words") {
  CHECK(verdict({State::trusted, State::present}) == Verdict::verified);
  CHECK(verdict({State::trusted, State::unreadable}) == Verdict::verified);
  CHECK(verdict({State::valid, State::present}) == Verdict::untrusted);
  CHECK(verdict({State::present, State::absent}) == Verdict::marked);
  CHECK(verdict({State::absent, State::absent}) == Verdict::none);
  CHECK(verdict({}) == Verdict::none);
}

TEST_CASE("could not look is never none") {
  CHECK(verdict({State::unreadable, State::absent}) == Verdict::inconclusive);
  CHECK(verdict({State::unreadable, State::present}) == Verdict::inconclusive);
}

TEST_CASE("exit codes are those of the house") {
  CHECK(verdict_exit_code(Verdict::verified) == 0);
  CHECK(verdict_exit_code(Verdict::none) == 10);
  CHECK(verdict_exit_code(Verdict::untrusted) == 11);
  CHECK(verdict_exit_code(Verdict::tampered) == 12);
  CHECK(verdict_exit_code(Verdict::marked) == 13);
  CHECK(verdict_exit_code(Verdict::inconclusive) == 14);
}

TEST_CASE("layers are parsed strictly") {
  const auto some = Layers::parse("metadata,manifest");
  REQUIRE_OK(some);
  CHECK_FALSE(some->visible);
  CHECK_FALSE(some->robust);
  CHECK(some->metadata);
  CHECK(some->manifest);
  CHECK(Layers::parse("robust")->robust);
  CHECK(Layers{}.robust);
  CHECK(layer_name(Layer::robust) == "robust");
  CHECK(layer_name(Layer::manifest) == "manifest");
  CHECK(code_of(Layers::parse("metadata,robust!")) == "pipeline.layers");
  CHECK(code_of(Layers::parse("")) == "pipeline.layers");
  CHECK(code_of(Layers::parse(",,")) == "pipeline.layers");
}
