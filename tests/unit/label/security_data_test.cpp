// SPDX-License-Identifier: Apache-2.0
// Room label: SecurityData of TC260-PG-202511A; vectors are made with OpenSSL, one is a product's.
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <functional>
#include <memory>

#include "signmark/label.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::label;
using namespace signmark::test;

namespace {

const AigcRecord kRecord{
    "1", "001191310104MACE0YX63918020", "147392816552226816", "", "douyin", "q-2", ""};
constexpr std::string_view kSm2 = "1.2.156.10197.1.501", kRsa = "1.2.840.113549.1.1.11";

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key make_key(const char* type) {
  Key key(std::string_view(type) == "RSA" ? EVP_PKEY_Q_keygen(nullptr, nullptr, type, size_t{2048})
                                          : EVP_PKEY_Q_keygen(nullptr, nullptr, type),
          EVP_PKEY_free);
  REQUIRE(key);
  return key;
}

Bytes sign(EVP_PKEY& key, const char* digest, ByteView message) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  std::string id = "1234567812345678";
  const OSSL_PARAM with_id[] = {
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DIST_ID, id.data(), id.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY_CTX* key_context = nullptr;
  REQUIRE(EVP_DigestSignInit_ex(context.get(), &key_context, digest, nullptr, nullptr, &key,
                                nullptr) == 1);
  if (std::string_view(digest) == "SM3")
    REQUIRE(EVP_PKEY_CTX_set_params(key_context, with_id) == 1);
  std::size_t size = 0;
  REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
  Bytes out(size);
  REQUIRE(EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1);
  out.resize(size);
  return out;
}

Bytes sm3(ByteView message) {
  Bytes out(32);
  REQUIRE(EVP_Digest(message.data(), message.size(), out.data(), nullptr, EVP_sm3(), nullptr) == 1);
  return out;
}

/// r||s of a DER signature.
Bytes raw_signature(const Bytes& der) {
  const Byte* at = der.data();
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> parsed(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
  REQUIRE(parsed);
  Bytes out(64);
  REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), out.data(), 32) == 32);
  REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), out.data() + 32, 32) == 32);
  return out;
}

Bytes spki(EVP_PKEY& key) {
  Byte* der = nullptr;
  const int size = i2d_PUBKEY(&key, &der);
  REQUIRE(size > 0);
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

struct KeyForm {
  std::string name;
  Bytes value;
};

Bytes joined(Bytes head, ByteView tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

/// Every encoding of gb45438.md section 8.
std::vector<KeyForm> sm2_forms(EVP_PKEY& key) {
  const Bytes info = spki(key);
  const ByteView point = ByteView(info).last(65);
  REQUIRE(point[0] == 4);
  const ByteView x = point.subspan(1, 32);
  const bool odd = (point[64] & 1) != 0;
  const std::string bare = odd ? "bare x, odd y" : "bare x, even y";
  return {{"SubjectPublicKeyInfo", info},
          {"04||x||y", Bytes(point.begin(), point.end())},
          {"x||y", Bytes(point.begin() + 1, point.end())},
          {"compressed", joined({static_cast<Byte>(odd ? 3 : 2)}, x)},
          {bare, Bytes(x.begin(), x.end())},
          {bare, joined({0}, x)}};
}

std::string entry_json(std::string_view algorithm, std::string_view subject,
                       const Bytes& signature) {
  return R"({"Type":"DS","AlgID":")" + std::string(algorithm) + R"(","TBSData":{"Type":")" +
         std::string(subject) + R"("},"Signature":")" + hex(signature) + "\"}";
}

std::string key_json(std::string_view algorithm, const Bytes& value) {
  return R"({"Type":"PubKey","AlgID":")" + std::string(algorithm) + R"(","KeyValue":")" +
         hex(value) + "\"}";
}

std::string data_json(const std::string& entries, const std::string& more = {}) {
  return R"({"SecurityData":{"Type":"TC260PG","Version":1,"PubSD":[)" + entries + "]" + more + "}}";
}

std::vector<SecurityCheck> check(const std::string& json, const AigcRecord& record = kRecord,
                                 Trio trio = Trio::production) {
  INFO(json);
  const auto data = parse_security_data(json);
  REQUIRE_OK(data);
  return verify_security_data(*data, record, trio);
}

SecurityCheck check_one(const std::string& json, const AigcRecord& record = kRecord,
                        Trio trio = Trio::production) {
  const auto all = check(json, record, trio);
  REQUIRE(all.size() == 1);
  return all.front();
}

