// SPDX-License-Identifier: Apache-2.0
// What verdicts stand on is a part of a job's identity.
#include "batch/belief.hpp"

#include <fstream>
#include <set>

#include "batch/description.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::batch;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

std::string belief(const PublicPowers& powers) {
  const auto digest = belief_of(powers);
  REQUIRE_OK(digest);
  return *digest;
}

void put(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("another trust store, policy or key is another belief", "[belief]") {
  const ScratchDir dir;
  PublicPowers powers;
  powers.store = keys::TrustPaths{dir / "trust", {dir / "system"}};
  std::set<std::string> seen{belief(powers)};
  const auto is_new = [&] { return seen.insert(belief(powers)).second; };
  put(dir / "trust/smissuer1x/root.der", "root");
  CHECK(is_new());
  put(dir / "trust/.lock", "nobody is believed for this");
  CHECK_FALSE(is_new());
  put(dir / "trust/smissuer1x/root.der", "other");
  CHECK(is_new());
  put(dir / "system/a.smbundle", "bundle");
  CHECK(is_new());
  powers.policy.allow_untrusted = true;
  CHECK(is_new());
  powers.policy.max_bundle_age = 60;
  CHECK(is_new());
  powers.leaves = {Bytes{1}, Bytes{2}};
  CHECK(is_new());
  std::swap(powers.leaves[0], powers.leaves[1]);  // a keyring lists them in no order
  CHECK_FALSE(is_new());
  powers.carriers.emplace_back().fingerprint[0] = 7;
  CHECK(is_new());
  powers.carriers_closed = 1;
  CHECK(is_new());
}

TEST_CASE("a job that verifies is one with its belief", "[belief]") {
  PublicPowers powers;
  Job job;
  job.task = Task::verify;
  job.paths = {"/photos"};
  job.belief = belief(powers);
  const JobRow first = row_of(job, 0);
  const auto again = read_description(first.description);
  REQUIRE_OK(again);
  CHECK(again->belief == job.belief);
  REQUIRE_OK(check_belief(job.belief, powers));
  powers.anchors.push_back(Bytes{1, 2, 3});
  CHECK(code_of(check_belief(job.belief, powers)) == "batch.job.changed");
  job.belief = belief(powers);
  CHECK(row_of(job, 0).id != first.id);
}
