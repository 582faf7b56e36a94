// SPDX-License-Identifier: Apache-2.0
// Reads and writes AMF0.
#include "container/timed/amf.hpp"

#include <bit>

namespace signmark::container {
namespace {

enum : Byte {
  kNumber = 0,
  kBoolean = 1,
  kString = 2,
  kObject = 3,
  kNull = 5,
  kUndefined = 6,
  kReference = 7,
  kArray = 8,
  kEnd = 9,
  kStrictArray = 10,
  kDate = 11,
  kLongString = 12,
  kUnsupported = 13,
  kXml = 15,
  kTypedObject = 16
};

class AmfReader {
 public:
  AmfReader(const Limits& limits, ByteView data, std::uint64_t offset)
      : limits_(limits), reader_(data, "container.flv", offset), offset_(offset) {}

  Result<AmfScript> script() {
    SIGNMARK_ASSIGN(const Byte type, reader_.u8());
    if (type != kString) return std::move(script_);
    SIGNMARK_ASSIGN(const ByteView name, string(2));
    script_.name = as_text(name);
    SIGNMARK_ASSIGN(const Byte value, reader_.u8());
    if (value != kArray && value != kObject) return std::move(script_);
    if (value == kArray) {
      script_.count_at = position();
      SIGNMARK_ASSIGN(script_.count, reader_.u32be());
    }
    SIGNMARK_TRY(properties({}, 1));
    return std::move(script_);
  }

 private:
  [[nodiscard]] std::uint64_t position() const { return offset_ + reader_.position(); }

  Result<ByteView> string(int width) {
    std::uint32_t size = 0;
    if (width == 2) {
      SIGNMARK_ASSIGN(size, reader_.u16be());
    } else {
      SIGNMARK_ASSIGN(size, reader_.u32be());
    }
    return reader_.take(size);
  }

  /// Up to and with the mark at the end. `path`: empty for the properties of the script itself.
  Status properties(const std::string& path, std::uint64_t depth) {
    SIGNMARK_TRY(check_limit("flv", "box-depth", depth, limits_.box_depth, at_byte(position())));
    while (true) {
      AmfProperty property;
      property.range.offset = position();
      SIGNMARK_ASSIGN(const ByteView name, string(2));
      property.name = as_text(name);
      SIGNMARK_ASSIGN(property.type, reader_.u8());
      if (name.empty() && property.type == kEnd) {
        if (depth == 1) script_.end_at = property.range.offset;
        return {};
      }
      SIGNMARK_TRY(value(property, depth == 1 ? property.name : path + "." + property.name, depth));
      property.range.size = position() - property.range.offset;
      SIGNMARK_TRY(count());
      if (depth == 1) script_.properties.push_back(std::move(property));
    }
  }

  Status count() {
    return check_limit("flv", "blocks", ++values_, limits_.blocks, at_byte(position()));
  }

  Status value(AmfProperty& property, const std::string& path, std::uint64_t depth) {
    switch (property.type) {
      case kNumber:
        return number(property, path);
      case kString:
      case kLongString:
      case kXml: {
        SIGNMARK_ASSIGN(property.text, string(property.type == kString ? 2 : 4));
        return {};
      }
      case kTypedObject:
        SIGNMARK_TRY(string(2));
        return properties(path, depth + 1);
      case kArray:
        SIGNMARK_TRY(reader_.skip(4));
        return properties(path, depth + 1);
      case kObject:
        return properties(path, depth + 1);
      case kStrictArray:
        return values(path, depth + 1);
      case kBoolean:
        return reader_.skip(1);
      case kReference:
        return reader_.skip(2);
      case kDate:
        return reader_.skip(10);
      case kNull:
      case kUndefined:
      case kUnsupported:
        return {};
      default:
        return reader_.error("syntax", "an unknown kind of value");
    }
  }

  Status values(const std::string& path, std::uint64_t depth) {
    SIGNMARK_TRY(check_limit("flv", "box-depth", depth, limits_.box_depth, at_byte(position())));
    SIGNMARK_ASSIGN(const std::uint32_t size, reader_.u32be());
    for (std::uint32_t i = 0; i < size; ++i) {
      AmfProperty element;
      SIGNMARK_ASSIGN(element.type, reader_.u8());
      SIGNMARK_TRY(value(element, path, depth));
      SIGNMARK_TRY(count());
    }
    return {};
  }

  Status number(AmfProperty& property, const std::string& path) {
    const std::uint64_t at = position();
    SIGNMARK_ASSIGN(const std::uint64_t bits, reader_.u64be());
    property.number = std::bit_cast<double>(bits);
    const bool total = path == "filesize" || path == "datasize";
    if (total || path == "keyframes.filepositions" || path == "lastkeyframelocation")
      script_.positions.push_back({at, property.number, total});
    return {};
  }

  const Limits& limits_;
  ByteReader reader_;
  std::uint64_t offset_;
  AmfScript script_;
  std::uint64_t values_ = 0;
};

}  // namespace

Result<AmfScript> read_script(const Limits& limits, ByteView data, std::uint64_t offset) {
  return AmfReader(limits, data, offset).script();
}

std::string_view script_name(ByteView data) {
  if (data.size() < 3 || data[0] != kString) return {};
  return as_text(data.subspan(3)).substr(0, static_cast<std::size_t>(data[1] << 8 | data[2]));
}

Bytes amf_property(std::string_view name, ByteView text) {
  ByteWriter out;
  out.u16be(static_cast<std::uint16_t>(name.size())).text(name);
  if (text.size() <= 0xFFFF)
    out.u8(kString).u16be(static_cast<std::uint16_t>(text.size()));
  else
    out.u8(kLongString).u32be(static_cast<std::uint32_t>(text.size()));
  out.bytes(text);
  return out.take();
}

Bytes amf_number(double value) {
  ByteWriter out;
  out.u64be(std::bit_cast<std::uint64_t>(value));
  return out.take();
}

}  // namespace signmark::container
