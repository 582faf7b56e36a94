// SPDX-License-Identifier: Apache-2.0
// The table of formats, and the public functions that choose a handler from it.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "container/document/document.hpp"

namespace signmark::container {
namespace {

/// In the order in which they are tried: the looser a signature, the later it comes.
constexpr std::array kHandlers = {
    png_handler,  jpeg_handler,     webp_handler, gif_handler,  tiff_handler,    avif_handler,
    heif_handler, m4a_handler,      mov_handler,  mp4_handler,  sidecar_handler, matroska_handler,
    webm_handler, flv_handler,      wav_handler,  avi_handler,  flac_handler,    ogg_handler,
    aac_handler,  mp3_handler,      docx_handler, xlsx_handler, pptx_handler,    odt_handler,
    epub_handler, pdf_handler,      html_handler, json_handler, jsonl_handler,   srt_handler,
    vtt_handler,  markdown_handler, text_handler};

Result<const Handler*> handler_for(const Inventory& inventory) {
  if (const Handler* handler = handler_of(inventory.format)) return handler;
  return fail("container.format.unknown", "the inventory is of no known format");
}

/// Blocks are collected by kind; readers are promised the order of the file.
void put_in_file_order(Inventory& inventory) {
  std::stable_sort(inventory.blocks.begin(), inventory.blocks.end(),
                   [](const Block& a, const Block& b) { return a.range.offset < b.range.offset; });
  std::sort(inventory.manifest_exclusions.begin(), inventory.manifest_exclusions.end(),
            [](const Range& a, const Range& b) { return a.offset < b.offset; });
}

/// C2PA 2.5 Annex A: a file holds one manifest store; which of several counts is for nobody to
/// guess.
void note_several_manifests(Inventory& inventory) {
  const auto stores = std::count_if(inventory.blocks.begin(), inventory.blocks.end(),
                                    [](const Block& b) { return b.kind == BlockKind::c2pa; });
  if (stores > 1)
    note_problem(inventory, format_error(inventory.format, "manifests",
                                         fmt::format("{} manifest stores in one file", stores))
                                .value());
}

Status check_writable(const Inventory& inventory) {
  const FormatInfo& info = format_info(inventory.format);
  if (!info.writes_metadata)
    return format_error(inventory.format, "unwritable",
                        fmt::format("{} files are only read", info.name), {},
                        "write a sidecar manifest beside the file");
  if (inventory.complete) return {};
  const Error why = inventory.problems.empty() ? Error{} : inventory.problems.front();
  return format_error(inventory.format, "unwritable", "the file is damaged: " + why.message,
                      why.where, "repair or re-export the file first");
}

/// A record or a manifest only where the format has a place for it.
Status check_places(const Inventory& inventory, const Edits& edits) {
  const FormatInfo& info = format_info(inventory.format);
  if (edits.aigc && !info.native_aigc)
    return fail("container.edits.place", fmt::format("{} takes the record as XMP", info.name));
  if (edits.xmp && info.native_aigc && !info.xmp_beside_aigc)
    return fail("container.edits.place", fmt::format("{} has no place for XMP", info.name));
  if (edits.manifest && info.sidecar_only)
    return fail("container.edits.place",
                fmt::format("{} has no place for a manifest that we write", info.name), {},
                "write a sidecar manifest beside the file");
  return {};
}

/// The format that a name stands for, among those that look like any text.
Format named_text(std::string_view name) {
  if (ends_in(name, ".md") || ends_in(name, ".markdown")) return Format::markdown;
  if (ends_in(name, ".html") || ends_in(name, ".htm") || ends_in(name, ".xhtml"))
    return Format::html;
  return Format::text;
}

}  // namespace

const Handler* handler_of(Format format) {
  for (const auto& handler : kHandlers)
    if (handler().info().format == format) return &handler();
  return nullptr;
}

std::string_view code_name(Format format) {
  switch (format) {
    case Format::png:
      return "png";
    case Format::jpeg:
      return "jpeg";
    case Format::webp:
      return "webp";
    case Format::gif:
      return "gif";
    case Format::tiff:
      return "tiff";
    case Format::avif:
      return "avif";
    case Format::heif:
      return "heif";
    case Format::mp4:
      return "mp4";
    case Format::markdown:
      return "markdown";
    case Format::c2pa_sidecar:
      return "sidecar";
    case Format::text:
      return "text";
    case Format::html:
      return "html";
    case Format::json:
      return "json";
    case Format::jsonl:
      return "jsonl";
    case Format::srt:
      return "srt";
    case Format::vtt:
      return "vtt";
    case Format::docx:
      return "docx";
    case Format::xlsx:
      return "xlsx";
    case Format::pptx:
      return "pptx";
    case Format::odt:
      return "odt";
    case Format::epub:
      return "epub";
    case Format::pdf:
      return "pdf";
    case Format::mov:
      return "mov";
    case Format::m4a:
      return "m4a";
    case Format::matroska:
      return "matroska";
    case Format::webm:
      return "webm";
    case Format::flv:
      return "flv";
    case Format::avi:
      return "avi";
    case Format::wav:
      return "wav";
    case Format::mp3:
      return "mp3";
    case Format::flac:
      return "flac";
    case Format::ogg:
      return "ogg";
    case Format::aac:
      return "aac";
    case Format::unknown:
      break;
  }
  return "format";
}

Result<Plan> Handler::plan(const Context&, ByteView, const Inventory& inventory,
                           const Edits&) const {
  return format_error(inventory.format, "unwritable", "this format is only read");
}

Result<Rope> Handler::transplant(const Context&, ByteView, const Inventory& inventory,
                                 ByteView) const {
  return format_error(inventory.format, "unwritable",
                      "metadata cannot be moved to a new encoding of this format");
}

const FormatInfo& format_info(Format format) {
  static constexpr FormatInfo kUnknown{};
  const Handler* handler = handler_of(format);
  return handler == nullptr ? kUnknown : handler->info();
}

Format probe(ByteView file, std::string_view name) {
  for (const auto& handler : kHandlers) {
    if (!handler().matches(file)) continue;
    const Format found = handler().info().format;
    return found == Format::text ? named_text(name) : found;
  }
  return Format::unknown;
}

const Block* Inventory::find(BlockKind kind) const {
  const auto found = std::find_if(blocks.begin(), blocks.end(),
                                  [kind](const Block& block) { return block.kind == kind; });
  return found == blocks.end() ? nullptr : &*found;
}

Result<Inventory> inspect(const Context& context, ByteView file, std::string_view name) {
  Inventory inventory;
  inventory.format = probe(file, name);
  inventory.file_size = file.size();
  const Handler* handler = handler_of(inventory.format);
  if (handler == nullptr)
    return fail(
        "container.format.unknown", "the bytes are of no known format", "byte 0",
        "known are PNG, JPEG, WebP, GIF, TIFF, AVIF, HEIF, MP4, Matroska, WebM, FLV, AVI, WAV, "
        "MP3, FLAC, Ogg, AAC, C2PA sidecars, text, Markdown, HTML, JSON, SRT, VTT, DOCX, XLSX, "
        "PPTX, ODT, EPUB, PDF");
  SIGNMARK_TRY(handler->inspect(context, file, inventory));
  put_in_file_order(inventory);
  note_several_manifests(inventory);
  return inventory;
}

Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                  const Edits& edits) {
  SIGNMARK_ASSIGN(const Handler* handler, handler_for(inventory));
  SIGNMARK_TRY(check_writable(inventory));
  SIGNMARK_TRY(check_places(inventory, edits));
  return handler->plan(context, file, inventory, edits);
}

Result<Rope> transplant(const Context& context, ByteView original, const Inventory& inventory,
                        ByteView encoded) {
  SIGNMARK_ASSIGN(const Handler* handler, handler_for(inventory));
  SIGNMARK_TRY(check_writable(inventory));
  SIGNMARK_ASSIGN(const Inventory fresh, inspect(context, encoded));
  if (fresh.format != inventory.format || !fresh.complete)
    return format_error(inventory.format, "unwritable",
                        "the new encoding is damaged or of another format");
  if (fresh.frames != inventory.frames)
    return format_error(inventory.format, "unwritable",
                        fmt::format("the original has {} frames, the new encoding {}",
                                    inventory.frames, fresh.frames));
  return handler->transplant(context, original, inventory, encoded);
}

}  // namespace signmark::container
