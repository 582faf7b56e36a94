// SPDX-License-Identifier: Apache-2.0
// links: signmark_label
// read_xmp and update_xmp on any packet: what was set is read back, and a second set changes
// nothing.
#include <cstdlib>

#include "signmark/label.hpp"

using namespace signmark;
using namespace signmark::label;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView packet{data, size};
  const auto before = read_xmp(packet);
  const XmpChanges changes{R"({"Label":"1","ContentProducer":"<&'人\t"})",
                           "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"};
  const auto updated = update_xmp(packet, changes);
  if (!updated) {
    require(updated.error().code.starts_with("label.xmp."));
    return 0;
  }
  require(before.has_value());
  const auto after = read_xmp(*updated);
  require(after && after->aigc == std::vector{changes.aigc_json});
  require(!after->digital_source_types.empty() &&
          after->digital_source_types.front() == changes.digital_source_type);
  require(after->aigc_elsewhere == before->aigc_elsewhere);
  require(after->instance_id == before->instance_id);
  require(after->provenance == before->provenance);
  const auto again = update_xmp(*updated, changes);
  require(again && *again == *updated);
  return 0;
}
