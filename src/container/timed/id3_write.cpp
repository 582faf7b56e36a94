// SPDX-License-Identifier: Apache-2.0
// Writes ID3v2 tags of versions 2.3 and 2.4, without unsynchronisation, extended header and footer.
#include <algorithm>

#include "base/text.hpp"
#include "container/timed/id3_tag.hpp"
#include "container/timed/id3_text.hpp"

namespace signmark::container {
namespace {

constexpr std::size_t kHeader = 10;
constexpr std::size_t kPadding = 512;  // of a tag that had to grow: room for the next change
constexpr std::uint64_t kMaxTag = (1U << 28) - 1;

Bytes frame_of(int version, std::string_view id, ByteView data) {
  ByteWriter out;
  out.text(id).bytes(id3_size(version, data.size())).u16be(0).bytes(data);
  return out.take();
}

/// Texts one after the other, a NUL between them: UTF-8 where the version has it (id3v2.4.0, 4),
/// else Latin-1 for ASCII and UTF-16 for the rest.
Bytes encoded(int version, std::initializer_list<std::string_view> texts) {
  const bool ascii = std::all_of(texts.begin(), texts.end(), [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
  });
  const bool wide = version == 3 && !ascii;
  ByteWriter out;
  out.u8(version == 4 ? 3 : (wide ? 1 : 0));
  for (const std::string_view& text : texts) {
    if (&text != texts.begin()) out.fill(wide ? 2 : 1, 0);
    if (!wide) {
      out.text(text);
      continue;
    }
    out.u16le(0xFEFF);
    for (const char32_t c : decode_utf8(text).value_or(std::u32string())) {
      if (c >= 0x10000) out.u16le(static_cast<std::uint16_t>(0xD800 + ((c - 0x10000) >> 10)));
      out.u16le(static_cast<std::uint16_t>(c >= 0x10000 ? 0xDC00 + ((c - 0x10000) & 0x3FF) : c));
    }
  }
  return out.take();
}

/// A frame with a new value.
Bytes rewritten(int version, const Id3Frame& frame, const Bytes& value) {
  if (frame.id == "PRIV") {
    ByteWriter data;
    data.text(std::string_view("XMP\0", 4)).bytes(value);
    return frame_of(version, frame.id, data.view());
  }
  if (frame.id != "TXXX") return frame_of(version, frame.id, encoded(version, {as_text(value)}));
  const Byte encoding = frame.data[0];
  const std::string key = id3_text(encoding, split_id3(encoding, frame.data.subspan(1)).first);
  return frame_of(version, frame.id, encoded(version, {key, as_text(value)}));
}

void put_manifest(ByteWriter& out, int version, const Bytes& store, std::size_t& store_at) {
  ByteWriter head;
  head.u8(0).text(std::string_view("application/c2pa\0c2pa\0c2pa manifest store\0", 42));
  out.text("GEOB").bytes(id3_size(version, head.size() + store.size())).u16be(0);
  out.bytes(head.view());
  store_at = out.size();
  out.bytes(store);
}

}  // namespace

Bytes id3_size(int version, std::uint64_t size) {
  const unsigned bits = version == 4 ? 7 : 8;
  ByteWriter out;
  for (unsigned i = 4; i-- > 0;)
    out.u8(static_cast<Byte>((size >> (bits * i)) & ((1U << bits) - 1)));
  return out.take();
}

Result<Id3Written> write_id3(Format format, const Id3Tag* tag, const Changes& changes,
                             const Id3Wanted& wanted) {
  const int version = tag == nullptr ? 4 : tag->version;
  if (version == 2)
    return format_error(format, "unwritable", "the ID3 tag is of the old version 2.2", at_byte(0),
                        "convert the tag to version 2.3 or 2.4 first");
  Id3Written written;
  ByteWriter out;
  out.text("ID3").u8(static_cast<Byte>(version)).fill(6, 0);
  for (const Id3Frame& frame : tag == nullptr ? std::vector<Id3Frame>() : tag->frames) {
    const Bytes* value = changes.at(frame.range);
    if (wanted.drop_manifest && frame.store.size > 0) continue;
    out.bytes(value == nullptr ? frame.raw : ByteView(rewritten(version, frame, *value)));
  }
  if (wanted.record != nullptr)
    out.bytes(frame_of(version, "TXXX", encoded(version, {"AIGC", as_text(*wanted.record)})));
  if (wanted.manifest != nullptr) put_manifest(out, version, *wanted.manifest, written.store_at);
  const std::size_t room = tag == nullptr ? 0 : tag->range.size;
  out.fill(out.size() <= room ? room - out.size() : kPadding, 0);
  SIGNMARK_TRY(check_limit(code_name(format), "metadata-block", out.size(), kMaxTag, "ID3 tag"));
  written.bytes = out.take();
  const Bytes size = id3_size(4, written.bytes.size() - kHeader);
  std::copy(size.begin(), size.end(), written.bytes.begin() + 6);
  return written;
}

Status splice_leading_id3(Format format, const std::vector<Id3Tag>& tags, const Changes& changes,
                          bool record, std::vector<Splice>& splices) {
  for (std::size_t i = 0; i < std::max<std::size_t>(tags.size(), 1); ++i) {
    const Id3Tag* tag = tags.empty() ? nullptr : &tags[i];
    const Id3Wanted wanted{record && i == 0 ? changes.record : nullptr,
                           i == 0 ? changes.manifest : nullptr, changes.manifest != nullptr};
    const bool same = wanted.record == nullptr && wanted.manifest == nullptr &&
                      (tag == nullptr || !changes.within(tag->range)) &&
                      !(tag != nullptr && tag->has_store() && wanted.drop_manifest);
    if (same) continue;
    SIGNMARK_ASSIGN(Id3Written written, write_id3(format, tag, changes, wanted));
    const Range place = tag == nullptr ? Range{} : tag->range;
    const auto cut = [&](std::size_t from, std::size_t to) {
      return Bytes(written.bytes.begin() + static_cast<std::ptrdiff_t>(from),
                   written.bytes.begin() + static_cast<std::ptrdiff_t>(to));
    };
    const std::size_t store_end =
        wanted.manifest == nullptr ? 0 : written.store_at + wanted.manifest->size();
    if (store_end > 0) {
      splices.push_back({{place.offset, 0}, cut(0, written.store_at)});
      splices.push_back({{place.offset, 0}, *wanted.manifest, true});
    }
    splices.push_back({place, cut(store_end, written.bytes.size())});
  }
  return {};
}

}  // namespace signmark::container
