// SPDX-License-Identifier: Apache-2.0
// Reading and writing `issuer.smbundle`.
#include "keys/trust_file.hpp"

#include <fmt/format.h>

#include "keys/trust_bundle.hpp"
#include "keys/trust_revocation.hpp"
#include "keys/typed_object.hpp"

namespace signmark::keys {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::string_view kFileType = "signmark-issuer";
constexpr std::uint64_t kFileDepth = 6;
constexpr std::size_t kMaxWithdrawals = 8;

Result<Json> parse_file(std::string_view text) {
  if (text.size() > kMaxIssuerFile)
    return fail("trust.file.size",
                fmt::format("{} bytes, a trust file has at most {}", text.size(), kMaxIssuerFile));
  auto json = parse_json(text, {.max_depth = kFileDepth, .integers_only = true});
  if (!json)
    return fail("trust.file.syntax", "not a trust file: " + json.error().message,
                json.error().where, "a trust file is what `signmark trust export` writes");
  if (!json->is_object()) return fail("trust.file.syntax", "not a trust file: no JSON object");
  return json;
}

/// Object readers speak of bodies; here the file as a whole is at fault.
tl::unexpected<Error> as_file_error(Error error) {
  if (error.code == "keys.object.body") error.code = "trust.file.syntax";
  return tl::unexpected<Error>(std::move(error));
}

Json formats() {
  // The version of each type is the one in the signed prefix "signmark/<type>/v1".
  Json out = Json::array();
  for (const std::string_view type : {"trust-bundle", "revocation", "image-frame", "video-frame",
                                      "audio-frame", "text-record", "checkpoint", "aigc-record"})
    if (find_object_type(type) != nullptr) out.push_back(fmt::format("{}/v1", type));
  return out;
}

Result<std::vector<SignedObject>> read_objects(const std::vector<const Json*>& list,
                                               std::string_view type) {
  std::vector<SignedObject> out;
  for (const Json* entry : list) {
    SIGNMARK_ASSIGN(SignedObject object, signed_object_from_json(*entry, type));
    out.push_back(std::move(object));
  }
  return out;
}

}  // namespace

Result<TrustFileKind> trust_file_kind(std::string_view text) {
  SIGNMARK_ASSIGN(const Json json, parse_file(text));
  BodyReader reader(json, "trust file");
  const std::string type = reader.text("type", kFileType.size());
  if (type == kFileType) return TrustFileKind::issuer_file;
  if (type == kBundleType) return TrustFileKind::bundle;
  if (type == kRevocationType) return TrustFileKind::revocation;
  return fail("trust.file.syntax", "this is neither a trust file, a bundle nor a revocation list",
              "type", "a trust file is what `signmark trust export` writes");
}

Result<IssuerFile> read_issuer_file(std::string_view text) {
  SIGNMARK_ASSIGN(const Json json, parse_file(text));
  BodyReader reader(json, "trust file");
  IssuerFile out;
  if (reader.text("type", kFileType.size()) != kFileType)
    reader.refuse("must be signmark-issuer", "type");
  reader.integer("format", kFormat, kFormat);
  out.issuer = reader.key("issuer", Role::issuer);
  const auto chain = reader.list("chain", kMaxIssuerFile);
  const Json* revocation = reader.object("revocation");
  const auto withdrawals = reader.list("withdrawals", kMaxWithdrawals);
  if (chain.empty()) reader.refuse("holds no bundle", "chain");
  if (const Status ok = reader.finish(); !ok) return as_file_error(ok.error());
  if (chain.size() > kMaxChain)
    return fail("trust.file.steps",
                fmt::format("{} versions, at most {} are followed", chain.size(), kMaxChain));
  SIGNMARK_ASSIGN(out.chain, read_objects(chain, kBundleType));
  SIGNMARK_ASSIGN(out.withdrawals, read_objects(withdrawals, kRevocationType));
  if (revocation != nullptr) {
    SIGNMARK_ASSIGN(SignedObject object, signed_object_from_json(*revocation, kRevocationType));
    out.revocation = std::move(object);
  }
  return out;
}

std::string issuer_file_text(const IssuerFile& file) {
  Json chain = Json::array(), withdrawals = Json::array();
  for (const SignedObject& object : file.chain) chain.push_back(to_json(object));
  for (const SignedObject& object : file.withdrawals) withdrawals.push_back(to_json(object));
  Json out = {{"type", kFileType},
              {"format", kFormat},
              {"issuer", public_text(Role::issuer, file.issuer)},
              {"chain", std::move(chain)}};
  if (file.revocation) out["revocation"] = to_json(*file.revocation);
  if (!withdrawals.empty()) out["withdrawals"] = std::move(withdrawals);
  out["public_carrier"] = public_carrier_info().id();
  out["formats"] = formats();
  return dump_json(out, 1) + "\n";
}

}  // namespace signmark::keys
