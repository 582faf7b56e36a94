// SPDX-License-Identifier: Apache-2.0
// The JPEG handler and its place in the table.
#include "container/jpeg_handler.hpp"

namespace signmark::container {
namespace {

class JpegHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{Format::jpeg, "JPEG", "image/jpeg", "jpg", true, true};
    return kInfo;
  }
  bool matches(ByteView file) const override { return starts_with(file, "\xFF\xD8\xFF"); }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    return inspect_jpeg(context, file, inventory);
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    return plan_jpeg(context, file, inventory, edits);
  }
  Result<Rope> transplant(const Context& context, ByteView original, const Inventory&,
                          ByteView encoded) const override {
    return transplant_jpeg(context, original, encoded);
  }
};

}  // namespace

const Handler& jpeg_handler() {
  static const JpegHandler handler;
  return handler;
}

}  // namespace signmark::container
