// SPDX-License-Identifier: Apache-2.0
// links: signmark_c2pa
// Claim signatures: COSE structure, and the certificates in it through OpenSSL.
#include "c2pa/cose_verify.hpp"
#include "c2pa/credential.hpp"
#include "c2pa/time_stamp.hpp"

namespace {

using namespace signmark;

void look_at(ByteView der) {
  const auto certificate = c2pa::parse_certificate(der);
  if (!certificate) return;
  (void)c2pa::view_certificate(**certificate);
  (void)c2pa::profile_fault(**certificate, c2pa::CredentialUse::claim_signing);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  look_at(bytes);  // a bare certificate
  const auto anchors = c2pa::AnchorStore::create({});
  if (!anchors) return 0;
  (void)c2pa::check_time_stamp(bytes, bytes, false, *anchors, "");  // a bare time stamp
  const auto cose = c2pa::parse_cose_sign1(Limits{}, bytes);
  if (!cose) return 0;
  for (const Bytes& der : cose->chain) look_at(der);
  for (const Bytes& token : cose->time_stamps)
    (void)c2pa::check_time_stamp(token, bytes, false, *anchors, "");
  return 0;
}
