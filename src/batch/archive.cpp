// SPDX-License-Identifier: Apache-2.0
// Which archive it is.
#include "batch/archive.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "batch/archive_charset.hpp"
#include "batch/archive_locale.hpp"
#include "batch/archive_source.hpp"
#include "signmark/container.hpp"

namespace signmark::batch {
namespace {

constexpr std::string_view kZip("PK\x03\x04", 4), kEmptyZip("PK\x05\x06", 4),
    kGzip("\x1F\x8B\x08", 3),
    kXz("\xFD"
        "7zXZ\0",
        6),
    kZstd("\x28\xB5\x2F\xFD", 4), kSevenZip("7z\xBC\xAF\x27\x1C", 6);
constexpr std::size_t kTarBlock = 512;

/// POSIX.1-1988 ustar and what came before it: the header's sum, its own field counted as spaces.
bool is_tar(ByteView bytes) {
  constexpr std::size_t kSum = 148, kSumSize = 8;
  if (bytes.size() < kTarBlock || bytes[0] == 0) return false;
  std::uint32_t sum = kSumSize * ' ', told = 0;
  for (std::size_t i = 0; i < kTarBlock; ++i)
    if (i < kSum || i >= kSum + kSumSize) sum += bytes[i];
  bool digits = false;
  for (const Byte c : bytes.subspan(kSum, kSumSize)) {
    if (c == ' ' && !digits) continue;
    if (c < '0' || c > '7') break;
    digits = true;
    told = told * 8 + (c - '0');
  }
  return digits && told == sum;
}

bool holds_tar(ArchiveKind kind, ByteView packed) {
  const auto source = open_source(kind, packed);
  if (!source) return false;
  const auto block = (*source)->next();
  return block && is_tar(*block);
}

bool is_document(ByteView bytes) {
  const container::Format format = container::probe(bytes);
  return format >= container::Format::docx && format <= container::Format::epub;
}

/// Kept for the process's life: a sealed worker could not load it any more.
locale_t utf8_locale() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
  return locale;
}

}  // namespace

void prepare_archives() {
  utf8_locale();
  NameCharset::prepare();
}

InUtf8::InUtf8() : before_(utf8_locale() == locale_t{} ? locale_t{} : ::uselocale(utf8_locale())) {}

InUtf8::~InUtf8() {
  if (before_ != locale_t{}) ::uselocale(before_);
}

std::string_view archive_kind_name(ArchiveKind kind) {
  constexpr std::array<std::string_view, 6> kNames = {"zip",    "tar",     "tar.gz",
                                                      "tar.xz", "tar.zst", "7z"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<ArchiveKind> probe_archive(ByteView bytes) {
  if (starts_with(bytes, kZip) || starts_with(bytes, kEmptyZip))
    return is_document(bytes) ? std::nullopt : std::optional(ArchiveKind::zip);
  if (starts_with(bytes, kSevenZip)) return ArchiveKind::seven_zip;
  if (is_tar(bytes)) return ArchiveKind::tar;
  for (const auto& [magic, kind] :
       {std::pair(kGzip, ArchiveKind::tar_gz), std::pair(kXz, ArchiveKind::tar_xz),
        std::pair(kZstd, ArchiveKind::tar_zst)})
    if (starts_with(bytes, magic) && holds_tar(kind, bytes)) return kind;
  return std::nullopt;
}

}  // namespace signmark::batch
