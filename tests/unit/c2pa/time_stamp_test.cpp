// SPDX-License-Identifier: Apache-2.0
// RFC 3161 time stamps in claim signatures, made by an authority of the test.
#include <openssl/ts.h>

#include "unit/c2pa/forge.hpp"

namespace signmark::c2pa::forge {
namespace {

using test_fixture::failures;

struct TsDelete {
  void operator()(TS_REQ* p) const { TS_REQ_free(p); }
  void operator()(TS_RESP* p) const { TS_RESP_free(p); }
  void operator()(TS_RESP_CTX* p) const { TS_RESP_CTX_free(p); }
  void operator()(TS_MSG_IMPRINT* p) const { TS_MSG_IMPRINT_free(p); }
  void operator()(X509_ALGOR* p) const { X509_ALGOR_free(p); }
  void operator()(ASN1_OBJECT* p) const { ASN1_OBJECT_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, TsDelete>;

/// A request over SHA-256 of the message, in DER.
Owned<BIO> request(ByteView message) {
  const Owned<TS_REQ> made(TS_REQ_new());
  const Owned<TS_MSG_IMPRINT> imprint(TS_MSG_IMPRINT_new());
  const Owned<X509_ALGOR> algorithm(X509_ALGOR_new());
  X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr);
  Bytes digest = hash(HashAlg::sha256, message);
  TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get());
  TS_MSG_IMPRINT_set_msg(imprint.get(), digest.data(), static_cast<int>(digest.size()));
  TS_REQ_set_version(made.get(), 1);
  TS_REQ_set_msg_imprint(made.get(), imprint.get());
  TS_REQ_set_cert_req(made.get(), 1);
  Owned<BIO> bio(BIO_new(BIO_s_mem()));
  REQUIRE(i2d_TS_REQ_bio(bio.get(), made.get()) == 1);
  return bio;
}

/// The token of an authority whose clock says `at`; RFC 3161 signers here use P-256.
Bytes stamp(const Identity& authority, UnixTime at, ByteView message) {
  const Owned<TS_RESP_CTX> context(TS_RESP_CTX_new());
  const auto certificate = parse_certificate(authority.chain.front());
  REQUIRE_OK(certificate);
  const Owned<ASN1_OBJECT> policy(OBJ_txt2obj("1.2.3.4", 1));
  REQUIRE(TS_RESP_CTX_set_signer_cert(context.get(), certificate->get()) == 1);
  TS_RESP_CTX_set_signer_key(context.get(), authority.key.get());
  TS_RESP_CTX_set_def_policy(context.get(), policy.get());
  TS_RESP_CTX_add_md(context.get(), EVP_sha256());
  TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256());
  TS_RESP_CTX_set_ess_cert_id_digest(context.get(), EVP_sha256());
  TS_RESP_CTX_set_time_cb(
      context.get(),
      [](TS_resp_ctx*, void* time, long* seconds, long* micros) {
        *seconds = static_cast<long>(*static_cast<UnixTime*>(time));
        *micros = 0;
        return 1;
      },
      &at);
  const Owned<TS_RESP> response(TS_RESP_create_response(context.get(), request(message).get()));
  REQUIRE(response);
  PKCS7* token = TS_RESP_get_token(response.get());
  REQUIRE(token != nullptr);
  unsigned char* der = nullptr;
  const int size = i2d_PKCS7(token, &der);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

CertificateSpec stamping() {
  CertificateSpec spec;
  spec.key = "P-256";
  spec.subject = "forged clock";
  spec.usages = "critical,timeStamping";
  spec.from = kNow - 300 * kDay;
  return spec;
}

/// Signed by a leaf that has expired since, stamped ten days ago while it was valid.
struct Stamped {
  Authority authority;
  Identity clock = authority.leaf(stamping());
  Forgery forgery;

