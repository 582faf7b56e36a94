// SPDX-License-Identifier: Apache-2.0
// The claim signature and all that hangs on it.
#include "c2pa/validate_signature.hpp"

#include "base/hash.hpp"
#include "base/time.hpp"
#include "c2pa/cose_verify.hpp"
#include "c2pa/credential.hpp"
#include "c2pa/time_stamp.hpp"

namespace signmark::c2pa {
namespace {

/// More certificates than any hierarchy needs are not even parsed.
constexpr std::size_t kMaxChain = 32;

/// One signature under judgement.
class Signature {
 public:
  Signature(const TrustContext& trust, const Manifest& manifest, Codes& codes, SignerView& signer)
      : trust_(trust), manifest_(manifest), codes_(codes), signer_(signer) {}

  void check() {
    url_ = manifest_.signature_uri();
    const auto cbor = signature_cbor();
    if (!cbor)
      return reject(codes_, "claimSignature.missing", url_, "no signature box to the claim");
    auto cose = parse_cose_sign1(trust_.limits, *cbor);
    if (!cose) return reject(codes_, kSignatureMismatch, url_, cose.error().message);
    cose_ = std::move(*cose);
    signer_.algorithm = cose_.algorithm_name;
    if (!cose_.unsigned_is_plain)
      inform(codes_, "io.signmark.signature.unsignedData", url_,
             "the unsigned part of the signature holds unknown data");
    const bool readable = read_chain();
    if (!cose_.algorithm)
      return reject(codes_, kAlgorithmUnsupported, url_,
                    "signature algorithm not checked: " + cose_.algorithm_name);
    if (!readable) return;
    check_time();
    check_credential();
    check_trust();
    check_value();
  }

 private:
  [[nodiscard]] std::optional<ByteView> signature_cbor() const {
    const auto uri = jumbf::parse_uri(manifest_.claim->signature);
    if (!uri || uri->path.size() != 1 || uri->leaf() != kSignatureLabel) return std::nullopt;
    if (!uri->manifest.empty() && uri->manifest != manifest_.label) return std::nullopt;
    const jumbf::Box* box = manifest_.box->only(kSignatureLabel);
    const bool right_type = box != nullptr && box->uuid == kSignatureType;
    const jumbf::Box* content = right_type ? box->content("cbor") : nullptr;
    return content ? std::optional(content->payload) : std::nullopt;
  }

  void invalid(std::string why) { reject(codes_, kCredentialInvalid, url_, std::move(why)); }

  bool read_chain() {
    if (cose_.chain.empty()) return invalid(cose_.chain_fault), false;
    if (cose_.chain.size() > kMaxChain) return invalid("more certificates than allowed"), false;
    auto leaf = parse_certificate(cose_.chain.front());
    if (!leaf) return invalid(leaf.error().message), false;
    leaf_ = std::move(*leaf);
    auto view = view_certificate(*leaf_);
    if (!view) return invalid(view.error().message), false;
    view_ = std::move(*view);
    for (std::size_t i = 1; i < cose_.chain.size(); ++i)
      if (auto certificate = parse_certificate(cose_.chain[i]))
        intermediates_.push_back(std::move(*certificate));
    signer_.subject = view_.subject;
    signer_.issuer = view_.issuer;
    signer_.serial = view_.serial;
    signer_.not_before = view_.not_before;
    signer_.not_after = view_.not_after;
    signer_.leaf_der = cose_.chain.front();
    signer_.chain_der = cose_.chain;
    return true;
  }

  /// The time at which the credential is judged: proven by a time stamp, or now.
  void check_time() {
    time_ = trust_.now;
    if (!cose_.has_time_stamp)
      return inform(codes_, "io.signmark.timeStamp.absent", url_,
                    "nothing proves the time of signing");
    if (cose_.time_stamps.size() != 1)
      return inform(codes_, "timeStamp.malformed", url_, "not exactly one time stamp");
    const ByteView claim = manifest_.claim->bytes;
    const Bytes field = cbor::encode(cbor::Value::bytes(cose_.signature));
    const Bytes message = signature_structure("CounterSignature", cose_.protected_header,
                                              cose_.legacy_time_stamp ? claim : ByteView(field));
    auto stamp = check_time_stamp(cose_.time_stamps.front(), message, manifest_.claim->version == 1,
                                  trust_.anchors, url_);
    codes_.insert(codes_.end(), stamp.codes.begin(), stamp.codes.end());
    signer_.time_stamp = stamp.time;
    time_ = stamp.time.value_or(trust_.now);
    if (stamp.known_authority) proven_ = stamp.time;
  }

  void check_credential() {
    if (auto fault = profile_fault(*leaf_, CredentialUse::claim_signing))
      invalid("the certificate does not fit: " + *fault);
    inside_ = valid_at(view_, time_);
    if (inside_) return;
    reject(codes_, "signingCredential.expired", url_,
           time_ < view_.not_before
               ? "the certificate begins to be valid at " + rfc3339(view_.not_before)
               : "the certificate was valid until " + rfc3339(view_.not_after));
    reject(codes_, "claimSignature.outsideValidity", url_,
           "signed or checked at " + rfc3339(time_));
  }

  void check_trust() {
    const UnixTime when = proven_.value_or(trust_.now);
    if (inside_ && !valid_at(view_, when))
      return reject(codes_, kCredentialUntrusted, url_,
                    "only an unknown authority says that it was signed in the certificate's life");
    // A stranger's leaf is not withdrawn: nobody here could have done that.
    if (!trust_.anchors.trusts(*leaf_, intermediates_, when))
      return reject(codes_, kCredentialUntrusted, url_, "the certificate leads to no anchor");
    succeed(codes_, kCredentialTrusted, url_, view_.subject);
    if (!trust_.options.objection) return;
    const Bytes claim = hash(HashAlg::sha256, manifest_.claim->bytes);
    if (auto why = trust_.options.objection({signer_.leaf_der, proven_, claim, trust_.media}))
      reject(codes_, kCredentialRevoked, url_, std::move(*why));
  }

  void check_value() {
    EVP_PKEY* key = X509_get0_pubkey(leaf_.get());
    const Bytes message =
        signature_structure("Signature1", cose_.protected_header, manifest_.claim->bytes);
    if (key == nullptr || !signature_matches(*cose_.algorithm, *key, message, cose_.signature))
      return reject(codes_, kSignatureMismatch, url_, "the signature is not of this claim");
    succeed(codes_, kSignatureValidated, url_);
    if (inside_) succeed(codes_, kInsideValidity, url_);
  }

  const TrustContext& trust_;
  const Manifest& manifest_;
  Codes& codes_;
  SignerView& signer_;
  std::string url_;
  CoseSign1 cose_;
  X509Ptr leaf_;
  std::vector<X509Ptr> intermediates_;
  CertificateView view_;
  UnixTime time_ = 0;
  std::optional<UnixTime> proven_;  ///< by a known authority
  bool inside_ = false;
};

}  // namespace

void check_signature(const TrustContext& trust, const Manifest& manifest, Codes& codes,
                     SignerView& signer) {
  Signature(trust, manifest, codes, signer).check();
}

}  // namespace signmark::c2pa
