// SPDX-License-Identifier: Apache-2.0
// AMF0 (Action Message Format, version 0): the properties of FLV's script data, with positions.
#pragma once

#include "container/handler.hpp"

namespace signmark::container {

struct AmfProperty {
  std::string name;
  Range range;    ///< in the file, name and value
  Byte type = 0;  ///< of the value
  ByteView text;  ///< of a string
  double number = 0;
};

/// A number that says a position in the file, or a size of it.
struct AmfPosition {
  std::uint64_t at = 0;  ///< of the eight bytes
  double value = 0;
  bool total = false;  ///< the size of the whole file, not a place in it
};

/// A named object, as `onMetaData` is.
struct AmfScript {
  std::string name;
  std::vector<AmfProperty> properties;
  std::vector<AmfPosition> positions;
  std::optional<std::uint64_t> count_at;  ///< where the number of properties stands
  std::uint32_t count = 0;
  std::uint64_t end_at = 0;  ///< where the mark behind the last property stands
};

/// Reads script data; only the name when the value is no object. `offset`: of the data in the file.
/// Errors: `container.flv.truncated`, `container.flv.syntax`, `container.flv.limit`.
Result<AmfScript> read_script(const Limits& limits, ByteView data, std::uint64_t offset);

/// The name `onMetaData` or the like, without reading on; empty when there is none.
std::string_view script_name(ByteView data);

/// A property whose value is a string.
Bytes amf_property(std::string_view name, ByteView text);

Bytes amf_number(double value);

}  // namespace signmark::container
