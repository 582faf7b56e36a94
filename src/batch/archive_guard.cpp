// SPDX-License-Identifier: Apache-2.0
// Names of entries and the wording of refusals.
#include "batch/archive_guard.hpp"

#include <fmt/format.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace signmark::batch {
namespace {

/// Names that Windows keeps for devices, whatever stands behind the first dot. The superscript
/// digits count there too.
bool is_device(std::string_view part) {
  static constexpr std::array<std::string_view, 7> kWhole = {"con",    "prn",     "aux",   "nul",
                                                             "conin$", "conout$", "clock$"};
  std::string stem(part.substr(0, part.find('.')));
  while (stem.ends_with(' ')) stem.pop_back();
  std::transform(stem.begin(), stem.end(), stem.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (std::find(kWhole.begin(), kWhole.end(), stem) != kWhole.end()) return true;
  if (!stem.starts_with("com") && !stem.starts_with("lpt")) return false;
  const std::string digit = stem.substr(3);
  return (digit.size() == 1 && digit[0] >= '0' && digit[0] <= '9') || digit == "\u00B9" ||
         digit == "\u00B2" || digit == "\u00B3";
}

/// What is wrong with the whole name; nothing when it may be looked at part by part.
std::string_view fault_of_name(std::string_view raw) {
  if (raw.empty()) return "it has no name";
  if (raw.find('\0') != std::string_view::npos) return "the name holds a NUL";
  if (!is_utf8(raw)) return "the name is not UTF-8";
  if (printable(raw) != raw) return "the name holds control characters";
  if (raw.find('\\') != std::string_view::npos) return "the name holds a backslash";
  if (raw.front() == '/') return "the name is absolute";
  const auto letter = static_cast<unsigned char>(raw[0] | 0x20);
  if (raw.size() > 1 && raw[1] == ':' && letter >= 'a' && letter <= 'z')
    return "the name begins with a drive";
  return {};
}

std::string_view fault_of_part(std::string_view part) {
  if (part.empty()) return "the name has an empty part";
  if (part == "..") return "the name leaves the archive";
  if (part.ends_with('.') || part.ends_with(' ')) return "a part ends with a dot or a space";
  if (is_device(part)) return "a part is the name of a Windows device";
  return {};
}

std::string folded(std::string_view text) {
  std::string out;
  icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())))
      .foldCase()
      .toUTF8String(out);
  return out;
}

}  // namespace

tl::unexpected<Error> refuse(std::string_view what, std::string message, std::string_view entry,
                             std::string hint) {
  constexpr std::size_t kShown = 200;
  std::string where;
  if (!entry.empty()) where = "entry " + printable(entry.substr(0, kShown));
  return fail(fmt::format("archive.{}", what), std::move(message), std::move(where),
              std::move(hint));
}

tl::unexpected<Error> exceeded(std::string_view what, const ArchiveGuards& guards,
                               std::uint64_t ArchiveGuards::*guard, std::string message,
                               std::string_view entry) {
  const auto flag =
      std::find_if(kArchiveGuardFlags.begin(), kArchiveGuardFlags.end(),
                   [&](const ArchiveGuardFlag& candidate) { return candidate.field == guard; });
  return refuse(what, fmt::format("{}; {} allows {}", message, flag->flag, guards.*guard), entry,
                fmt::format("raise it with {}=N if you trust the archive", flag->flag));
}

NameGuard::Key NameGuard::key_of(std::string_view text) {
  const std::array<Byte, 32> digest = blake2b(as_bytes(text));
  Key key{};
  std::memcpy(key.data(), digest.data(), sizeof key);
  return key;
}

Status NameGuard::remember(std::string_view path, std::string_view raw, bool folder, bool listed) {
  const Key spelling = key_of(path);
  const auto [found, fresh] =
      seen_.try_emplace(key_of(folded(path)), Seen{spelling, folder, listed});
  if (fresh) {
    if (seen_.size() <= guards_.entries) return {};
    return exceeded("too_many", guards_, &ArchiveGuards::entries,
                    "too many files and folders are named", raw);
  }
  Seen& old = found->second;
  if (old.spelling != spelling)
    return refuse("path", "another name differs from this one only in the case of letters", raw);
  if (old.folder != folder) return refuse("path", "the name is of a file and of a folder", raw);
  if (old.listed && listed) return refuse("path", "two entries have this name", raw);
  old.listed = old.listed || listed;
  return {};
}

Result<std::string> NameGuard::check(std::string_view raw, bool folder) {
  if (raw.size() > guards_.name_bytes)
    return exceeded("name", guards_, &ArchiveGuards::name_bytes,
                    fmt::format("the name has {} bytes", raw.size()), raw);
  constexpr std::string_view kHint = "pack the archive anew with plain relative names in UTF-8";
  if (const auto fault = fault_of_name(raw); !fault.empty())
    return refuse("path", std::string(fault), raw, std::string(kHint));
  std::string_view rest = raw;
  while (rest.starts_with("./")) rest.remove_prefix(2);
  if (folder && rest.ends_with('/')) rest.remove_suffix(1);
  if (folder && (rest.empty() || rest == ".")) return std::string();
  SIGNMARK_ASSIGN(std::string name, nfc(rest));
  std::uint64_t folders = 0;
  const std::size_t parent = std::min(name.rfind('/'), name.size());
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = name.find('/', begin);
    const auto part = std::string_view(name).substr(begin, end - begin);
    if (const auto fault = fault_of_part(part); !fault.empty())
      return refuse("path", std::string(fault), raw, std::string(kHint));
    const bool last = end == std::string::npos;
    if ((!last || folder) && ++folders > guards_.depth)
      return exceeded("name", guards_, &ArchiveGuards::depth, "folders lie too deep", raw);
    // Neighbours mostly share their folder, which then is known.
    if (last || name.compare(0, parent, parent_) != 0)
      SIGNMARK_TRY(remember(name.substr(0, end), raw, !last || folder, last));
  }
  parent_.assign(name, 0, parent == name.size() ? 0 : parent);
  return name;
}

}  // namespace signmark::batch
