// SPDX-License-Identifier: Apache-2.0
// Room `container`: finds, reads and writes metadata blocks of media files without touching the
// media.
//
// A file is looked at once (`inspect`), which yields an Inventory: what stands where. Changes are
// planned as a Rope over the input (`plan`), so that nothing large is copied. The meaning of the
// blocks (AIGC record, manifest) is the business of the rooms `label` and `c2pa`.
#ifndef SIGNMARK_CONTAINER_HPP_
#define SIGNMARK_CONTAINER_HPP_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"
#include "signmark/outline.hpp"
#include "signmark/passage.hpp"

namespace signmark::container {

// ---------------------------------------------------------------------------------------------
// Formats

/// Timed media (film and sound): `mp4`, `mov` (brand "qt  "), `m4a` (brands M4A, M4B, M4P) and all
/// from `matroska` on. Documents: `markdown` and `text` to `pdf`.
enum class Format {
  unknown,
  png,
  jpeg,
  webp,
  gif,
  tiff,
  avif,
  heif,
  mp4,
  mov,
  m4a,
  markdown,
  c2pa_sidecar,
  text,
  html,
  json,   ///< one JSON value: the output of a model
  jsonl,  ///< one JSON value a line
  srt,
  vtt,
  docx,
  xlsx,
  pptx,
  odt,
  epub,
  pdf,
  matroska,
  webm,
  flv,
  avi,
  wav,  ///< RIFF WAVE, RF64 and BW64
  mp3,  ///< MPEG audio layer III, with or without ID3v2
  flac,
  ogg,  ///< Ogg with Vorbis, Opus or FLAC
  aac   ///< AAC in ADTS frames
};

struct FormatInfo {
  Format format = Format::unknown;
  std::string_view name;       ///< for people: "PNG"
  std::string_view mime;       ///< "image/png"
  std::string_view extension;  ///< without the dot, lower case
  bool picture = false;        ///< the image room can decode and encode its pixels
  bool writes_metadata =
      false;                  ///< `plan` can place a record in it, and a manifest (but see below)
  bool document = false;      ///< `passages` and `insert_text` serve it; never with `picture`
  bool timed = false;         ///< film or sound: the video room can decode and encode its streams
  bool native_aigc = false;   ///< the record goes into Edits::aigc; Edits::xmp is refused
  bool sidecar_only = false;  ///< Edits::manifest is refused: the manifest goes beside the file
  /// With native_aigc: Edits::xmp is taken all the same, for everything but the record, which must
  /// not stand twice (GB 45438, 6.1 c).
  bool xmp_beside_aigc = false;
};

/// Facts about a format; for `unknown` a record whose texts are empty and whose flags are false.
const FormatInfo& format_info(Format format);

/// Tells the format from the bytes; names lie. Only for what the bytes can say no more of than that
/// they are text, the ending of `name` (.md, .markdown, .html, .htm, .xhtml) decides; `markdown`
/// without it is text that begins with YAML front matter (optionally after one heading line, seen
/// in the wild). `text` is valid UTF-8 without NUL, and not empty.
Format probe(ByteView file, std::string_view name = {});

// ---------------------------------------------------------------------------------------------
// Inventory

enum class BlockKind {
  xmp,   ///< payload: one XMP packet; JPEG extended XMP, joined, is a second block of this kind
  exif,  ///< payload: the TIFF structure, without the `Exif\0\0` prefix
  exif_text,  ///< payload: text of one EXIF/TIFF field; key is its name ("UserComment",
              ///< "ImageDescription")
  icc,        ///< payload: the colour profile
  aigc,       ///< payload: value of a native AIGC place (PNG tEXt, JPEG APP11/APP9, BMFF keys; of
              ///< documents the JSON text, of Markdown the whole YAML front matter)
  text,       ///< payload: any other textual field; key is its keyword
  c2pa,       ///< payload: one whole C2PA manifest store
  other       ///< a foreign block that we keep; payload empty
};

/// One metadata block.
struct Block {
  BlockKind kind = BlockKind::other;
  std::string place;  ///< for people: "PNG iTXt XML:com.adobe.xmp", "JPEG APP11 C2PA"
  std::string key;    ///< keyword of text-like blocks
  Range range;        ///< the carrier in the file, with its own header and check sum
  Bytes payload;      ///< decoded value; at most limits.metadata_block (c2pa: manifest_store) bytes
};

/// What stands in a file.
struct Inventory {
  Format format = Format::unknown;
  std::uint64_t file_size = 0;
  std::uint32_t width = 0, height = 0;  ///< stored pixels, before orientation; 0 when unknown
  std::uint32_t frames = 1;             ///< frames of an animation, pages of a TIFF
  std::uint32_t video_tracks = 0;       ///< of timed media, as far as headers tell
  std::uint32_t sound_tracks = 0;
  int orientation = 1;        ///< EXIF orientation 1..8 (BMFF irot/imir expressed the same way)
  std::vector<Block> blocks;  ///< in file order
  /// False when the file ends too early or its structure contradicts itself: whoever then finds no
  /// mark must say "could not look", never "none".
  bool complete = true;
  std::vector<Error> problems;  ///< why `complete` is false, and lesser oddities
  /// What lies behind the format's own end (a polyglot's second half). Empty range when nothing.
  Range trailing;
  /// Ranges of the embedded manifests that a data hash must exclude, by carrier (C2PA 2.5 Annex A),
  /// ascending. A JPEG store whose segments do not follow one another has one range for each run,
  /// so that no single exclusion can match it.
  std::vector<Range> manifest_exclusions;

