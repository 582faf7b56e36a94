// SPDX-License-Identifier: Apache-2.0
// A home with keys in a scratch folder.
#include "host.hpp"

namespace signmark::test {
namespace {

constexpr keys::KdfCost kCheap{1, 8};  // Argon2's floor: nobody guesses this passphrase

keys::NewKey wanted_key(bool with_passphrase) {
  keys::NewKey wanted;
  wanted.label = "studio";
  wanted.protection.without_passphrase = !with_passphrase;
  if (!with_passphrase) return wanted;
  wanted.protection.kdf = kCheap;
  wanted.protection.passphrase.prompt = [](const keys::Prompt&,
                                           std::span<char> buffer) -> Result<std::size_t> {
    constexpr std::string_view kPassphrase = "open sesame";
    std::copy(kPassphrase.begin(), kPassphrase.end(), buffer.begin());
    return kPassphrase.size();
  };
  wanted.unlock_issuer = wanted.protection.passphrase;
  return wanted;
}

}  // namespace

Host::Host(bool with_passphrase) {
  const keys::Home home = keys::Home::at(folder_.path() / "home");
  const auto keyring = keys::Keyring::open(Context::standard(), home);
  REQUIRE_OK(keyring);
  const auto made = keyring->create_set(wanted_key(with_passphrase));
  REQUIRE_OK(made);
  auto store = keys::TrustStore::load(Context::standard(), keys::TrustPaths::of(home));
  REQUIRE_OK(store);
  REQUIRE(made->issuer->key.certificate.has_value());
  REQUIRE_OK(store->add_local_issuer(made->issuer->key.certificate->der));
  REQUIRE_SMK(error, smk_context_new(context.out(), error.out()));
  const std::string root = (folder_.path() / "home").string();
  REQUIRE_SMK(error, smk_context_set_home(context, root.c_str(), error.out()));
}

std::string Host::sample(const std::string& name) const {
  const std::filesystem::path copy = folder_ / name;
  std::filesystem::copy_file(media("samples/" + name), copy,
                             std::filesystem::copy_options::overwrite_existing);
  return copy.string();
}

}  // namespace signmark::test
