// SPDX-License-Identifier: Apache-2.0
// `self#jumbf=` URIs (C2PA 2.5 chapter 9.4).
#include <fmt/format.h>

#include "c2pa/jumbf.hpp"

#include "base/text.hpp"

namespace signmark::c2pa::jumbf {
namespace {

constexpr std::string_view kScheme = "self#jumbf=";
// Store, manifest, assertion store, assertion are four; more is not defined anywhere.
constexpr std::size_t kMaxParts = 8;

tl::unexpected<Error> malformed(std::string_view uri) {
  return fail("c2pa.uri.malformed", "not a JUMBF URI of this file", printable(uri.substr(0, 200)));
}

Result<std::vector<std::string>> split(std::string_view path, std::string_view uri) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || parts.size() == kMaxParts) return malformed(uri);
    parts.emplace_back(part);
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

Result<const Box*> descend(const Box& from, const std::string& label, std::string_view uri) {
  if (const Box* found = from.only(label)) return found;
  if (from.count(label) > 1)
    return fail("c2pa.uri.ambiguous", "several boxes have this label",
                printable(uri.substr(0, 200)));
  return fail("c2pa.uri.missing", "no box has this label", printable(uri.substr(0, 200)));
}

std::string join(std::string text, std::initializer_list<std::string_view> path) {
  for (const std::string_view part : path) {
    if (text.back() != '=') text += '/';
    text += part;
  }
  return text;
}

}  // namespace

Result<Uri> parse_uri(std::string_view uri) {
  if (uri.substr(0, kScheme.size()) != kScheme) return malformed(uri);
  std::string_view path = uri.substr(kScheme.size());
  const bool absolute = !path.empty() && path.front() == '/';
  if (absolute) path.remove_prefix(1);
  SIGNMARK_ASSIGN(std::vector<std::string> parts, split(path, uri));
  if (!absolute) return Uri{{}, std::move(parts)};
  if (parts.size() < 2 || parts.front() != kStoreLabel) return malformed(uri);
  Uri out{std::move(parts[1]), {}};
  for (std::size_t i = 2; i < parts.size(); ++i) out.path.push_back(std::move(parts[i]));
  return out;
}

std::string absolute_uri(std::string_view manifest, std::initializer_list<std::string_view> path) {
  return join(fmt::format("{}/{}/{}", kScheme, kStoreLabel, manifest), path);
}

std::string relative_uri(std::initializer_list<std::string_view> path) {
  return join(std::string(kScheme), path);
}

Result<Target> resolve(const Box& store, const Box& manifest, std::string_view uri) {
  SIGNMARK_ASSIGN(const Uri parsed, parse_uri(uri));
  Target target{&manifest, &manifest};
  if (!parsed.manifest.empty()) {
    SIGNMARK_ASSIGN(target.manifest, descend(store, parsed.manifest, uri));
    target.box = target.manifest;
  }
  for (const std::string& label : parsed.path) {
    SIGNMARK_ASSIGN(target.box, descend(*target.box, label, uri));
  }
  return target;
}

}  // namespace signmark::c2pa::jumbf
