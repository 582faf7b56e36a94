// SPDX-License-Identifier: Apache-2.0
// Signing and validating tiny files in tests.
#pragma once

#include "signmark/c2pa.hpp"
#include "support/c2pa_signer.hpp"
#include "support/test_support.hpp"

namespace signmark::c2pa::test_fixture {

using test::c2pa_vector;
using test::TestSigner;

/// Small files of every format that can carry a store.
inline const std::vector<std::filesystem::path>& sources() {
  static const std::vector<std::filesystem::path> kSources = {
      test::media("samples/rgb.png"),    c2pa_vector("tiny.jpg"),
      c2pa_vector("tiny.webp"),          c2pa_vector("tiny.gif"),
      test::media("samples/le.tif"),     test::media("samples/plain.avif"),
      test::media("samples/plain.heic"), test::media("samples/plain.mp4"),
      test::media("samples/plain.mov"),  test::media("samples/cover.m4a")};
  return kSources;
}

inline Bytes png() { return test::slurp(sources().front()); }

inline Bytes root() { return test::slurp(c2pa_vector("root.der")); }

/// A request that uses everything.
inline ManifestRequest full_request() {
  ManifestRequest request;
  request.title = "sample";
  request.instance_id = "urn:uuid:00000000-0000-4000-8000-000000000001";
  request.agent_name = "test generator";
  request.agent_version = "1.0";
  request.disclosure = AiDisclosure{"c2pa.types.model", "m", "pkg:generic/m@1", "prompt_guided"};
  request.soft_bindings.push_back({"io.signmark.lattice.1", {1, 2, 3, 4, 5, 6, 7, 8}});
  request.visible_label = true;
  request.all_actions_included = true;
  return request;
}

struct Signed {
  Bytes file;
  Bytes store;
  bool sidecar = false;
};

inline Signed sign_file(ByteView file, const ManifestRequest& request,
                        const keys::Signer& signer = TestSigner(), std::uint64_t seed = 1,
                        container::Edits edits = {}) {
  const Context context = test::test_context(seed);
  const auto inventory = container::inspect(context, file);
  REQUIRE_OK(inventory);
  auto plan = sign(context, file, *inventory, std::move(edits), request, signer);
  REQUIRE_OK(plan);
  return {plan->rope.flatten(), std::move(plan->store), plan->sidecar};
}

/// Believes the test root unless told otherwise.
inline ValidationOptions trusting() {
  ValidationOptions options;
  options.anchors.push_back(root());
  return options;
}

inline Result<Report> try_validate(ByteView file, const ValidationOptions& options = trusting(),
                                   const Context& context = test::test_context()) {
  SIGNMARK_ASSIGN(const container::Inventory inventory, container::inspect(context, file));
  return validate(context, file, inventory, options);
}

inline Report validate_file(ByteView file, const ValidationOptions& options = trusting()) {
  auto report = try_validate(file, options);
  REQUIRE_OK(report);
  return *report;
}

/// All failure codes, sorted, for messages and comparison.
inline std::vector<std::string> failures(const Report& report) {
  std::vector<std::string> codes;
  for (const auto* list : {&report.codes, &report.ingredient_codes})
    for (const StatusCode& status : *list)
      if (status.kind == CodeKind::failure) codes.push_back(status.code);
  std::sort(codes.begin(), codes.end());
  return codes;
}

}  // namespace signmark::c2pa::test_fixture
