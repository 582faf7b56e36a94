// SPDX-License-Identifier: Apache-2.0
// A studio with keys and a scratch folder, for the tests of the flows.
#pragma once

#include "base/file.hpp"
#include "signmark/keyring.hpp"
#include "signmark/pipeline.hpp"
#include "support/test_support.hpp"

namespace signmark::test {

/// Somebody who signs: own issuer, own signing key.
class Studio {
 public:
  explicit Studio(const std::string& name, Context context = test_context())
      : context_(std::move(context)) {
    auto ring = keys::Keyring::open(context_, keys::Home::at(home_ / name));
    REQUIRE_OK(ring);
    keys::NewKey wanted;
    wanted.label = name;
    wanted.protection.without_passphrase = true;
    const auto set = ring->create_set(wanted);
    REQUIRE_OK(set);
    auto signer = ring->open_signer({}, {});
    REQUIRE_OK(signer);
    signer_ = std::move(*signer);
    auto issuer = ring->open_signer({}, {}, keys::Role::issuer);
    REQUIRE_OK(issuer);
    issuer_ = std::move(*issuer);
    root_ = set->issuer->key.certificate->der;
  }

  [[nodiscard]] const keys::Signer& signer() const { return *signer_; }
  [[nodiscard]] const std::shared_ptr<keys::Signer>& issuer() const { return issuer_; }
  [[nodiscard]] const Bytes& root() const { return root_; }

  [[nodiscard]] MarkOptions options(const std::string& layers = "metadata,manifest") const {
    MarkOptions options;
    options.layers = *Layers::parse(layers);
    options.signer = signer_.get();
    options.signer_root = root_;
    return options;
  }
  [[nodiscard]] VerifyOptions believing() const {
    VerifyOptions options;
    options.trust.anchors.push_back(root_);
    options.trust.leaves = [leaf = signer_->chain().front()](ByteView) {
      return std::vector<Bytes>{leaf};
    };
    return options;
  }

 private:
  ScratchDir home_;
  Context context_;
  std::shared_ptr<keys::Signer> signer_, issuer_;
  Bytes root_;
};

inline OutputOptions to(const std::filesystem::path& file) {
  OutputOptions output;
  output.file = file;
  return output;
}

inline const Finding* finding_of(const std::vector<Finding>& findings, Layer layer) {
  for (const Finding& finding : findings)
    if (finding.layer == layer) return &finding;
  return nullptr;
}

inline State state_of(const std::vector<Finding>& findings, Layer layer) {
  const Finding* finding = finding_of(findings, layer);
  REQUIRE(finding != nullptr);
  return finding->state;
}

inline void save(const std::filesystem::path& file, ByteView bytes) {
  REQUIRE_OK(write_file(file, bytes, {true, 0666, {}}));
}

}  // namespace signmark::test
