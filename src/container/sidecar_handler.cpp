// SPDX-License-Identifier: Apache-2.0
// A C2PA manifest store as a file of its own (C2PA 2.5, 11.4): read only, since it carries no
// media.
#include <fmt/format.h>

#include <algorithm>

#include "container/jumbf_header.hpp"

namespace signmark::container {
namespace {

class SidecarHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{
        Format::c2pa_sidecar, "C2PA sidecar", "application/c2pa", "c2pa", false, false};
    return kInfo;
  }
  bool matches(ByteView file) const override { return is_c2pa_store(file); }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    ByteReader reader(file, "container.sidecar");
    SIGNMARK_ASSIGN(const std::uint64_t stated, reader.u32be());
    // A length of 0 means "up to the end" (ISO/IEC 19566-5, 4.3).
    const std::uint64_t size =
        stated == 0 ? file.size() : std::min<std::uint64_t>(stated, file.size());
    if (size < stated)
      mark_damaged(inventory, format_error(Format::c2pa_sidecar, "truncated",
                                           fmt::format("the store has {} bytes, the file {}",
                                                       stated, file.size()),
                                           at_byte(0))
                                  .value());
    if (size < file.size()) inventory.trailing = {size, file.size() - size};
    const ByteView store = file.first(size);
    return add_block(
        context, inventory,
        {BlockKind::c2pa, "C2PA sidecar", {}, {0, size}, {store.begin(), store.end()}});
  }
};

}  // namespace

const Handler& sidecar_handler() {
  static const SidecarHandler handler;
  return handler;
}

}  // namespace signmark::container
