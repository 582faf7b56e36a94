// SPDX-License-Identifier: Apache-2.0
// The readings of a key are few and told apart by size and first byte; all that fit are tried.
#include "label/security_crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>

namespace signmark::label {
namespace {

constexpr std::size_t kCoordinate = 32;  // bytes of an SM2 field element
constexpr std::string_view kUserId = "1234567812345678";

struct Delete {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(ECDSA_SIG* p) const { ECDSA_SIG_free(p); }
};
template <class T>
using Handle = std::unique_ptr<T, Delete>;

/// Failed tries are the rule here; they must not pile up in the thread's error queue.
class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
  ~QuietErrors() { ERR_pop_to_mark(); }
};

struct NamedKey {
  std::string name;
  Handle<EVP_PKEY> key;
};
using Keys = std::vector<NamedKey>;

void add(Keys& keys, std::string_view name, Handle<EVP_PKEY> key, const char* type) {
  if (key && EVP_PKEY_is_a(key.get(), type) == 1)
    keys.push_back({std::string(name), std::move(key)});
}

/// The two DER forms that hold any kind of key.
void add_der(Keys& keys, ByteView der, const char* type) {
  const auto size = static_cast<long>(der.size());
  const Byte* at = der.data();
  add(keys, "SubjectPublicKeyInfo", Handle<EVP_PKEY>(d2i_PUBKEY(nullptr, &at, size)), type);
  at = der.data();
  const Handle<X509> certificate(d2i_X509(nullptr, &at, size));
  if (certificate)
    add(keys, "certificate", Handle<EVP_PKEY>(X509_get_pubkey(certificate.get())), type);
}

/// A point of the curve as SEC 1 encodes it; nothing when it is not on the curve.
Handle<EVP_PKEY> sm2_point(Bytes point) {
  std::string group = SN_sm2;
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  auto writable = parameters;
  const Handle<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, writable.data()) != 1)
    return nullptr;
  return Handle<EVP_PKEY>(key);
}

void add_point(Keys& keys, std::string_view name, std::optional<Byte> prefix, ByteView rest) {
  Bytes point;
  if (prefix) point.push_back(*prefix);
  point.insert(point.end(), rest.begin(), rest.end());
  add(keys, name, sm2_point(std::move(point)), "SM2");
}

Keys sm2_keys(ByteView value) {
  Keys keys;
  if (value.empty()) return keys;
  const Byte first = value.front();
  if (value.size() > 2 * kCoordinate + 1 && first == 0x30) add_der(keys, value, "SM2");
  if (value.size() == 2 * kCoordinate + 1 && first == 4)
    add_point(keys, "04||x||y", std::nullopt, value);
  if (value.size() == 2 * kCoordinate) add_point(keys, "x||y", Byte{4}, value);
  if (value.size() == kCoordinate + 1 && (first == 2 || first == 3))
    add_point(keys, "compressed", std::nullopt, value);
  // MiniMax writes x as a signed integer would stand, with a zero in front.
  const bool zero_and_x = value.size() == kCoordinate + 1 && first == 0;
  if (value.size() == kCoordinate || zero_and_x) {
    const ByteView x = value.last(kCoordinate);
    add_point(keys, "bare x, even y", Byte{2}, x);
    add_point(keys, "bare x, odd y", Byte{3}, x);
  }
  return keys;
}

Keys rsa_keys(ByteView value) {
  Keys keys;
  add_der(keys, value, "RSA");
  const Byte* at = value.data();
  add(keys, "RSAPublicKey",
      Handle<EVP_PKEY>(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(value.size()))),
      "RSA");
  return keys;
}

struct NamedBytes {
  std::string name;
  Bytes value;
};

/// r||s as the DER sequence that OpenSSL wants.
Bytes der_of_raw(ByteView raw) {
  const Handle<ECDSA_SIG> signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(raw.data(), kCoordinate, nullptr);
  BIGNUM* s = BN_bin2bn(raw.last(kCoordinate).data(), kCoordinate, nullptr);
  if (!signature || r == nullptr || s == nullptr ||
      ECDSA_SIG_set0(signature.get(), r, s) != 1) {  // set0 takes both on success only
    BN_free(r);
    BN_free(s);
    return {};
  }
  Byte* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  Bytes out(der, der + std::max(size, 0));
  OPENSSL_free(der);
  return out;
}

std::vector<NamedBytes> sm2_signatures(ByteView value) {
  std::vector<NamedBytes> out;
  if (!value.empty() && value.front() == 0x30)
    out.push_back({"DER", Bytes(value.begin(), value.end())});
  if (value.size() == 2 * kCoordinate) out.push_back({"raw r||s", der_of_raw(value)});
  return out;
}

std::vector<NamedBytes> sm2_messages(ByteView message) {
  std::vector<NamedBytes> out{{"message", Bytes(message.begin(), message.end())}};
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (EVP_Digest(message.data(), message.size(), digest.data(), &size, EVP_sm3(), nullptr) == 1) {
    digest.resize(size);
    out.push_back({"SM3(message)", std::move(digest)});
  }
  return out;
}

/// `parameters` of the algorithm are set once the digest is known, as OpenSSL wants; may be null.
bool verify(EVP_PKEY& key, const char* digest, const OSSL_PARAM* parameters, ByteView signature,
            ByteView message) {
  const Handle<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // owned by `context`
  return context &&
         EVP_DigestVerifyInit_ex(context.get(), &key_context, digest, nullptr, nullptr, &key,
                                 nullptr) == 1 &&
         (parameters == nullptr || EVP_PKEY_CTX_set_params(key_context, parameters) == 1) &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

bool verify_sm2(EVP_PKEY& key, ByteView signature, ByteView message) {
  std::string id(kUserId);
  const std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DIST_ID, id.data(), id.size()),
      OSSL_PARAM_construct_end()};
  return verify(key, "SM3", parameters.data(), signature, message);
}

}  // namespace

SignatureAnswer check_sm2(ByteView key, ByteView signature, ByteView message) {
  const QuietErrors quiet;
  const Keys keys = sm2_keys(key);
  const auto signatures = sm2_signatures(signature);
  const auto messages = sm2_messages(message);
  for (const NamedKey& candidate : keys)
    for (const NamedBytes& form : signatures)
      for (const NamedBytes& text : messages)
        if (verify_sm2(*candidate.key, form.value, text.value))
          return {true, SignatureForm{text.name, candidate.name, form.name}};
  return {!keys.empty(), std::nullopt};
}

SignatureAnswer check_rsa(ByteView key, ByteView signature, ByteView message) {
  const QuietErrors quiet;
  const Keys keys = rsa_keys(key);
  for (const NamedKey& candidate : keys)
    if (verify(*candidate.key, "SHA256", nullptr, signature, message))
      return {true, SignatureForm{"message", candidate.name, {}}};
  return {!keys.empty(), std::nullopt};
}

}  // namespace signmark::label