  Stamped() {
    CertificateSpec spec;
    spec.from = kNow - 30 * kDay;
    spec.until = kNow - kDay;
    forgery = perfect(authority.leaf(spec));
    stamp_with(clock, kNow - 10 * kDay);
  }
  void stamp_with(const Identity& by, UnixTime at) {
    forgery.cose.time_stamp = [by, at](ByteView message) { return stamp(by, at, message); };
  }
  [[nodiscard]] Report check() const {
    ValidationOptions options;
    options.anchors.push_back(authority.root());
    // Stamps make signatures of varying length; the slack of embed() is for a few bytes only, so
    // the content is not judged here.
    const Bytes manifest = manifest_box(forgery, {}, hash(HashAlg::sha256, test_fixture::png()));
    options.sidecar = store_of({}, manifest);
    return test_fixture::validate_file(test_fixture::png(), options);
  }
};

TEST_CASE("a trusted time stamp keeps the signature of an expired leaf", "[time]") {
  const Report report = Stamped().check();
  CHECK(failures(report).empty());
  CHECK(report.state() == "Trusted");
  CHECK(report.has("timeStamp.validated"));
  CHECK(report.has("timeStamp.trusted"));
  CHECK_FALSE(report.has("io.signmark.timeStamp.absent"));
  REQUIRE(report.active.signer.time_stamp);
  CHECK(*report.active.signer.time_stamp == kNow - 10 * kDay);
}

TEST_CASE("without a stamp the same signature is outside its validity, which is told", "[time]") {
  Stamped stamped;
  stamped.forgery.cose.time_stamp = nullptr;
  const Report report = stamped.check();
  CHECK(report.has("io.signmark.timeStamp.absent"));
  CHECK(report.has("claimSignature.outsideValidity"));
}

TEST_CASE("stamps that prove nothing have their own codes", "[time]") {
  Stamped stamped;
  const auto expect = [&](std::string_view code) {
    const Report report = stamped.check();
    INFO(code);
    CHECK(report.has(code));
    CHECK_FALSE(report.has("timeStamp.trusted"));
    CHECK_FALSE(report.active.signer.time_stamp);
    CHECK(report.has("claimSignature.outsideValidity"));
    CHECK(report.state() == "Invalid");
  };
  SECTION("an authority that nobody vouches for") {
    stamped.stamp_with(Authority().leaf(stamping()), kNow - 10 * kDay);
    expect("timeStamp.untrusted");
  }
  SECTION("a stamp of other bytes") {
    const Identity clock = stamped.clock;
    stamped.forgery.cose.time_stamp = [clock](ByteView) {
      return stamp(clock, kNow - 10 * kDay, as_bytes("other"));
    };
    expect("timeStamp.mismatch");
  }
  SECTION("a clock before its own certificate") {
    stamped.stamp_with(stamped.clock, kNow - 301 * kDay);
    expect("timeStamp.outsideValidity");
  }
  SECTION("no token at all") {
    stamped.forgery.cose.time_stamp = [](ByteView) { return Bytes{0x30, 0x00}; };
    expect("timeStamp.malformed");
  }
  SECTION("a token whose signature was broken") {
    const Identity clock = stamped.clock;
    stamped.forgery.cose.time_stamp = [clock](ByteView message) {
      Bytes token = stamp(clock, kNow - 10 * kDay, message);
      token[token.size() - 1] ^= 1;
      return token;
    };
    expect("timeStamp.untrusted");
  }
}

TEST_CASE("a stamp outside the leaf's validity does not help", "[time]") {
  Stamped stamped;
  stamped.stamp_with(stamped.clock, kNow - 60 * kDay);
  const Report report = stamped.check();
  CHECK(report.has("timeStamp.trusted"));
  CHECK(report.has("claimSignature.outsideValidity"));
}

TEST_CASE("the revocation check is told the proven time", "[time]") {
  const Stamped stamped;
  ValidationOptions options;
  options.anchors.push_back(stamped.authority.root());
  options.sidecar = store_of({}, manifest_box(stamped.forgery, {}, Bytes(32, 0)));
  std::optional<UnixTime> told;
  options.objection = [&](const LeafUse& use) {
    told = use.proven_time;
    return std::optional<std::string>();
  };
  (void)test_fixture::validate_file(test_fixture::png(), options);
  CHECK(told == kNow - 10 * kDay);
}

}  // namespace
}  // namespace signmark::c2pa::forge
