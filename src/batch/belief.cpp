// SPDX-License-Identifier: Apache-2.0
#include "batch/belief.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "batch/digest.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

/// Digests of all files in a folder, with their places in it. One that is not there is empty.
Result<std::vector<std::string>> files_of(const fs::path& folder) {
  std::vector<std::string> lines;
  std::error_code error;
  if (!fs::exists(folder, error)) return lines;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    // Locks and files on their way to their names; nobody is believed for those.
    if (!at->is_regular_file(error) || at->path().filename().native().starts_with('.')) continue;
    SIGNMARK_ASSIGN(const std::string digest, digest_of(at->path()));
    lines.push_back(at->path().lexically_relative(folder).native() + '\0' + digest);
  }
  if (error)
    return fail("base.file.open", "cannot look through the folder: " + error.message(),
                folder.string());
  return lines;
}

class Digest {
 public:
  /// In whatever order they were found.
  void add(std::string_view what, std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    all_ += fmt::format("{} {}\n", what, lines.size());
    for (const std::string& line : lines) all_ += digest_of(as_bytes(line)) + "\n";
  }
  void add(std::string_view what, const std::vector<Bytes>& parts) {
    std::vector<std::string> lines;
    lines.reserve(parts.size());
    for (const Bytes& part : parts) lines.emplace_back(as_text(part));
    add(what, std::move(lines));
  }
  [[nodiscard]] std::string text() const { return digest_of(as_bytes(all_)); }

 private:
  std::string all_;
};

std::string policy_text(const keys::TrustPolicy& policy) {
  return fmt::format("{} {} {}", static_cast<int>(policy.required_time),
                     policy.max_bundle_age.value_or(-1), policy.allow_untrusted);
}

}  // namespace

Result<std::string> belief_of(const PublicPowers& powers) {
  Digest digest;
  digest.add("anchors", powers.anchors);
  digest.add("leaves", powers.leaves);
  std::vector<std::string> bundles;
  for (const fs::path& bundle : powers.bundles) {
    SIGNMARK_ASSIGN(bundles.emplace_back(), digest_of(bundle));
  }
  digest.add("bundles", std::move(bundles));
  if (powers.store) {
    std::vector<fs::path> folders = powers.store->system;
    folders.push_back(powers.store->directory);
    for (const fs::path& folder : folders) {
      SIGNMARK_ASSIGN(std::vector<std::string> files, files_of(folder));
      digest.add("store", std::move(files));
    }
  }
  digest.add("policy", {policy_text(powers.policy)});
  std::vector<std::string> carriers;
  for (const keys::KeyInfo& key : powers.carriers) carriers.push_back(hex(key.fingerprint));
  digest.add("carriers", std::move(carriers));
  digest.add("closed", {std::to_string(powers.carriers_closed)});
  return digest.text();
}

Status check_belief(const std::string& belief, const PublicPowers& powers) {
  SIGNMARK_ASSIGN(const std::string now, belief_of(powers));
  if (now == belief) return {};
  return fail("batch.job.changed",
              "the trust store, its policy or the keys at hand were changed since this job was "
              "planned",
              {}, "use `signmark batch run` for a new one: its verdicts then stand on one ground");
}

}  // namespace signmark::batch
