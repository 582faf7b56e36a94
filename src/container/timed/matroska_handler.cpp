// SPDX-License-Identifier: Apache-2.0
// Matroska and WebM: what stands in a file. C2PA has no place for its manifest.
#include <algorithm>

#include "base/text.hpp"
#include "container/timed/matroska.hpp"

namespace signmark::container {
namespace {

constexpr std::uint32_t kTrackEntry = 0xAE, kTrackType = 0x83, kVideo = 0xE0, kPixelWidth = 0xB0,
                        kPixelHeight = 0xBA, kAttachedFile = 0x61A7, kFileName = 0x466E;
constexpr std::uint64_t kVideoTrack = 1, kSoundTrack = 2;

class MatroskaReader {
 public:
  MatroskaReader(const Context& context, ByteView file, Inventory& inventory)
      : context_(context), file_(file), inventory_(inventory) {}

  Status read(const MatroskaScan& scan) {
    for (const EbmlElement& element : scan.elements) {
      if (element.id == matroska::kTags) SIGNMARK_TRY(tags(element, 1));
      if (element.id == matroska::kTracks) SIGNMARK_TRY(each(element, &MatroskaReader::track));
      if (element.id == matroska::kAttachments)
        SIGNMARK_TRY(each(element, &MatroskaReader::attachment));
      if (element.id == matroska::kChapters)
        SIGNMARK_TRY(add({BlockKind::other, "Matroska chapters", {}, element.range, {}}));
    }
    return {};
  }

 private:
  Status add(Block block) { return add_block(context_, inventory_, std::move(block)); }

  /// The children; none when they contradict their parent, which then is damage.
  Result<std::vector<EbmlElement>> children(const EbmlElement& parent) {
    auto result = ebml_children(context_.limits, file_, parent);
    if (result || result.error().code.ends_with(".limit")) return result;
    mark_damaged(inventory_, result.error());
    return std::vector<EbmlElement>();
  }

  Status each(const EbmlElement& parent, Status (MatroskaReader::*take)(const EbmlElement&)) {
    SIGNMARK_ASSIGN(const auto list, children(parent));
    for (const EbmlElement& child : list) SIGNMARK_TRY((this->*take)(child));
    return {};
  }

  Status track(const EbmlElement& entry) {
    if (entry.id != kTrackEntry) return {};
    SIGNMARK_ASSIGN(const auto parts, children(entry));
    for (const EbmlElement& part : parts) {
      const std::uint64_t type = part.id == kTrackType ? ebml_number(ebml_data(file_, part)) : 0;
      inventory_.video_tracks += type == kVideoTrack ? 1 : 0;
      inventory_.sound_tracks += type == kSoundTrack ? 1 : 0;
      if (part.id == kVideo && inventory_.width == 0)
        SIGNMARK_TRY(each(part, &MatroskaReader::size));
    }
    return {};
  }

  Status size(const EbmlElement& field) {
    const auto value = static_cast<std::uint32_t>(ebml_number(ebml_data(file_, field)));
    if (field.id == kPixelWidth) inventory_.width = value;
    if (field.id == kPixelHeight) inventory_.height = value;
    return {};
  }

  Status attachment(const EbmlElement& file) {
    if (file.id != kAttachedFile) return {};
    SIGNMARK_ASSIGN(const auto parts, children(file));
    std::string name;
    for (const EbmlElement& part : parts)
      if (part.id == kFileName) name = printable(as_text(ebml_data(file_, part)));
    return add({BlockKind::other, "Matroska attachment", std::move(name), file.range, {}});
  }

  /// Tags, a tag in it, or a simple tag, which may hold others.
  Status tags(const EbmlElement& parent, std::uint64_t depth) {
    SIGNMARK_TRY(check_limit("matroska", "box-depth", depth, context_.limits.box_depth,
                             at_byte(parent.range.offset)));
    SIGNMARK_ASSIGN(const auto list, children(parent));
    const EbmlElement* name = nullptr;
    const EbmlElement* text = nullptr;
    for (const EbmlElement& child : list) {
      if (child.id == matroska::kTagName) name = &child;
      if (child.id == matroska::kTagString) text = &child;
      if (child.id == matroska::kTag || child.id == matroska::kSimpleTag)
        SIGNMARK_TRY(tags(child, depth + 1));
    }
    if (parent.id != matroska::kSimpleTag || name == nullptr || text == nullptr) return {};
    return add(tag_block("Matroska tag", printable(trimmed(*name)), parent.range,
                         as_bytes(trimmed(*text))));
  }

  /// A string may be padded with NULs (RFC 8794, 7.4).
  [[nodiscard]] std::string_view trimmed(const EbmlElement& field) const {
    const std::string_view text = as_text(ebml_data(file_, field));
    return text.substr(0, text.find_last_not_of('\0') + 1);
  }

  const Context& context_;
  ByteView file_;
  Inventory& inventory_;
};

class MatroskaHandler final : public Handler {
 public:
  MatroskaHandler(std::string_view doc_type, FormatInfo info) : doc_type_(doc_type), info_(info) {}

  const FormatInfo& info() const override { return info_; }
  bool matches(ByteView file) const override { return ebml_doc_type(file) == doc_type_; }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    SIGNMARK_ASSIGN(const MatroskaScan scan, scan_matroska(context.limits, file));
    SIGNMARK_TRY(MatroskaReader(context, file, inventory).read(scan));
    if (scan.damage)
      mark_damaged(inventory, *scan.damage);
    else if (scan.find(matroska::kTracks) == nullptr)
      mark_damaged(inventory, format_error(info_.format, "syntax", "the file has no tracks",
                                           at_byte(scan.segment.data_at))
                                  .value());
    else if (scan.end < file.size())
      inventory.trailing = {scan.end, file.size() - scan.end};
    return {};
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    return plan_matroska(context, file, inventory, edits);
  }

 private:
  std::string_view doc_type_;
  FormatInfo info_;
};

FormatInfo info_of(Format format, std::string_view name, std::string_view mime,
                   std::string_view extension) {
  return {.format = format,
          .name = name,
          .mime = mime,
          .extension = extension,
          .writes_metadata = true,
          .timed = true,
          .native_aigc = true,
          .sidecar_only = true};
}

}  // namespace

const Handler& matroska_handler() {
  static const MatroskaHandler handler(
      "matroska", info_of(Format::matroska, "Matroska", "video/x-matroska", "mkv"));
  return handler;
}

const Handler& webm_handler() {
  static const MatroskaHandler handler("webm", info_of(Format::webm, "WebM", "video/webm", "webm"));
  return handler;
}

}  // namespace signmark::container
