// SPDX-License-Identifier: Apache-2.0
// Which signatures and keys a worker may have.
#include "batch/worker_requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace signmark::batch {
namespace {

/// Of the types of keys.md section 6: those that marking needs. A checkpoint, a trust bundle or a
/// revocation is never signed for a process that reads foreign files.
constexpr std::array<std::string_view, 5> kTypes = {"image-frame", "video-frame", "audio-frame",
                                                    "text-record", "aigc-record"};
constexpr std::size_t kMaxObject = 64U << 10;
constexpr std::size_t kMaxSigStructure = 320U << 10;  // what external signers take

tl::unexpected<Error> refused(std::string why) {
  return fail("batch.worker.refused", "a worker may not have that: " + std::move(why));
}

}  // namespace

bool RequestDesk::is_request(const Message& message) {
  return message.kind == kSignObject || message.kind == kSignCose || message.kind == kMediumKey;
}

Message RequestDesk::answer(const Message& request) {
  const auto granted = grant(request);
  if (!granted) return failure_message(kRefused, granted.error());
  Message answer(kGranted);
  answer.attach("bytes", *granted);
  return answer;
}

Result<Bytes> RequestDesk::grant(const Message& request) {
  if (request.kind == kMediumKey) return derive(request);
  if (task_ != Task::mark || powers_.signer == nullptr) return refused("nothing is signed here");
  if (signatures_left_ == 0) return refused("too many signatures for one item");
  --signatures_left_;
  return sign(request);
}

Result<Bytes> RequestDesk::sign(const Message& request) {
  SIGNMARK_ASSIGN(const ByteView body, request.part("body"));
  if (request.kind == kSignCose) {
    if (body.size() > kMaxSigStructure) return refused("too large a claim");
    SIGNMARK_TRY(keys::check_sig_structure(body));
    SIGNMARK_ASSIGN(const keys::Signature signature, powers_.signer->sign_cose(body));
    return Bytes(signature.begin(), signature.end());
  }
  SIGNMARK_ASSIGN(const std::string type, request.text("type"));
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end())
    return refused(fmt::format("objects of type \"{}\" are not signed for it", printable(type)));
  if (body.size() > kMaxObject) return refused("too large an object");
  SIGNMARK_ASSIGN(const keys::Signature signature, powers_.signer->sign_object(type, body));
  return Bytes(signature.begin(), signature.end());
}

Result<Bytes> RequestDesk::derive(const Message& request) const {
  SIGNMARK_ASSIGN(const std::uint64_t medium, request.whole("medium"));
  SIGNMARK_ASSIGN(const std::uint64_t number, request.whole("carrier"));
  // Numbered as PublicPowers::carriers.
  const std::vector<keys::CarrierKey>& others = powers_.carriers.keys;
  const std::size_t named = powers_.carrier != nullptr ? 1 : 0;
  if (number >= named + others.size()) return refused("no such private carrier key was named");
  const keys::CarrierKey& carrier = number < named ? *powers_.carrier : others[number - named];
  if (medium < static_cast<std::uint64_t>(keys::Medium::image) ||
      medium > static_cast<std::uint64_t>(keys::Medium::text))
    return refused("an unknown medium");
  SIGNMARK_ASSIGN(const keys::SecretBytes secret,
                  carrier.medium_key(static_cast<keys::Medium>(medium)));
  const auto view = secret.open();
  return Bytes(view.bytes().begin(), view.bytes().end());
}

}  // namespace signmark::batch