Bytes message_bytes(Trio trio = Trio::production) {
  const std::string text = integrity_message(kRecord, trio);
  return {text.begin(), text.end()};
}

std::vector<std::string> broken_codes(const SecurityData& data) {
  std::vector<std::string> out;
  for (const LintEntry& entry : data.broken) out.push_back(entry.code);
  return out;
}

/// StepFun's ReservedCode1 as it stands in a public Markdown file (gb45438.md section 8).
const std::string kStepFun =
    R"({"SecurityData":{"Type":"TC260PG","Version":1,"PubSD":[{"Type":"DS",)"
    R"("AlgID":"1.2.156.10197.1.501","TBSData":{"Type":"LabelMataData"},"Signature":")"
    "3045022100E816A5872275AE5414E7E0FD3D9B2C30F7B7FD68609D6486A38DF7CFAA1417B902201A510FBBE50819BA"
    "FF1FCC7B8527FF23CD40447D41A6776E6BCF1F773AE0DBBC"
    R"("},{"Type":"PubKey","AlgID":"1.2.156.10197.1.501","KeyValue":")"
    "3059301306072A8648CE3D020106082A811CCF5501822D034200045728F08C58D9C72150A705693EF7337859F8FF21"
    "6E802630041AFAE5C036F0A67CB1FDF8C57F5F8B623284AE09E4E545464B7140B26BBDA51BAE965F854C57AA\"}]}"
    "}";

}  // namespace

TEST_CASE("a product's own SecurityData verifies, and fails for another record") {
  const SecurityCheck good = check_one(kStepFun);
  CHECK(good.subject == "label fields");
  CHECK(good.state == SecurityState::verified);
  CHECK(good.detail == "SM3(message), SubjectPublicKeyInfo, DER");
  CHECK(good.code.empty());
  AigcRecord changed = kRecord;
  changed.produce_id.back() = '7';
  const SecurityCheck bad = check_one(kStepFun, changed);
  CHECK(bad.state == SecurityState::failed);
  CHECK(bad.code == "label.security.failed");
}

TEST_CASE("every form of message, key and signature verifies and says which it was") {
  // Two keys at least, so that both parities of y occur; bounded, so that it always ends.
  bool seen[2] = {false, false};
  for (int i = 0; i < 64 && !(seen[0] && seen[1]); ++i) {
    const Key key = make_key("SM2");
    const auto forms = sm2_forms(*key);
    bool& parity = seen[forms[4].name == "bare x, odd y" ? 1 : 0];
    if (std::exchange(parity, true)) continue;
    for (const bool hashed : {false, true}) {
      const Bytes message = hashed ? sm3(message_bytes()) : message_bytes();
      const Bytes der = sign(*key, "SM3", message);
      for (const bool raw : {false, true})
        for (const KeyForm& form : forms) {
          const auto answer =
              check_one(data_json(entry_json(kSm2, "Md", raw ? raw_signature(der) : der) + "," +
                                  key_json(kSm2, form.value)));
          CHECK(answer.state == SecurityState::verified);
          CHECK(answer.detail == std::string(hashed ? "SM3(message), " : "message, ") + form.name +
                                     (raw ? ", raw r||s" : ", DER"));
        }
    }
  }
  CHECK(seen[0]);
  CHECK(seen[1]);
}

TEST_CASE("every flipped field, signature byte and foreign key fails") {
  const Key key = make_key("SM2"), other = make_key("SM2");
  const Bytes der = sign(*key, "SM3", message_bytes());
  const Bytes raw = raw_signature(der);
  const auto json = [&](const Bytes& signature, EVP_PKEY& with) {
    return data_json(entry_json(kSm2, "Md", signature) + "," + key_json(kSm2, spki(with)));
  };
  REQUIRE(check_one(json(der, *key)).state == SecurityState::verified);
  for (const auto field :
       {&AigcRecord::label, &AigcRecord::content_producer, &AigcRecord::produce_id}) {
    AigcRecord changed = kRecord;
    changed.*field += "0";
    CHECK(check_one(json(der, *key), changed).state == SecurityState::failed);
  }
  for (std::size_t i = 0; i < raw.size(); i += 7) {
    Bytes flipped = raw;
    flipped[i] ^= 1;
    CHECK(check_one(json(flipped, *key)).state == SecurityState::failed);
  }
  CHECK(check_one(json(der, *other)).state == SecurityState::failed);
  CHECK(check_one(json(Bytes(63, 1), *key)).state == SecurityState::failed);
  // A propagator's fields are no part of the producer's message.
  AigcRecord propagated = kRecord;
  propagated.propagate_id = "other";
  CHECK(check_one(json(der, *key), propagated).state == SecurityState::verified);
}

