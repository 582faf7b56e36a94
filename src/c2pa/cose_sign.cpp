// SPDX-License-Identifier: Apache-2.0
// Writing COSE_Sign1 over a claim.
#include "c2pa/cose_sign.hpp"

#include "c2pa/cbor.hpp"
#include "c2pa/cose_verify.hpp"
#include "c2pa/labels.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;

/// RFC 9360: one certificate is a byte string, several are an array; leaf first, no root.
Value x5chain(const std::vector<Bytes>& chain) {
  if (chain.size() == 1) return Value::bytes(chain.front());
  Value list = Value::array();
  for (const Bytes& certificate : chain) list.push(Value::bytes(certificate));
  return list;
}

Bytes protected_header(const keys::Signer& signer) {
  return cbor::encode(Value::map()
                          .set(kCoseAlg, Value::integer(kCoseAlgEdDsa))
                          .set(kCoseX5Chain, x5chain(signer.chain())));
}

/// Signature and chain have a fixed size, so `pad` reserves nothing; it only makes a length even.
Bytes cose_sign1(Bytes header, const keys::Signature& signature, std::size_t pad) {
  Value parts = Value::array();
  parts.push(Value::bytes(std::move(header)))
      .push(Value::map().set("pad", Value::bytes(Bytes(pad, 0))))
      .push(Value::null())
      .push(Value::bytes(Bytes(signature.begin(), signature.end())));
  return cbor::encode(Value::tag(kCoseSign1Tag, std::move(parts)));
}

}  // namespace

Result<Bytes> sign_claim(const keys::Signer& signer, ByteView claim, std::size_t pad) {
  Bytes header = protected_header(signer);
  SIGNMARK_ASSIGN(const keys::Signature signature,
                  signer.sign_cose(signature_structure("Signature1", header, claim)));
  return cose_sign1(std::move(header), signature, pad);
}

Bytes unsigned_claim(const keys::Signer& signer, std::size_t pad) {
  return cose_sign1(protected_header(signer), keys::Signature{}, pad);
}

}  // namespace signmark::c2pa
