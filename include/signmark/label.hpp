// SPDX-License-Identifier: Apache-2.0
// Room `label`: the GB 45438-2025 AIGC record, the IPTC source type in XMP, wording rules, and the
// layout and drawing of visible labels. References are to the clauses of GB 45438-2025.
#ifndef SIGNMARK_LABEL_HPP_
#define SIGNMARK_LABEL_HPP_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"

namespace signmark::label {

// ---------------------------------------------------------------------------------------------
// The AIGC record (clause 6.1, Annex E)

/// Seven string fields, in the standard's order.
struct AigcRecord {
  std::string label;               ///< "1" is, "2" possibly, "3" suspected
  std::string content_producer;    ///< name or 27-character provider code
  std::string produce_id;
  std::string reserved_code1;
  std::string content_propagator;
  std::string propagate_id;
  std::string reserved_code2;
  friend bool operator==(const AigcRecord&, const AigcRecord&) = default;
};

/// Compact JSON of the seven fields in order; the bare form of the guides.
std::string to_json(const AigcRecord& record);

/// One broken rule; `clause` names where the rule stands.
struct LintEntry {
  std::string code;     ///< `label.aigc.order`, `label.aigc.charset`, …
  std::string message;
  std::string clause;   ///< "GB 45438-2025 Annex E j)"
};

/// A record as found, however odd its shape (gb45438.md section 9).
struct ParsedRecord {
  AigcRecord record;
  std::string shape;               ///< "bare", "wrapped", "yaml mapping", "double-encoded", …
  std::vector<LintEntry> broken;   ///< rules that this record breaks; empty for a strict one
  bool empty_shell = false;        ///< an AIGC key without content: a trace of wiping
};

/// Parses the value of an AIGC place (JSON or YAML). A generic key counts only when the value has at
/// least one TC260 field. Errors: `label.aigc.none` (not a record at all), `label.aigc.syntax`.
Result<ParsedRecord> parse_record(std::string_view value);

/// Rules of Annex E and PG-20252A that a record breaks.
std::vector<LintEntry> lint(const AigcRecord& record);

/// Checks a 27-character provider code with its check digit (TC260-PG-20252A, GB 32100).
/// Errors: `label.code.length`, `label.code.shape`, `label.code.check`, `label.code.placeholder`.
Status check_provider_code(std::string_view code);

// ---------------------------------------------------------------------------------------------
// XMP

/// What we read from an XMP packet.
struct XmpFields {
  std::vector<std::string> aigc;     ///< values of TC260:AIGC, element or attribute form; all of them
  std::string digital_source_type;   ///< Iptc4xmpExt:DigitalSourceType, full URI
  std::string instance_id;           ///< xmpMM:InstanceID
  std::string provenance;            ///< dcterms:provenance
};

/// Errors: `label.xmp.syntax`.
Result<XmpFields> read_xmp(ByteView packet);

/// Sets properties in a packet and keeps everything else; an empty packet makes a new one.
/// Fields that are empty stay as they are. Errors: `label.xmp.syntax`.
struct XmpChanges {
  std::string aigc_json;
  std::string digital_source_type;
};
Result<Bytes> update_xmp(ByteView packet, const XmpChanges& changes);

// ---------------------------------------------------------------------------------------------
// Wording (clauses 5.1 to 5.4)

enum class Wording {
  gb45438,  ///< needs an AI element (人工智能 or AI) and a generation element (生成, 合成; generated, synthesised)
  eu_ai     ///< the EU mark: the capital letters "AI" (or "KI"/"IA" where law demands)
};

/// Errors: `label.wording.ai-element`, `label.wording.generation-element`, each naming the clause.
Status check_wording(std::string_view text, Wording rule);

// ---------------------------------------------------------------------------------------------
// Visible label: layout and drawing (clause 5.2)

enum class Corner { bottom_right, bottom_left, top_right, top_left, bottom_edge, top_edge };

struct VisibleLabel {
  std::string text = "AI生成";
  Wording rule = Wording::gb45438;
  Corner corner = Corner::bottom_right;
  double height = 0.05;     ///< rendered glyph box over the shortest side; at least 0.05
  std::string font_file;    ///< TrueType or OpenType; empty: the built-in subset, then system fonts
};

/// 8-bit straight RGBA, row by row without padding.
struct Overlay {
  std::uint32_t x = 0, y = 0;  ///< place on the picture as a person sees it (orientation applied)
  std::uint32_t width = 0, height = 0;
  Bytes rgba;
  std::uint32_t glyph_height = 0;  ///< height of the rendered glyphs' bounding box, pixels
};

/// Mean and spread of luma (0..255) in a rectangle of the picture as a person sees it.
struct LumaStats {
  double mean = 128, deviation = 64;
};
using LumaProbe = std::function<LumaStats(std::uint32_t x, std::uint32_t y, std::uint32_t width,
                                          std::uint32_t height)>;

/// Solves size and place, chooses plate or outline by contrast, and draws. `width` and `height` are
/// the picture's as a person sees it. Thread-safe.
/// Errors: wording errors; `label.size.small` (the clause cannot be met), `label.font.missing-glyph`
/// (names the character), `label.font.unreadable`.
Result<Overlay> draw_label(const VisibleLabel& label, std::uint32_t width, std::uint32_t height,
                           const LumaProbe& probe);

}  // namespace signmark::label

#endif  // SIGNMARK_LABEL_HPP_
