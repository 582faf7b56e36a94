// SPDX-License-Identifier: Apache-2.0
// Setting up a worker's own flows from what it was told.
#include "batch/worker_shop.hpp"

#include "base/text.hpp"
#include "label/font_find.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

Result<keys::TrustStore> open_store(const Context& context, const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return keys::TrustStore::from_bundle_file(context, path);
  keys::TrustPaths paths;
  paths.directory = path;
  return keys::TrustStore::load(context, paths);
}

/// Stores and bundles, and certificates that are believed as they are.
Result<Trust> open_trust(const Context& context, const PublicPowers& powers) {
  std::vector<keys::TrustStore> stores;
  for (const fs::path& path : powers.trust) {
    SIGNMARK_ASSIGN(keys::TrustStore store, open_store(context, path));
    stores.push_back(std::move(store));
  }
  Trust trust;
  if (!stores.empty()) trust = trust_in(context, std::move(stores));
  trust.anchors.insert(trust.anchors.end(), powers.anchors.begin(), powers.anchors.end());
  trust.leaves = [known = std::move(trust.leaves), own = powers.leaves](ByteView hint) {
    std::vector<Bytes> leaves = known ? known(hint) : std::vector<Bytes>();
    leaves.insert(leaves.end(), own.begin(), own.end());
    return leaves;
  };
  return trust;
}

/// Whoever signs here: to know own marks again.
Trust own_trust(const PublicPowers& powers) {
  Trust trust;
  if (!powers.signer_root.empty()) trust.anchors.push_back(powers.signer_root);
  if (!powers.chain.empty())
    trust.leaves = [leaf = powers.chain.front()](ByteView) { return std::vector<Bytes>{leaf}; };
  return trust;
}

template <class Options>
Status set_options(Options& options, const std::vector<Setting>& settings) {
  for (const auto& [name, value] : settings) SIGNMARK_TRY(set_option(options, name, value));
  return {};
}

}  // namespace

Workshop::Workshop(const Context& context, ToldSetup told, SupervisorLink& supervisor)
    : context_(context), told_(std::move(told)), supervisor_(supervisor) {
  context_.limits = told_.limits;
}

Result<std::unique_ptr<Workshop>> Workshop::open(const Context& context, ToldSetup told,
                                                 SupervisorLink& supervisor) {
  std::unique_ptr<Workshop> shop(new Workshop(context, std::move(told), supervisor));
  if (shop->told_.powers.carrier) {
    SIGNMARK_ASSIGN(shop->carrier_, remote_carrier(supervisor, *shop->told_.powers.carrier));
  }
  SIGNMARK_TRY(shop->setup().task == Task::mark ? shop->set_up_marking()
                                                : shop->set_up_verifying());
  if (shop->carrier_)
    shop->verifying_.carriers = [key = *shop->carrier_]() -> Result<keys::CarriersAtHand> {
      return keys::CarriersAtHand{{key}, 0};
    };
  return shop;
}

Status Workshop::set_up_marking() {
  const PublicPowers& powers = told_.powers;
  SIGNMARK_TRY(set_options(marking_, setup().options));
  if (powers.signer) {
    signer_ = std::make_unique<RemoteSigner>(supervisor_, *powers.signer, powers.chain);
    marking_.signer = signer_.get();
  }
  marking_.signer_root = powers.signer_root;
  if (carrier_) marking_.carrier_key = &*carrier_;
  marking_.existing = signmark::Existing::refuse;  // whose marks are there is asked afterwards
  marking_.prints = true;
  marking_.timed.encode.threads = 1;  // workers share the processors, not their threads
  verifying_.trust = own_trust(powers);
  verifying_.field = marking_.text.field;
  return choose_font();
}

Status Workshop::set_up_verifying() {
  SIGNMARK_TRY(set_options(verifying_, setup().options));
  SIGNMARK_ASSIGN(verifying_.trust, open_trust(context_, told_.powers));
  return {};
}

/// A sealed worker cannot search folders for fonts.
Status Workshop::choose_font() {
  label::VisibleLabel& visible = marking_.visible;
  if (!marking_.layers.visible || !visible.font_file.empty()) return {};
  SIGNMARK_ASSIGN(const std::u32string text, decode_utf8(visible.text));
  SIGNMARK_ASSIGN(const label::FontFace face,
                  label::find_font({}, text, label::system_font_folders()));
  std::error_code ignored;
  if (fs::is_regular_file(face.name(), ignored)) visible.font_file = face.name();
  return {};
}

std::vector<fs::path> Workshop::files_needed() const {
  std::vector<fs::path> files;
  for (const std::string* file : {&marking_.visible.font_file, &marking_.timed.notice.spoken_file})
    if (!file->empty()) files.emplace_back(*file);
  return files;
}

}  // namespace signmark::batch