TEST_CASE("RSA with SHA-256: public key info and RSAPublicKey") {
  const Key key = make_key("RSA");
  const Bytes signature = sign(*key, "SHA256", message_bytes());
  Byte* der = nullptr;
  const int size = i2d_PublicKey(key.get(), &der);
  REQUIRE(size > 0);
  const Bytes pkcs1(der, der + size);
  OPENSSL_free(der);
  const auto json = [&](const Bytes& value) {
    return data_json(entry_json(kRsa, "Md", signature) + "," + key_json(kRsa, value));
  };
  CHECK(check_one(json(spki(*key))).detail == "message, SubjectPublicKeyInfo");
  CHECK(check_one(json(pkcs1)).detail == "message, RSAPublicKey");
  AigcRecord changed = kRecord;
  changed.label = "2";
  CHECK(check_one(json(pkcs1), changed).state == SecurityState::failed);
}

TEST_CASE("a certificate may stand for the key") {
  const Key key = make_key("RSA");
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  REQUIRE(X509_set_pubkey(certificate.get(), key.get()) == 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  Byte* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  REQUIRE(size > 0);
  const Bytes bytes(der, der + size);
  OPENSSL_free(der);
  const Bytes signature = sign(*key, "SHA256", message_bytes());
  CHECK(check_one(data_json(entry_json(kRsa, "Md", signature) + "," + key_json(kRsa, bytes)))
            .detail == "message, certificate");
}

TEST_CASE("a signature over a bindings entry covers its compact JSON") {
  const Key key = make_key("SM2");
  const std::string binding = R"({"Type":"Binding","BType":0,"AlgID":"sm3","Hash":"ab"})";
  const Bytes signature = sign(*key, "SM3", as_bytes(binding));
  const auto json = [&](const std::string& entry, std::string_view subject) {
    return data_json(entry_json(kSm2, subject, signature) + "," + key_json(kSm2, spki(*key)),
                     ",\"Bindings\":[" + entry + "]");
  };
  for (const std::string& spelled : {binding, R"({ "Type" : "Binding", "BType":0,)"
                                              R"("AlgID":"sm3", "Hash":"ab" })" +
                                                  std::string()}) {
    const auto good = check_one(json(spelled, "Binding"));
    CHECK(good.subject == "bindings entry");
    CHECK(good.state == SecurityState::verified);
    CHECK(good.detail == "message, SubjectPublicKeyInfo, DER");
  }
  const std::string other = R"({"Type":"Binding","BType":0,"AlgID":"sm3","Hash":"ac"})";
  CHECK(check_one(json(other, "Binding")).state == SecurityState::failed);
  // The guide's own binding selects content by a rule that is not published.
  CHECK(check_one(json(other, "Bnd")).code == "label.security.content-selection");
  CHECK(check_one(json(R"({"BType":0,"CntSel":1})", "Binding")).code ==
        "label.security.content-selection");
  CHECK(check_one(data_json(entry_json(kSm2, "Bnd", signature))).code ==
        "label.security.content-selection");
}

TEST_CASE("what cannot be checked says why and is never called failed") {
  const Key key = make_key("SM2");
  const Bytes signature = sign(*key, "SM3", message_bytes());
  const std::string entry = entry_json(kSm2, "Md", signature), with = key_json(kSm2, spki(*key));
  const auto code = [](const std::string& entries, Trio trio = Trio::production) {
    const auto answer = check_one(data_json(entries), kRecord, trio);
    if (answer.state == SecurityState::verified) return std::string("verified");
    CHECK(answer.state == SecurityState::not_checkable);
    CHECK_FALSE(answer.detail.empty());
    return answer.code;
  };
  CHECK(code(entry) == "label.security.no-key");
  CHECK(code(entry + "," + key_json(kRsa, spki(*key))) == "label.security.no-key");
  CHECK(code(entry + "," + key_json(kSm2, Bytes(32, 0xff))) == "label.security.no-key");
  CHECK(code(entry + "," + key_json(kSm2, Bytes(40, 4))) == "label.security.no-key");
  CHECK(code(entry_json("1.2.3", "Md", signature) + "," + with) == "label.security.algorithm");
  CHECK(code(entry_json(kSm2, "Content", signature) + "," + with) ==
        "label.security.message-unknown");
  CHECK(code(R"({"Type":"DS","AlgID":"1.2.156.10197.1.501","TBSData":{"Type":"Md"},)"
             R"("Signature":"MEUCIQ=="},)" +
             with) == "label.security.algorithm");
  // The message of ReservedCode2 is our guess, so a failure there proves nothing.
  CHECK(code(entry + "," + with, Trio::propagation) == "label.security.message-unknown");
  const Bytes second = sign(*key, "SM3", message_bytes(Trio::propagation));
  CHECK(code(entry_json(kSm2, "Md", second) + "," + with, Trio::propagation) == "verified");
}

TEST_CASE("key ids choose the key; without them any key may fit") {
  const Key key = make_key("SM2"), other = make_key("SM2");
  const Bytes signature = sign(*key, "SM3", message_bytes());
  const auto named = [](std::string json, const std::string& id) {
    json.insert(json.size() - 1, R"(,"KeyID":")" + id + "\"");
    return json;
  };
  const std::string ds = entry_json(kSm2, "Md", signature);
  const std::string mine = key_json(kSm2, spki(*key)), theirs = key_json(kSm2, spki(*other));
  const auto state = [](const std::string& entries) { return check_one(data_json(entries)).state; };
  CHECK(state(ds + "," + theirs + "," + mine) == SecurityState::verified);
  CHECK(state(named(ds, "a") + "," + named(theirs, "b") + "," + named(mine, "a")) ==
        SecurityState::verified);
  CHECK(state(named(ds, "b") + "," + named(theirs, "b") + "," + named(mine, "a")) ==
        SecurityState::failed);
  CHECK(state(named(ds, "c") + "," + theirs + "," + mine) == SecurityState::verified);
}

