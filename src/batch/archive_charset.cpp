// SPDX-License-Identifier: Apache-2.0
#include "batch/archive_charset.hpp"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "base/text.hpp"

namespace signmark::batch {
namespace {

constexpr std::uint16_t kUtf8 = 0x800;
constexpr const char* kGbk = "GBK";
constexpr const char* kCp437 = "ibm-437";

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

/// Stops at what the code page does not have.
Converter open(const char* charset) {
  UErrorCode code = U_ZERO_ERROR;
  Converter converter(ucnv_open(charset, &code));
  if (U_SUCCESS(code))
    ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &code);
  return U_SUCCESS(code) ? std::move(converter) : nullptr;
}

std::optional<std::string> decoded(const char* charset, std::string_view text) {
  const Converter converter = open(charset);
  UErrorCode code = U_ZERO_ERROR;
  if (!converter) return std::nullopt;
  const icu::UnicodeString wide(text.data(), static_cast<std::int32_t>(text.size()),
                                converter.get(), code);
  if (U_FAILURE(code)) return std::nullopt;
  std::string out;
  return wide.toUTF8String(out);
}

/// The header's own name, which does not say that it is UTF-8.
bool is_plain(const ZipRecord& record) {
  return (record.flags & kUtf8) == 0 && record.name.data() == record.raw_name.data();
}

/// Pairs of bytes of a GBK text, and how many of them GB 2312 has: both bytes from A1. Accented
/// letters of CP437 come one by one, mostly with an ASCII letter behind them.
struct Pairs {
  std::size_t all = 0, common = 0;
  void count(std::string_view text) {
    constexpr unsigned char kLead = 0x81, kCommon = 0xA1;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
      const auto lead = static_cast<unsigned char>(text[i]);
      if (lead < kLead) continue;
      ++all;
      if (lead >= kCommon && static_cast<unsigned char>(text[++i]) >= kCommon) ++common;
    }
  }
};

}  // namespace

void NameCharset::prepare() {
  for (const char* charset : {kGbk, kCp437}) static_cast<void>(decoded(charset, "a"));
}

NameCharset NameCharset::of(const std::vector<ZipRecord>& records) {
  NameCharset charset;
  Pairs pairs;
  bool all_gbk = true;
  for (const ZipRecord& record : records) {
    if (!is_plain(record)) continue;
    charset.foreign_ = charset.foreign_ || !is_utf8(record.name);
    all_gbk = all_gbk && decoded(kGbk, record.name);
    pairs.count(record.name);
  }
  charset.gbk_ = all_gbk && 2 * pairs.common > pairs.all;
  return charset;
}

std::string NameCharset::decode(const ZipRecord& record) const {
  std::string name(record.name);
  if (!foreign_ || !is_plain(record)) return name;
  return decoded(gbk_ ? kGbk : kCp437, name).value_or(name);
}

}  // namespace signmark::batch
