// SPDX-License-Identifier: Apache-2.0
// Setting up a worker's own flows from what it was told.
#include "batch/worker_shop.hpp"

#include "base/text.hpp"
#include "batch/belief.hpp"
#include "label/font_find.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

/// Stores and bundles, and certificates that are believed as they are.
Result<Trust> open_trust(const Context& context, const PublicPowers& powers) {
  std::vector<keys::TrustStore> stores;
  for (const fs::path& bundle : powers.bundles) {
    auto store = keys::TrustStore::from_bundle_file(context, bundle, powers.policy);
    if (!store) return tl::unexpected<Error>(store.error().in_file(bundle.string()));
    stores.push_back(std::move(*store));
  }
  if (powers.store) {
    SIGNMARK_ASSIGN(keys::TrustStore store,
                    keys::TrustStore::load(context, *powers.store, powers.policy));
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
  for (const keys::KeyInfo& carrier : shop->told_.powers.carriers) {
    SIGNMARK_ASSIGN(auto remote, remote_carrier(supervisor, carrier, shop->carriers_.size()));
    shop->carriers_.push_back(std::move(remote));
  }
  SIGNMARK_TRY(shop->setup().task == Task::mark ? shop->set_up_marking()
                                                : shop->set_up_verifying());
  shop->verifying_.carriers =
      [at_hand = keys::CarriersAtHand{
           shop->carriers_, shop->told_.powers.carriers_closed}]() -> Result<keys::CarriersAtHand> {
    return at_hand;
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
  if (!carriers_.empty()) marking_.carrier_key = &carriers_.front();
  marking_.existing = signmark::Existing::refuse;  // whose marks are there is asked afterwards
  marking_.prints = true;
  marking_.timed.encode.threads = 1;  // workers share the processors, not their threads
  verifying_.trust = own_trust(powers);
  verifying_.field = marking_.text.field;
  return choose_font();
}

Status Workshop::set_up_verifying() {
  SIGNMARK_TRY(set_options(verifying_, setup().options));
  if (verifying_.at) context_.clock = fixed_clock(*verifying_.at);  // trust is judged as of then
  SIGNMARK_ASSIGN(verifying_.trust, open_trust(context_, told_.powers));
  if (setup().belief.empty()) return {};
  // Workers are started again now and then, and the store's files may have been changed meanwhile.
  return check_belief(setup().belief, told_.powers);
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
