// SPDX-License-Identifier: Apache-2.0
// Forged COSE structures, and every signature algorithm (c2pa.md section 5).
#include "unit/c2pa/forge.hpp"

namespace signmark::c2pa::forge {
namespace {

using test_fixture::failures;
using Failures = std::vector<std::string>;

/// One authority for the whole file: nothing changes it.
const Authority& authority() {
  static const Authority kAuthority;
  return kAuthority;
}

Report check(const Forgery& forgery) {
  ValidationOptions options;
  options.anchors.push_back(authority().root());
  return test_fixture::validate_file(embed(forgery), options);
}

Forgery with_key(const std::string& kind, std::int64_t alg) {
  CertificateSpec spec;
  spec.key = kind;
  Forgery forgery = perfect(authority().leaf(spec));
  forgery.cose.alg = alg;
  return forgery;
}

TEST_CASE("every algorithm of the profile verifies", "[forge][cose]") {
  const KeyPtr rsa = make_key("rsa2048");
  for (const auto& [kind, alg, name] :
       {std::tuple{"ed25519", -8, "EdDSA"}, std::tuple{"P-256", -7, "ES256"},
        std::tuple{"P-384", -35, "ES384"}, std::tuple{"P-521", -36, "ES512"},
        std::tuple{"P-256", -9, "ESP256"}, std::tuple{"P-384", -51, "ESP384"},
        std::tuple{"P-521", -52, "ESP512"}, std::tuple{"rsa2048", -37, "PS256"},
        std::tuple{"rsa2048", -38, "PS384"}, std::tuple{"rsa2048", -39, "PS512"}}) {
    INFO(name);
    const Report report = check(with_key(kind, alg));
    CHECK(failures(report).empty());
    CHECK(report.state() == "Trusted");
    CHECK(report.active.signer.algorithm == name);
  }
}

TEST_CASE("an algorithm that is not the key's never matches", "[forge][cose]") {
  // The signature itself is made with the key's own digest; only the header lies.
  for (const auto& [kind, alg] :
       {std::pair{"P-256", -37}, std::pair{"P-384", -7}, std::pair{"P-256", -35}}) {
    const Report report = check(with_key(kind, alg));
    CHECK(failures(report) == Failures{"claimSignature.mismatch"});
  }
}

TEST_CASE("ECDSA as DER is refused", "[forge][cose]") {
  Forgery forgery = with_key("P-256", -7);
  forgery.cose.der = true;
  CHECK(failures(check(forgery)) == Failures{"claimSignature.mismatch"});
}

TEST_CASE("an unknown algorithm is not checked, never valid", "[forge][cose]") {
  const Report report = check(with_key("P-256", -48));  // ML-DSA-44
  CHECK(failures(report) == Failures{"algorithm.unsupported"});
  CHECK(report.signature == Answer::unknown);
  CHECK(report.trust == Answer::unknown);
  CHECK(report.content == Answer::good);
  CHECK(report.state() == "Invalid");
  CHECK(report.active.signer.algorithm == "-48");
}

TEST_CASE("untagged COSE is refused", "[forge][cose]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.cose.tagged = false;
  CHECK(failures(check(forgery)) == Failures{"claimSignature.mismatch"});
}

TEST_CASE("critical headers that nobody knows are refused", "[forge][cose]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.cose.critical = true;
  CHECK(failures(check(forgery)) == Failures{"claimSignature.mismatch"});
}

TEST_CASE("the certificate chain is found in both headers under both labels", "[forge][cose]") {
  for (int place = 0; place < 4; ++place) {
    Forgery forgery = perfect(authority().leaf());
    forgery.cose.protected_label = place == 0;
    forgery.cose.protected_text = place == 1;
    forgery.cose.unprotected_label = place == 2;
    forgery.cose.unprotected_text = place == 3;
    INFO("place " << place);
    CHECK(check(forgery).state() == "Trusted");
  }
}

TEST_CASE("the integer label wins over the text one", "[forge][cose]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.cose.protected_text = true;
  forgery.cose.text_chain = Value::bytes(Bytes{1, 2, 3});
  CHECK(check(forgery).state() == "Trusted");
}

TEST_CASE("no chain, or a chain in both headers", "[forge][cose]") {
  Forgery none = perfect(authority().leaf());
  none.cose.protected_label = false;
  CHECK(failures(check(none)) == Failures{"signingCredential.invalid"});

  Forgery both = perfect(authority().leaf());
  both.cose.unprotected_label = true;
  CHECK(failures(check(both)) == Failures{"signingCredential.invalid"});
}

TEST_CASE("a chain that is no certificate", "[forge][cose]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.identity.chain = {Bytes{0x30, 0x00}};
  CHECK(failures(check(forgery)) == Failures{"signingCredential.invalid"});
  forgery.identity.chain = std::vector<Bytes>(40, authority().leaf().chain.front());
  CHECK(failures(check(forgery)) == Failures{"signingCredential.invalid"});
}

TEST_CASE("the unsigned pad may change, which is told", "[forge][cose]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.cose.pad = Bytes(20, 0);
  CHECK_FALSE(check(forgery).has("io.signmark.signature.unsignedData"));
  forgery.cose.pad[7] = 1;
  const Report report = check(forgery);
  CHECK(report.state() == "Trusted");
  CHECK(report.has("io.signmark.signature.unsignedData"));
}

TEST_CASE("the signature of another claim does not fit", "[forge][cose]") {
  Forgery forgery = perfect(authority().leaf());
  const Identity other = authority().leaf();
  forgery.identity.key = other.key;  // the certificate stays
  CHECK(failures(check(forgery)) == Failures{"claimSignature.mismatch"});
}

}  // namespace
}  // namespace signmark::c2pa::forge
