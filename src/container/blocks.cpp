// SPDX-License-Identifier: Apache-2.0
// Filling an inventory: problems, limits, and the blocks that several formats share.
#include <fmt/format.h>

#include "container/exif.hpp"
#include "container/handler.hpp"

namespace signmark::container {
namespace {

/// Bound on kept messages; more tell nobody more.
constexpr std::size_t kMaxProblems = 64;

}  // namespace

std::string at_byte(std::uint64_t offset) { return fmt::format("byte {}", offset); }

ByteView exif_tiff(ByteView carrier_data) {
  constexpr std::string_view kPrefix("Exif\0", 5);  // the sixth byte is padding of any value
  if (!starts_with(carrier_data, kPrefix) || carrier_data.size() < 6) return carrier_data;
  return carrier_data.subspan(6);
}

tl::unexpected<Error> format_error(Format format, std::string_view what, std::string message,
                                   std::string where, std::string hint) {
  return fail(fmt::format("container.{}.{}", code_name(format), what), std::move(message),
              std::move(where), std::move(hint));
}

void note_problem(Inventory& inventory, Error error) {
  if (inventory.problems.size() < kMaxProblems) inventory.problems.push_back(std::move(error));
}

void mark_damaged(Inventory& inventory, Error error) {
  inventory.complete = false;
  note_problem(inventory, std::move(error));
}

Status check_limit(std::string_view format, std::string_view limit_name, std::uint64_t size,
                   std::uint64_t limit, std::string where) {
  if (size <= limit) return {};
  return fail(fmt::format("container.{}.limit", format),
              fmt::format("{} exceeds the limit {} of {}", size, limit_name, limit),
              std::move(where), fmt::format("raise it with --limit {}={}", limit_name, size));
}

Status add_block(const Context& context, Inventory& inventory, Block block) {
  const bool store = block.kind == BlockKind::c2pa;
  Status fits = check_limit(code_name(inventory.format),
                            store ? "manifest-store" : "metadata-block", block.payload.size(),
                            store ? context.limits.manifest_store : context.limits.metadata_block,
                            block.place + ", " + at_byte(block.range.offset));
  if (!fits) {
    if (block.kind != BlockKind::text && block.kind != BlockKind::icc) return fits;
    note_problem(inventory, fits.error());
    block.kind = BlockKind::other;
    block.payload = Bytes();
  }
  inventory.blocks.push_back(std::move(block));
  return {};
}

Status add_exif(const Context& context, Inventory& inventory, Block block) {
  block.kind = BlockKind::exif;
  const Range range = block.range;
  const std::string place = block.place;
  const std::size_t index = inventory.blocks.size();
  SIGNMARK_TRY(add_block(context, inventory, std::move(block)));
  const auto view = read_exif(inventory.blocks[index].payload, context.limits);
  if (!view) {
    note_problem(inventory, view.error().at(place + ", " + at_byte(range.offset)));
    return {};
  }
  inventory.orientation = view->orientation;
  for (const ExifText& text : view->texts)
    SIGNMARK_TRY(
        add_block(context, inventory,
                  {BlockKind::exif_text, place + " " + text.key, text.key, range, text.value}));
  return {};
}

}  // namespace signmark::container
