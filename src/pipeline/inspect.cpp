// SPDX-License-Identifier: Apache-2.0
// inspect_file: the blocks of a file as a tree, without judgement.
#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "pipeline/carriers.hpp"
#include "pipeline/tile_record.hpp"

namespace signmark {
namespace {

using container::Block;
using container::BlockKind;

constexpr std::size_t kShownText = 4096;  // characters of a value before it is cut in the tree

class Tree {
 public:
  void add(int depth, std::string name, std::string value = {}) {
    lines_.push_back({depth, std::move(name), std::move(value)});
  }
  /// A text with line ends becomes one line each.
  void add_text(int depth, std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      if (end != 0) add(depth, std::string(text.substr(0, end)));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }
  std::vector<TreeLine> take() { return std::move(lines_); }

 private:
  std::vector<TreeLine> lines_;
};

std::string shown(ByteView payload) {
  const std::string_view text = as_text(payload);
  return text.size() <= kShownText
             ? std::string(text)
             : fmt::format("{}… ({} bytes)", text.substr(0, kShownText), text.size());
}

void add_record(std::string_view value, label::Place place, int depth, Tree& tree) {
  const auto parsed = label::parse_record(value, place);
  if (!parsed) {
    if (parsed.error().code != "label.aigc.none")
      tree.add(depth, "AIGC record", "unreadable: " + parsed.error().message);
    return;
  }
  const label::AigcRecord& record = parsed->record;
  tree.add(depth, "AIGC record", parsed->shape);
  tree.add(depth + 1, "Label", record.label);
  tree.add(depth + 1, "ContentProducer", record.content_producer);
  tree.add(depth + 1, "ProduceID", record.produce_id);
  tree.add(depth + 1, "ReservedCode1", record.reserved_code1);
  tree.add(depth + 1, "ContentPropagator", record.content_propagator);
  tree.add(depth + 1, "PropagateID", record.propagate_id);
  tree.add(depth + 1, "ReservedCode2", record.reserved_code2);
  for (const auto& rule : parsed->broken)
    tree.add(depth + 1, "breaks " + rule.clause, rule.message);
}

void add_xmp(const Block& block, const Limits& limits, Tree& tree) {
  const auto fields = label::read_xmp(block.payload, limits);
  if (!fields) {
    tree.add(2, "unreadable", fields.error().message);
    return;
  }
  for (const std::string& value : fields->aigc) add_record(value, label::Place::aigc, 2, tree);
  for (const std::string& value : fields->aigc_elsewhere)
    add_record(value, label::Place::generic, 2, tree);
  const auto add = [&](std::string name, const std::string& value) {
    if (!value.empty()) tree.add(2, std::move(name), value);
  };
  for (const std::string& type : fields->digital_source_types) add("DigitalSourceType", type);
  add("InstanceID", fields->instance_id);
  add("provenance", fields->provenance);
}

void add_block(const Context& context, const Block& block, Tree& tree) {
  tree.add(1, block.place, fmt::format("{} bytes at {}", block.range.size, block.range.offset));
  switch (block.kind) {
    case BlockKind::xmp:
      add_xmp(block, context.limits, tree);
      break;
    case BlockKind::aigc:
      add_record(as_text(block.payload), label::Place::aigc, 2, tree);
      break;
    case BlockKind::text:
    case BlockKind::exif_text:
      tree.add(2, block.key, shown(block.payload));
      add_record(as_text(block.payload), label::Place::generic, 2, tree);
      break;
    case BlockKind::c2pa:
      if (const auto dump = c2pa::dump_store(context, block.payload))
        tree.add_text(2, *dump);
      else
        tree.add(2, "unreadable", dump.error().message);
      break;
    default:
      break;
  }
}

/// The marks in the pixels, as they stand there; what they are worth is verify's.
void add_marks(const image::RobustFinding& found, Tree& tree) {
  if (found.marks.empty()) tree.add(1, "robust mark", "none");
  for (const image::RobustMark& mark : found.marks) {
    tree.add(1, "robust mark", "carrier key " + mark.key);
    if (mark.has_id) tree.add(2, "content id", id_text(mark.content_id));
    if (mark.has_id) tree.add(2, "key hint", hex(mark.issuer_hint));
    if (mark.has_signed) tree.add(2, "signed fields", hex(mark.signed_fields));
    if (mark.has_signed) tree.add(2, "signature", hex(mark.signature));
    tree.add(2, "geometry",
             fmt::format("tile {:.1f} px, rotation {:.1f} degrees{}", mark.scale,
                         mark.rotation_degrees, mark.mirrored ? ", mirrored" : ""));
    tree.add(2, "z",
             fmt::format("pilots {:.1f}, id frame {:.1f}, signed frame {:.1f}", mark.pilot_z,
                         mark.id_z, mark.signed_z));
  }
}

Result<image::RobustFinding> find_marks(const Context& context, ByteView file,
                                        std::string_view mime, const CarrierSource& carriers) {
  SIGNMARK_ASSIGN(const CarrierKeys keys, CarrierKeys::to_look(carriers, keys::Medium::image));
  SIGNMARK_ASSIGN(const image::ImageRoom* room, image::load());
  image::RobustLookup lookup;
  lookup.keys = keys.keys();
  return room->find_robust(context, file, mime, lookup);
}

Status add_pixels(const Context& context, ByteView file, const container::FormatInfo& format,
                  const CarrierSource& carriers, Tree& tree) {
  if (format.timed) tree.add(1, "robust mark", "streams are not decoded here: signmark verify");
  if (!format.picture) return {};
  const auto found = find_marks(context, file, format.mime, carriers);
  if (found)
    add_marks(*found, tree);
  else if (found.error().code == "base.cancelled")
    return tl::unexpected<Error>(found.error());
  else
    tree.add(1, "robust mark", "could not look: " + found.error().message);
  return {};
}

void add_records(const text::Records& found, Tree& tree) {
  if (found.records.empty()) tree.add(1, "signed text", "no record");
  for (const text::Record& record : found.records) {
    tree.add(1, "signed record",
             fmt::format("block {} of {}, {} sentences, paragraph {}, byte {}", record.block + 1,
                         record.blocks, record.units, record.passage + 1, record.where.offset));
    tree.add(2, "content id", id_text(record.content_id));
    tree.add(2, "key hint", hex(record.key_hint));
    tree.add(2, "signature", hex(record.signature));
  }
  for (const text::DamagedRecord& damaged : found.damaged)
    tree.add(1, "damaged record",
             fmt::format("paragraph {}, byte {}: {}", damaged.passage + 1, damaged.where.offset,
                         damaged.why));
}

/// Every invisible character, so that nobody need wonder what a text hides.
Status add_invisible(const std::vector<Passage>& passages, Tree& tree) {
  SIGNMARK_ASSIGN(const text::InvisibleList list, text::list_invisible(passages));
  tree.add(1, "invisible characters", fmt::format("{}", list.characters));
  for (const text::Invisible& run : list.runs)
    tree.add(2, std::string(text::invisible_kind_name(run.kind)),
             fmt::format("{} {}, paragraph {}, byte {}", run.count,
                         text::code_point_name(run.first), run.passage + 1, run.where.offset));
  if (list.runs_left_out > 0) tree.add(2, "and", fmt::format("{} more", list.runs_left_out));
  return {};
}

Status look_at_text(const Context& context, ByteView file, const container::Inventory& inventory,
                    Tree& tree) {
  SIGNMARK_ASSIGN(const std::vector<Passage> passages,
                  container::passages(context, file, inventory));
  tree.add(1, "paragraphs", fmt::format("{}", passages.size()));
  SIGNMARK_ASSIGN(const text::Records found, text::find_records(context, passages));
  add_records(found, tree);
  return add_invisible(passages, tree);
}

Status add_text_of(const Context& context, ByteView file, const container::Inventory& inventory,
                   Tree& tree) {
  if (!container::format_info(inventory.format).document) return {};
  if (Status looked = look_at_text(context, file, inventory, tree); !looked) {
    if (looked.error().code == "base.cancelled") return looked;
    tree.add(1, "signed text", "could not look: " + looked.error().message);
  }
  return {};
}

}  // namespace

Result<std::vector<TreeLine>> inspect_file(const Context& context,
                                           const std::filesystem::path& file,
                                           const CarrierSource& carriers) {
  SIGNMARK_ASSIGN(const MappedFile input, MappedFile::open(file, context.limits));
  auto inventory = container::inspect(context, input.bytes(), file.filename().string());
  if (!inventory) return tl::unexpected<Error>(inventory.error().in_file(file.string()));
  Tree tree;
  tree.add(0, file.string(), std::string(container::format_info(inventory->format).name));
  tree.add(1, "size", fmt::format("{} bytes", inventory->file_size));
  if (inventory->width != 0)
    tree.add(1, "picture",
             fmt::format("{} x {} pixels, {} frame{}, orientation {}", inventory->width,
                         inventory->height, inventory->frames, inventory->frames == 1 ? "" : "s",
                         inventory->orientation));
  if (container::format_info(inventory->format).timed)
    tree.add(1, "streams",
             fmt::format("{} of pictures, {} of sound", inventory->video_tracks,
                         inventory->sound_tracks));
  tree.add(1, "complete", inventory->complete ? "yes" : "no");
  for (const Error& problem : inventory->problems)
    tree.add(1, "problem", fmt::format("{} ({})", problem.message, problem.where));
  for (const Block& block : inventory->blocks) add_block(context, block, tree);
  SIGNMARK_TRY(add_pixels(context, input.bytes(), container::format_info(inventory->format),
                          carriers, tree));
  SIGNMARK_TRY(add_text_of(context, input.bytes(), *inventory, tree));
  if (inventory->trailing.size != 0)
    tree.add(1, "after the end", fmt::format("{} bytes", inventory->trailing.size));
  return tree.take();
}

}  // namespace signmark
