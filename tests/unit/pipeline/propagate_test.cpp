// SPDX-License-Identifier: Apache-2.0
// propagate_file: the platform's trio by tier; the producer's fields stay byte for byte.
#include "pipeline_support.hpp"

using namespace signmark;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kPlatform = "00119144030008867405X220001";

PropagateOptions platform(const Studio* studio = nullptr) {
  PropagateOptions options;
  options.propagator = kPlatform;
  options.propagate_id = "post-7";
  if (studio != nullptr) {
    options.signer = &studio->signer();
    options.signer_root = studio->root();
  }
  return options;
}

std::string record_text(const fs::path& file) {
  const Bytes bytes = slurp(file);
  const auto inventory = container::inspect(test_context(), bytes);
  REQUIRE_OK(inventory);
  const container::Block* xmp = inventory->find(container::BlockKind::xmp);
  REQUIRE(xmp != nullptr);
  const auto fields = label::read_xmp(xmp->payload);
  REQUIRE_OK(fields);
  REQUIRE(fields->aigc.size() == 1);
  return fields->aigc.front();
}

}  // namespace

TEST_CASE("the producer's fields stay byte for byte, the trio is filled and signed") {
  const Studio alice("Alice"), platform_studio("Platform");
  const ScratchDir dir;
  REQUIRE_OK(
      mark_file(test_context(), media("pictures/rocket.jpg"), to(dir / "a.jpg"), alice.options()));
  const std::string before = record_text(dir / "a.jpg");
  const auto report =
      propagate_file(test_context(2), dir / "a.jpg", to(dir / "b.jpg"), platform(&platform_studio));
  REQUIRE_OK(report);
  CHECK(report->tier == label::Tier::confirmed);
  CHECK_FALSE(report->added);
  const std::string after = record_text(dir / "b.jpg");
  const std::size_t trio = before.find("\"ContentPropagator\"");
  REQUIRE(trio != std::string::npos);
  CHECK(after.substr(0, trio) == before.substr(0, trio));
  CHECK(report->after.content_propagator == kPlatform);
  CHECK(report->after.propagate_id == "post-7");
  CHECK(report->after.reserved_code2.size() == 128);

  const auto look = verify_file(test_context(), dir / "b.jpg", platform_studio.believing());
  REQUIRE_OK(look);
  CHECK(look->verdict == Verdict::verified);
}

TEST_CASE("a manifest is never left broken: without a key nothing is done") {
  const Studio alice("Alice");
  const ScratchDir dir;
  REQUIRE_OK(
      mark_file(test_context(), media("samples/rgb.png"), to(dir / "a.png"), alice.options()));
  CHECK(code_of(propagate_file(test_context(), dir / "a.png", to(dir / "b.png"), platform())) ==
        "pipeline.propagate.signer");
  CHECK_FALSE(fs::exists(dir / "b.png"));
}

TEST_CASE("without a record the tier decides what is written") {
  const ScratchDir dir;
  const fs::path plain = media("samples/rgb.png");
  CHECK(code_of(propagate_file(test_context(), plain, to(dir / "b.png"), platform())) ==
        "pipeline.propagate.none");
  PropagateOptions declared = platform();
  declared.declared = true;
  const auto report = propagate_file(test_context(), plain, to(dir / "b.png"), declared);
  REQUIRE_OK(report);
  CHECK(report->added);
  CHECK(report->tier == label::Tier::possible);
  CHECK(report->after.label == "2");
  const auto look = verify_file(test_context(), dir / "b.png", {});
  REQUIRE_OK(look);
  CHECK(look->tier.tier == label::Tier::possible);
  // The next platform changes the trio and nothing else.
  PropagateOptions next = platform();
  next.propagator = "another-platform";
  const auto again = propagate_file(test_context(), dir / "b.png", to(dir / "c.png"), next);
  REQUIRE_OK(again);
  CHECK(again->after.label == "2");
  CHECK(again->after.content_producer == report->after.content_producer);
  CHECK(again->after.content_propagator == "another-platform");
}

TEST_CASE("what was propagated stands in the ledger, and whether only the uploader said so") {
  const Studio alice("Alice");
  const ScratchDir dir;
  const auto ledger =
      ledger::Ledger::open(test_context(), {(dir / "ledger.db").string(), false, {}});
  REQUIRE_OK(ledger);
  REQUIRE_OK(
      mark_file(test_context(), media("samples/rgb.png"), to(dir / "a.png"), alice.options()));
  PropagateOptions options = platform(&alice);
  options.ledger = ledger->get();
  const auto marked = propagate_file(test_context(), dir / "a.png", to(dir / "b.png"), options);
  REQUIRE_OK(marked);
  CHECK(marked->recorded);
  const auto first = (*ledger)->entry(marked->issued.sequence);
  REQUIRE_OK(first);
  CHECK(first->action == "propagate");
  CHECK(first->layers == "metadata,manifest");
  CHECK(first->manifest == marked->manifest_label);
  CHECK(first->propagator == options.propagator);
  CHECK(first->produce_id == marked->before.produce_id);
  CHECK(first->bytes == fs::file_size(dir / "b.png"));
  options.declared = true;
  REQUIRE_OK(propagate_file(test_context(), media("samples/rgb.png"), to(dir / "c.png"), options));
  const auto second = (*ledger)->entry(1);
  REQUIRE_OK(second);
  CHECK(second->action == "declare");
  CHECK(second->label == "2");
  CHECK(second->layers == "metadata");
  // Both files are found again by their digests.
  ledger::Query query;
  query.digest = first->output_digest;
  const auto hits = (*ledger)->search(query);
  REQUIRE_OK(hits);
  REQUIRE(hits->size() == 1);
  CHECK(hits->front().entry.sequence == first->sequence);
}

TEST_CASE("nobody propagates without a name") {
  const ScratchDir dir;
  PropagateOptions nameless = platform();
  nameless.propagator.clear();
  nameless.declared = true;
  CHECK(code_of(propagate_file(test_context(), media("samples/rgb.png"), to(dir / "b.png"),
                               nameless)) == "pipeline.propagator");
}

TEST_CASE("records in a native place are completed there") {
  const ScratchDir dir;
  // text.png carries a PNG tEXt record of an incomplete shape; the trio goes into the same chunk.
  const auto report =
      propagate_file(test_context(), media("samples/text.png"), to(dir / "b.png"), platform());
  REQUIRE_OK(report);
  CHECK(report->before.content_producer == "test");
  const auto look = verify_file(test_context(), dir / "b.png", {});
  REQUIRE_OK(look);
  CHECK(look->tier.tier == label::Tier::confirmed);
  const Bytes bytes = slurp(dir / "b.png");
  const auto inventory = container::inspect(test_context(), bytes);
  const container::Block* native = inventory->find(container::BlockKind::aigc);
  REQUIRE(native != nullptr);
  CHECK(as_text(native->payload).find("post-7") != std::string_view::npos);
}
