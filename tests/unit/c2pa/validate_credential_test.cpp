// SPDX-License-Identifier: Apache-2.0
// Forged credentials: each fault has its own code (c2pa.md sections 6 and 13).
#include "unit/c2pa/forge.hpp"

namespace signmark::c2pa::forge {
namespace {

using test_fixture::failures;
using Failures = std::vector<std::string>;

ValidationOptions believing(const Authority& authority) {
  ValidationOptions options;
  options.anchors.push_back(authority.root());
  return options;
}

Report check(const Authority& authority, const CertificateSpec& spec) {
  return test_fixture::validate_file(embed(perfect(authority.leaf(spec))), believing(authority));
}

/// The explanation of a failure code; empty when it is not there.
std::string reason(const Report& report, std::string_view code) {
  for (const StatusCode& status : report.codes)
    if (status.code == code) return status.explanation;
  return {};
}

TEST_CASE("a perfect forgery is trusted, so that each fault below is the only one", "[forge]") {
  const Authority authority;
  const Report report = check(authority, {});
  CHECK(failures(report).empty());
  CHECK(report.state() == "Trusted");
  CHECK(report.structure == Answer::good);
  CHECK(report.signature == Answer::good);
  CHECK(report.trust == Answer::good);
  CHECK(report.content == Answer::good);
  CHECK(report.active.signer.subject == "CN=forged signer");
  CHECK(report.active.signer.issuer == "CN=forged root");
  CHECK(report.active.signer.algorithm == "EdDSA");
}

TEST_CASE("extended key usages outside the profile are refused", "[forge]") {
  const Authority authority;
  for (const char* usages : {"", "anyExtendedKeyUsage", "codeSigning", "serverAuth",
                             "emailProtection,anyExtendedKeyUsage", "emailProtection,timeStamping",
                             "timeStamping", "OCSPSigning"}) {
    INFO("usages: " << usages);
    CertificateSpec spec;
    spec.usages = usages;
    const Report report = check(authority, spec);
    CHECK(failures(report) == Failures{"signingCredential.invalid"});
    CHECK(report.state() == "Invalid");
    CHECK(report.signature == Answer::bad);
  }
}

TEST_CASE("each extended key usage of the profile is enough", "[forge]") {
  const Authority authority;
  for (const char* usages : {"1.3.6.1.4.1.62558.2.1", "emailProtection", "1.3.6.1.5.5.7.3.36",
                             "codeSigning,emailProtection"}) {
    INFO("usages: " << usages);
    CertificateSpec spec;
    spec.usages = usages;
    CHECK(check(authority, spec).state() == "Trusted");
  }
}

TEST_CASE("key usage and identifiers are asked for", "[forge]") {
  const Authority authority;
  CertificateSpec no_usage;
  no_usage.key_usage.clear();
  CertificateSpec wrong_usage;
  wrong_usage.key_usage = "critical,keyEncipherment";
  CertificateSpec issuing;
  issuing.key_usage = "critical,digitalSignature,keyCertSign";
  CertificateSpec no_id;
  no_id.authority_key_id.clear();
  CertificateSpec no_constraints;  // may be absent
  no_constraints.constraints.clear();
  for (const auto& [spec, why] :
       {std::pair{no_usage, "no key usage"}, std::pair{wrong_usage, "lacks digitalSignature"},
        std::pair{issuing, "allows signing certificates"},
        std::pair{no_id, "no authority key identifier"}}) {
    const Report report = check(authority, spec);
    INFO(why);
    CHECK(report.has("signingCredential.invalid"));
    CHECK_THAT(reason(report, "signingCredential.invalid"), Catch::Contains(why));
  }
  CHECK(check(authority, no_constraints).state() == "Trusted");
}

TEST_CASE("an authority's certificate does not sign claims", "[forge]") {
  const Authority authority;
  CertificateSpec spec;
  spec.constraints = "critical,CA:TRUE";
  const Report report = check(authority, spec);
  CHECK(report.has("signingCredential.invalid"));
  CHECK_THAT(reason(report, "signingCredential.invalid"), Catch::Contains("authority"));
}

TEST_CASE("a self-signed leaf is refused even as its own anchor", "[forge]") {
  const Identity identity = self_signed();
  ValidationOptions options;
  options.anchors.push_back(identity.chain.front());
  const Report report = test_fixture::validate_file(embed(perfect(identity)), options);
  CHECK(failures(report) == Failures{"signingCredential.invalid"});
}

TEST_CASE("weak and unknown keys are refused", "[forge]") {
  const Authority authority;
  CertificateSpec weak;
  weak.key = "rsa1024";
  Forgery forgery = perfect(authority.leaf(weak));
  forgery.cose.alg = -37;
  const Report report = test_fixture::validate_file(embed(forgery), believing(authority));
  CHECK(report.has("signingCredential.invalid"));
  CHECK_THAT(reason(report, "signingCredential.invalid"), Catch::Contains("2048"));

  CertificateSpec curve;
  curve.key = "secp256k1";
  forgery = perfect(authority.leaf(curve));
  forgery.cose.alg = -7;
  const Report other = test_fixture::validate_file(embed(forgery), believing(authority));
  CHECK_THAT(reason(other, "signingCredential.invalid"), Catch::Contains("curve"));
  CHECK(other.has("claimSignature.mismatch"));
}

TEST_CASE("a certificate outside its validity", "[forge]") {
  const Authority authority;
  CertificateSpec expired;
  expired.from = kNow - 30 * kDay;
  expired.until = kNow - 1;
  CertificateSpec early;
  early.from = kNow + 1;
  for (const CertificateSpec& spec : {expired, early}) {
    const Report report = check(authority, spec);
    CHECK(report.has("signingCredential.expired"));
    CHECK(report.has("claimSignature.outsideValidity"));
    CHECK(report.has("claimSignature.validated"));
    CHECK_FALSE(report.has("claimSignature.insideValidity"));
    CHECK(report.state() == "Invalid");
  }
}

TEST_CASE("both ends of the validity are inside, and `at` replaces the clock", "[forge]") {
  const Authority authority;
  const Bytes file = embed(perfect(authority.leaf()));
  ValidationOptions options = believing(authority);
  const CertificateSpec spec;
  for (const auto& [at, state] :
       {std::pair{spec.from - 1, "Invalid"}, std::pair{spec.from, "Trusted"},
        std::pair{spec.until - 1, "Trusted"}, std::pair{spec.until + 1, "Invalid"}}) {
    options.at = at;
    INFO(at);
    CHECK(test_fixture::validate_file(file, options).state() == state);
  }
  // OpenSSL's chain check leaves the very last second out; the certificate itself is still good.
  options.at = spec.until;
  CHECK(test_fixture::validate_file(file, options).has("claimSignature.insideValidity"));
}

TEST_CASE("chains", "[forge]") {
  const Authority authority;
  const Identity through = authority.leaf_below(authority_spec("between"));
  CHECK(test_fixture::validate_file(embed(perfect(through)), believing(authority)).state() ==
        "Trusted");

  SECTION("another root does not make it trusted, but it stays valid") {
    const Report report =
        test_fixture::validate_file(embed(perfect(through)), believing(Authority()));
    CHECK(failures(report) == Failures{"signingCredential.untrusted"});
    CHECK(report.state() == "Valid");
    CHECK(report.trust == Answer::bad);
    CHECK(report.signature == Answer::good);
  }
  SECTION("a leaf issued by a leaf leads nowhere") {
    const Report report = test_fixture::validate_file(
        embed(perfect(authority.leaf_below(CertificateSpec()))), believing(authority));
    CHECK(failures(report) == Failures{"signingCredential.untrusted"});
  }
  SECTION("a missing intermediate breaks the chain") {
    Identity cut = through;
    cut.chain.pop_back();
    const Report report = test_fixture::validate_file(embed(perfect(cut)), believing(authority));
    CHECK(failures(report) == Failures{"signingCredential.untrusted"});
  }
  SECTION("an expired intermediate breaks it as well") {
    CertificateSpec old = authority_spec("between");
    old.until = kNow - 1;
    const Report report = test_fixture::validate_file(embed(perfect(authority.leaf_below(old))),
                                                      believing(authority));
    CHECK(failures(report) == Failures{"signingCredential.untrusted"});
  }
}

TEST_CASE("a name that looks like a trusted one proves nothing", "[forge]") {
  const Authority real;
  const Authority false_one;  // the same names, another key
  const Report report =
      test_fixture::validate_file(embed(perfect(false_one.leaf())), believing(real));
  CHECK(failures(report) == Failures{"signingCredential.untrusted"});
}

TEST_CASE("a revoked leaf is refused with the reason given", "[forge]") {
  const Authority authority;
  ValidationOptions options = believing(authority);
  Bytes asked;
  options.objection = [&](const LeafUse& use) {
    asked.assign(use.leaf_der.begin(), use.leaf_der.end());
    CHECK_FALSE(use.proven_time);
    CHECK(use.claim_digest.size() == 32);
    CHECK(use.media == keys::MediaKind::image);
    return std::optional<std::string>("key compromised");
  };
  const Identity identity = authority.leaf();
  const Report report = test_fixture::validate_file(embed(perfect(identity)), options);
  CHECK(asked == identity.chain.front());
  CHECK(failures(report) == Failures{"signingCredential.revoked"});
  CHECK(reason(report, "signingCredential.revoked") == "key compromised");
  CHECK(report.trust == Answer::bad);
}

TEST_CASE("an anchor that is no certificate is named", "[forge]") {
  ValidationOptions options;
  options.anchors = {test_fixture::root(), Bytes{1, 2, 3}};
  const auto report = test_fixture::try_validate(embed(perfect(Authority().leaf())), options);
  CHECK(test::code_of(report) == "c2pa.anchor.unreadable");
  CHECK(report.error().where == "anchor 2");
}

}  // namespace
}  // namespace signmark::c2pa::forge