TEST_CASE("deviations from the guide are listed, Honor's shape is read") {
  const auto honor = parse_security_data(
      R"({"SecurityData":{"Type":" TC260PG","Version":"1","PubSd":[{"Type":"DS",)"
      R"("AlgID":"1.2.840.113549.1.1.11","TBSData":{"Type":"Content"},"Signature":"zz"},)"
      R"({"Type":"Cert"},{"Type":"Bindings","BType":0}]}})");
  REQUIRE_OK(honor);
  CHECK(honor->list_name == "PubSd");
  REQUIRE(honor->signatures.size() == 1);
  CHECK(honor->signatures[0].value.empty());
  CHECK(honor->bindings.size() == 1);
  CHECK(broken_codes(*honor) ==
        std::vector<std::string>{"label.security.type", "label.security.version",
                                 "label.security.list-name", "label.security.encoding",
                                 "label.security.subject", "label.security.entry",
                                 "label.security.binding"});
  const auto strict = parse_security_data(data_json(entry_json(kSm2, "Md", Bytes{1})));
  REQUIRE_OK(strict);
  CHECK(strict->broken.empty());
  CHECK(strict->list_name == "PubSD");
}

TEST_CASE("reserved codes of others are opaque, broken SecurityData is not") {
  const auto code = [](std::string_view text) { return code_of(parse_security_data(text)); };
  for (const char* text :
       {"", "iflow", "d41d8cd98f00b204e9800998ecf8427e", "L-8fab", "K-12",
        "xRvU+WQIqnARbaCbwG70pxwOBo6GWQGKGdycK4kSBRU=", "de645228-5456-42cc-ab7a-cc9ac836a4a8",
        R"({"Type":" TC260PG","AlgID":"sm3","Hash":"f0e1"})", "3046022100f169d6c4", "[]", "12",
        R"({"other":{"SecurityDat":1}})"}) {
    INFO(text);
    CHECK(code(text) == "label.security.none");
  }
  for (const char* text :
       {R"({"SecurityData":)", R"({"SecurityData":1})", R"({"SecurityData":{"Type":"TC260PG"}})",
        R"({"SecurityData":{"PubSD":{}}})", R"({"SecurityData":{},"SecurityData":{}})"}) {
    INFO(text);
    CHECK(code(text) == "label.security.syntax");
  }
  std::string many;
  for (int i = 0; i < 65; ++i) many += std::string(i ? "," : "") + R"({"Type":"PubKey"})";
  CHECK(code(data_json(many)) == "label.security.syntax");
}

TEST_CASE("sixty-four entries cost a bounded number of tries") {
  const Key key = make_key("SM2");
  const Bytes wrong = sign(*key, "SM3", as_bytes("something else"));
  std::string entries;
  for (int i = 0; i < 32; ++i)
    entries += (i ? "," : "") + entry_json(kSm2, "Md", wrong) + "," + key_json(kSm2, spki(*key));
  const auto checks = check(data_json(entries));
  REQUIRE(checks.size() == 32);
  CHECK(checks.front().state == SecurityState::failed);
  CHECK(checks.back().state == SecurityState::not_checkable);
}
