// SPDX-License-Identifier: Apache-2.0
// The PNG handler and its place in the table.
#include "container/png_handler.hpp"

#include "container/png_chunks.hpp"

namespace signmark::container {
namespace {

class PngHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{Format::png, "PNG", "image/png", "png", true, true};
    return kInfo;
  }
  bool matches(ByteView file) const override { return starts_with(file, kPngSignature); }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    return inspect_png(context, file, inventory);
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    return plan_png(context, file, inventory, edits);
  }
  Result<Rope> transplant(const Context& context, ByteView original, const Inventory&,
                          ByteView encoded) const override {
    return transplant_png(context, original, encoded);
  }
};

}  // namespace

const Handler& png_handler() {
  static const PngHandler handler;
  return handler;
}

}  // namespace signmark::container