  /// The first block of a kind, or nullptr.
  [[nodiscard]] const Block* find(BlockKind kind) const;
};

/// Looks at a whole file. A damaged file still yields what could be read, with `complete` false;
/// an Error comes only when a limit is exceeded or the format is unknown. Width, height and frames
/// are reported as the file states them: whoever decodes pixels checks the picture limits. A wrong
/// check sum is a problem but leaves `complete` true, so that a manifest can still be judged. A
/// text field or colour profile above the limit is listed as `other` and noted in `problems`.
/// `name` as for `probe`. Errors: `container.format.unknown`, `container.<format>.limit`.
/// Thread-safe.
Result<Inventory> inspect(const Context& context, ByteView file, std::string_view name = {});

// ---------------------------------------------------------------------------------------------
// Changes

/// One block that gets a new value in its old place.
struct Replacement {
  std::size_t block = 0;  ///< index into Inventory::blocks; kinds aigc, text, exif_text, xmp
  Bytes payload;
};

struct Edits {
  std::optional<Bytes> xmp;  ///< the whole new packet: replaces the first present one or is added
  /// The whole new manifest store; every present one is taken out in the same step.
  std::optional<Bytes> manifest;
  std::vector<Replacement> replacements;
  /// The record as compact JSON, where FormatInfo::native_aigc: replaces the first present one or
  /// is added in the format's native place (gb45438.md section 6).
  std::optional<Bytes> aigc;
};

/// The file that would result.
struct Plan {
  Rope rope;
  std::vector<Range> manifest_exclusions;  ///< in the new file; empty without Edits::manifest
};

/// Plans changes; the media bytes and all foreign blocks stay bit for bit. The result depends on
/// the manifest's length only, never on its content, except for the store bytes themselves (and a
/// PNG's check sum over them): a zero-filled store of the same length gives the same layout. `file`
/// must outlive the plan. `inventory` must come from `inspect` of the same bytes. Errors:
/// `container.<format>.unwritable` (damaged or unsupported structure; the hint says what helps),
/// `container.<format>.limit`, `container.edits.block` (a replacement names no such block, one of
/// another kind, or one twice), `container.edits.place` (a record or manifest in a place that the
/// format does not have: see FormatInfo). Thread-safe.
Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                  const Edits& edits);

/// Puts the metadata of `original` (ICC, EXIF, XMP, text, foreign blocks; not a manifest) into
/// `encoded`, a fresh encoding of changed pixels in the same format without metadata of its own.
/// What describes the old pixel layout (PNG tRNS, hIST, sBIT of another colour type; the index of a
/// multi-picture JPEG) and what stands behind the original's end are left out.
/// Both views must outlive the rope. Errors: as `plan`; `container.<format>.unwritable` also when
/// the two differ in format or number of frames. Thread-safe.
Result<Rope> transplant(const Context& context, ByteView original, const Inventory& inventory,
                        ByteView encoded);

// ---------------------------------------------------------------------------------------------
// The text of documents

/// PDF: where on its page a new paragraph stands. Its plate is opaque and may cover what the page
/// shows there: nothing of the page is moved.
struct PagePlace {
  enum class Side { left, middle, right };
  Side side = Side::left;
  /// At the lower edge. Without a value: only behind the last page, else at the upper one.
  std::optional<bool> bottom{};
  double height = 0.05;  ///< of the letters over the page's shortest side, where the width allows
};

struct TextOptions {
  /// JSON and JSONL: path of the strings that hold the text, such as `choices[].message.content`.
  /// Empty: the first of the usual fields of model outputs that occurs.
  std::string field;
  /// PDF: the shape of a new paragraph, since a page has no font that could be relied on. Without
  /// it a paragraph is `container.pdf.unwritable`.
  DrawText draw{};
  PagePlace page{};
};

/// The text of a document in reading order, as a reader sees it; it may view `file`. A PDF's words
/// are not read: each page is one `verbatim` passage without text, before which a paragraph can
/// stand. Errors: `container.<format>.text` (damaged, or no document; for JSON no such field),
/// `container.<format>.limit` (`document-text`, `blocks`, `box-depth`); of packages also
/// `container.zip.*`. Thread-safe.
Result<std::vector<Passage>> passages(const Context& context, ByteView file,
                                      const Inventory& inventory, const TextOptions& options = {});

/// Writes insertions and new paragraphs; all other bytes stay (in ZIP packages: of each part). A
/// paragraph becomes what the format has for one: a line of its own in plain text, a quoted line in
/// Markdown, `<p>` in HTML and EPUB, field `label` beside the text in JSON, a cue in SRT and VTT,
/// a `w:p` in DOCX, `text:p` in ODT, a row in XLSX, a text box in PPTX, in PDF a line on a light
/// plate at the page's edge (TextOptions::page), smaller only where the page is too narrow for it.
/// `file` must outlive the rope. `inventory` and `options` as for `passages`, whose list the
/// indices refer to. Errors: as `passages`; `container.edits.passage` (no such passage, an offset
/// within a character or a closed range, a passage that is not prose), `container.<format>.
/// unwritable`. Thread-safe.
Result<Rope> insert_text(const Context& context, ByteView file, const Inventory& inventory,
                         std::vector<Insertion> insertions,
                         const std::vector<NewParagraph>& paragraphs,
                         const TextOptions& options = {});

}  // namespace signmark::container

#endif  // SIGNMARK_CONTAINER_HPP_
