// SPDX-License-Identifier: Apache-2.0
// What the fault tests break: the changes of a keyring, one a process, with the cheapest passphrase
// cost, so that hundreds of runs take seconds.
//   keys_driver HOME VERB [ARGUMENT...]
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/result.hpp"
#include "signmark/keyring.hpp"

using namespace signmark;
using namespace signmark::keys;

namespace {

using Arguments = std::vector<std::string>;

UnlockOptions answer(const std::string& passphrase) {
  UnlockOptions unlock;
  unlock.prompt = [passphrase](const Prompt&, std::span<char> out) -> Result<std::size_t> {
    return passphrase.copy(out.data(), out.size());
  };
  return unlock;
}

Protection protect(const std::string& passphrase) {
  Protection protection;
  protection.kdf = KdfCost{1, 8};
  protection.passphrase = answer(passphrase);
  return protection;
}

NewKey wanted(const std::string& passphrase) {
  NewKey out;
  out.label = "fault";
  out.protection = protect(passphrase);
  out.unlock_issuer = answer(passphrase);
  return out;
}

template <class T>
Status done(const Result<T>& result) {
  return result.map([](const T&) {});
}

Status open_one(const Keyring& ring, const StoredKey& key, const Arguments& passphrases) {
  Status last;
  for (const std::string& passphrase : passphrases) {
    last = done(ring.export_secret(key.info.id(), answer(passphrase)));
    if (last) return last;
  }
  return last;
}

/// Prints each key and whether one of the passphrases opens it, then each problem.
Status print_keys(const Keyring& ring, const Arguments& passphrases) {
  SIGNMARK_ASSIGN(const Listing listing, ring.list());
  for (const StoredKey& key : listing.keys) {
    const Status opened = open_one(ring, key, passphrases);
    const std::string word = opened ? "opens" : opened.error().code;
    std::printf("key %s %s %s %s\n", std::string(role_name(key.info.role)).c_str(),
                key.info.id().c_str(), std::string(key_state_name(key.state)).c_str(),
                word.c_str());
  }
  for (const Error& problem : listing.problems)
    std::printf("problem %s %s\n", problem.code.c_str(), problem.where.c_str());
  return {};
}

/// The state as it was left; then one more change, which clears up; then the state again.
Status audit(const Keyring& ring, const Arguments& arguments) {
  SIGNMARK_TRY(print_keys(ring, arguments));
  SIGNMARK_TRY(ring.create(Role::carrier, wanted(arguments.at(0))));
  std::printf("swept\n");
  return print_keys(ring, arguments);
}

Status import_line(const Keyring& ring, const Arguments& arguments) {
  SIGNMARK_ASSIGN(const Bytes text, read_file(arguments.at(1), 4096));
  return done(ring.import_secret(as_text(text), wanted(arguments.at(0))));
}

using Verb = std::function<Status(const Keyring&, const Arguments&)>;

const std::map<std::string, Verb>& verbs() {
  static const std::map<std::string, Verb> table{
      {"new-set", [](const Keyring& ring,
                     const Arguments& a) { return done(ring.create_set(wanted(a.at(0)))); }},
      {"new-issuer",
       [](const Keyring& ring, const Arguments& a) -> Status {
         return done(ring.create(Role::issuer, wanted(a.at(0))));
       }},
      {"passwd",
       [](const Keyring& ring, const Arguments& a) -> Status {
         SIGNMARK_ASSIGN(const StoredKey key, ring.find({}, Role::issuer));
         return done(ring.change_passphrase(key.info.id(), answer(a.at(0)), protect(a.at(1))));
       }},
      {"rotate",
       [](const Keyring& ring, const Arguments& a) -> Status {
         return done(ring.rotate(Role::signing, {}, wanted(a.at(0))));
       }},
      {"revoke",
       [](const Keyring& ring, const Arguments&) -> Status {
         return done(ring.revoke(Role::signing, {}, RevocationReason::compromised, 0));
       }},
      {"export-line",
       [](const Keyring& ring, const Arguments& a) -> Status {
         SIGNMARK_ASSIGN(const StoredKey key, ring.find({}, Role::issuer));
         return ring.export_secret_file(key.info.id(), answer(a.at(0)), false, a.at(1));
       }},
      {"import-line", import_line},
      {"backup",
       [](const Keyring& ring, const Arguments& a) -> Status {
         return done(ring.export_all(a.at(1), protect(a.at(0))));
       }},
      {"restore",
       [](const Keyring& ring, const Arguments& a) -> Status {
         return done(ring.import_backup(a.at(1), answer(a.at(0))));
       }},
      {"audit", audit},
  };
  return table;
}

Status run(const std::filesystem::path& home, const Verb& verb, const Arguments& arguments) {
  SIGNMARK_ASSIGN(const Keyring ring, Keyring::open(Context::standard(), Home::at(home)));
  return verb(ring, arguments);
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments all(argv + 1, argv + argc);
  if (all.size() < 2 || !verbs().contains(all[1])) {
    std::fprintf(stderr, "usage: keys_driver HOME VERB [ARGUMENT...]\n");
    return 2;
  }
  const Status status = run(all[0], verbs().at(all[1]), Arguments(all.begin() + 2, all.end()));
  if (status) return 0;
  std::fprintf(stderr, "error: %s: %s\n", status.error().code.c_str(),
               status.error().message.c_str());
  return 1;
}
