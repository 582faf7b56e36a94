// SPDX-License-Identifier: Apache-2.0
// Room `label`: the GB 45438-2025 AIGC record, the IPTC source type in XMP, wording rules, and the
// layout and drawing of visible labels. References are to the clauses of GB 45438-2025.
#ifndef SIGNMARK_LABEL_HPP_
#define SIGNMARK_LABEL_HPP_

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"
#include "signmark/outline.hpp"

namespace signmark::label {

// ---------------------------------------------------------------------------------------------
// The AIGC record (clause 6.1, Annex E)
//
// All functions of this section are pure and thread-safe.

/// Seven string fields, in the standard's order.
struct AigcRecord {
  std::string label;               ///< "1" is, "2" possibly, "3" suspected
  std::string content_producer;    ///< name or 27-character provider code
  std::string produce_id;          ///< the producer's unique number for the content
  std::string reserved_code1;      ///< the producer's own use: an integrity value (Annex F.4)
  std::string content_propagator;  ///< as content_producer, of the propagation service
  std::string propagate_id;        ///< the propagator's unique number
  std::string reserved_code2;      ///< the propagator's own use
  friend bool operator==(const AigcRecord&, const AigcRecord&) = default;
};

/// Compact JSON of the seven fields in order; the bare form of the guides. A `"` is written `\"`
/// and a `\` as `\\` (Annex E j); control characters as `\u00XX`; valid UTF-8 stays, invalid bytes
/// become U+FFFD. Never fails; call `check_writable` first.
std::string to_json(const AigcRecord& record);

/// `{"AIGC":…}` around `to_json`: the form of Annex E b), used by EXIF UserComment and PNG tEXt.
std::string to_wrapped_json(const AigcRecord& record);

/// One broken rule; `clause` names where the rule stands.
struct LintEntry {
  std::string code;     ///< `label.aigc.order`, `label.aigc.charset`, … (list below)
  std::string message;  ///< lower case, names the field; foreign text in it is made printable
  std::string clause;   ///< "GB 45438-2025 Annex E j)"
  friend bool operator==(const LintEntry&, const LintEntry&) = default;
};

/// A record as found, however odd its shape (gb45438.md section 9).
struct ParsedRecord {
  AigcRecord record;              ///< as found; a field that is missing is empty
  std::string shape;              ///< "bare", "wrapped", "yaml mapping", "double-encoded", …
  std::vector<LintEntry> broken;  ///< rules that this record breaks; empty for a strict one
  bool empty_shell = false;       ///< an AIGC key without content: a trace of wiping
};

/// How much the place says about its content.
enum class Place {
  aigc,    ///< a place that is named AIGC: native key, XMP property, front matter
  generic  ///< any text of a file (EXIF UserComment, PNG Description): only an `AIGC` key or at
           ///< least two of the seven names make it a record
};

/// Parses the value of an AIGC place: bare and wrapped JSON, JSON inside a JSON string, XML-escaped
/// JSON, YAML block mapping and flow form, front matter as a whole. In a generic place other text
/// is `label.aigc.none`; so is JSON without one of the seven field names anywhere. A number or
/// `true` as a value is taken as text and reported; a nested object is kept as compact JSON text
/// (Honor).
///
/// `broken` may hold, beside all codes of `lint`: `label.aigc.encoding`, `label.aigc.order`,
/// `label.aigc.missing`, `label.aigc.unknown-key`, `label.aigc.misspelt`, `label.aigc.type`,
/// `label.aigc.empty-shell`.
/// Errors: `label.aigc.none` (not a record at all), `label.aigc.syntax`, `label.aigc.escape` (bad
/// `\u`), `label.aigc.duplicate` (a key stands twice), `label.aigc.depth`, `label.aigc.size`
/// (limit metadata-block).
Result<ParsedRecord> parse_record(std::string_view value, Place place = Place::aigc,
                                  const Limits& limits = {});

/// When a record is judged: the first write must repeat the production in the propagation fields.
enum class Moment { any, first_write };

/// Rules of Annex E and PG-20252A that the values break: `label.aigc.label-value`,
/// `label.aigc.empty`, `label.aigc.charset`, `label.aigc.length`, `label.aigc.placeholder`,
/// `label.aigc.first-write`, and the
/// codes of `check_provider_code` for a producer or propagator that looks like a code.
std::vector<LintEntry> lint(const AigcRecord& record, Moment moment = Moment::any);

/// The strict profile of the reader: no broken rule at all, native or Annex E shape.
/// Errors: `label.aigc.strict`, naming the first broken rule with its clause and the count.
Status check_strict(const ParsedRecord& parsed);

/// The safe writer's rules: what `lint` finds refuses the record.
/// Errors: the code of the first broken rule; the message names the clause.
Status check_writable(const AigcRecord& record, Moment moment);

/// What a propagation service fills in.
struct Propagation {
  std::string content_propagator;  ///< name or 27-character code
  std::string propagate_id;
  std::string reserved_code2;  ///< may be empty
};

/// Fills the propagation fields (Measures Article 6, last paragraph) in the text of a record and
/// keeps every other byte as it is: unknown keys, spaces, order, the producer's fields. Keys that
/// are missing are added at the end of the object. Bare and wrapped JSON only. Errors: as
/// `parse_record`; `label.aigc.shape` (another shape: the file's format must be written anew),
/// `label.aigc.empty`.
Result<std::string> fill_propagation(std::string_view value, const Propagation& propagation);

/// All records of one file taken together; clause 6.1 c) allows one.
struct Reconciled {
  ParsedRecord record;     ///< the one that states most: a stricter tier wins, then the earlier one
  std::size_t count = 0;   ///< records found, empty shells included
  bool ambiguous = false;  ///< two records disagree: nothing may be propagated from them
};

/// Merges the records of a file. `record.broken` gains `label.aigc.second` when there are several
/// and `label.ambiguous` (naming the fields) when they disagree.
/// Errors: `label.aigc.none` for an empty list.
Result<Reconciled> reconcile(std::vector<ParsedRecord> records);

/// Checks a 27-character provider code with its check digit (TC260-PG-20252A, GB 32100). Only
/// organisations bound by a unified social credit code; other subject types are not published.
/// Errors: `label.code.length`, `label.code.shape`, `label.code.check`, `label.code.placeholder`.
Status check_provider_code(std::string_view code);

/// The check digit of an 18-character unified social credit code (GB 32100-2015).
bool is_credit_code(std::string_view code);

/// A scheme that marks generated content but is not a GB 45438 record.
struct Trace {
  std::string scheme;  ///< "ByteDance aigc_info", "Tencent Cloud ServiceProvider"
  std::string detail;  ///< the telling values, printable
  bool generated =
      false;  ///< the scheme says that the content is generated; false: it says it is not
};

/// Looks for foreign schemes in a text of a file (EXIF ImageDescription or UserComment, MP4 keys).
/// Never a GB record. Nothing for text above 1 MiB or JSON deeper than 16.
std::optional<Trace> find_trace(std::string_view text);

// ---------------------------------------------------------------------------------------------
// Tier and notice (Labelling Measures, Article 6; gb45438.md section 12)

enum class Tier { none, suspected, possible, confirmed };

/// What a file's metadata label came to.
enum class RecordState {
  absent,       ///< looked everywhere, no record
  present,      ///< read, however many rules it breaks
  empty_shell,  ///< an AIGC key without content
  unreadable    ///< something could not be read: broken record, broken container
};

struct TierEvidence {
  RecordState state = RecordState::absent;
  std::string label{};    ///< the record's Label value; only with `present`
  bool declared = false;  ///< the user says that it is generated
  bool visible_label = false;
  bool robust_mark = false;
  bool trace = false;  ///< any other: foreign scheme, C2PA or IPTC source type
};

struct TierAnswer {
  /// No value: something could not be looked at and nothing else was found.
  std::optional<Tier> tier;
  std::string basis;   ///< why, one line for people
  std::string clause;  ///< "Measures Art. 6(1)"
};

/// What a Label value states. "1", "2", "3" by Annex E c); leaked enum names and words that say
/// generated (AIGC, AI_GENERATED, 属于) count as confirmed; anything else only as suspected.
Tier stated_tier(std::string_view label_value);

TierAnswer tier_of(const TierEvidence& evidence);

std::string_view tier_name(Tier tier);  ///< "confirmed"
std::string_view tier_value(
    Tier tier);  ///< Label value that a platform writes: "1", "2", "3"; "" for none

enum class Language { chinese, english };
/// The notice that Article 6 wants around the content; empty for `none`. Static text, UTF-8.
std::string_view notice_text(Tier tier, Language language);

// ---------------------------------------------------------------------------------------------
// Integrity of a record: our own value (Annex F.4; keys.md section 6, type `aigc-record`)

/// Which trio of fields a reserved code protects.
enum class Trio { production, propagation };

/// The message of TC260-PG-202511A A.1: `"Label":"1","ContentProducer":"…","ProduceID":"…"`; for
/// the propagation the same over Label, ContentPropagator, PropagateID. Values as in `to_json`.
std::string integrity_message(const AigcRecord& record, Trio trio);

/// Signs `"signmark/<type>/v1" || 0x00 || body` with Ed25519; `keys::Signer::sign_object` fits.
using SignObject =
    std::function<Result<std::array<Byte, 64>>(std::string_view type, ByteView body)>;
/// Whether that signature is good; `keys::verify_object` with the key bound fits.
using VerifyObject = std::function<bool(std::string_view type, ByteView body,
                                        const std::array<Byte, 64>& signature)>;

/// The value for ReservedCode1 or ReservedCode2: 128 lower-case hex digits.
/// Errors: the signer's own; `label.reserved.incomplete` when a field of the trio is empty.
Result<std::string> sign_reserved_code(const AigcRecord& record, Trio trio, const SignObject& sign);

enum class ReservedCheck {
  absent,    ///< the field is empty
  foreign,   ///< not 128 lower-case hex digits: somebody else's value
  verified,  ///< a good signature of that key
  failed     ///< ours in form, and the key does not verify it (another key, or changed fields)
};
ReservedCheck verify_reserved_code(const AigcRecord& record, Trio trio, const VerifyObject& verify);

// ---------------------------------------------------------------------------------------------
// Integrity of a record: SecurityData of others (TC260-PG-202511A)

struct SecuritySignature {
  std::string algorithm;  ///< OID, "1.2.156.10197.1.501" is SM3withSM2
  std::string subject;    ///< TBSData.Type: Md, LabelMataData, Bnd, Binding, Content
  Bytes value;
  std::string key_id;
};
struct SecurityKey {
  std::string algorithm;
  Bytes value;  ///< public; any of the encodings seen
  std::string key_id;
};
struct SecurityBinding {
  std::string json;              ///< the entry as compact JSON: the bytes that MiniMax signs
  bool selects_content = false;  ///< it has a CntSel
};
struct SecurityData {
  std::string list_name;  ///< "PubSD", or Honor's "PubSd"
  std::vector<SecuritySignature> signatures;
  std::vector<SecurityKey> keys;
  std::vector<SecurityBinding> bindings;
  std::vector<LintEntry> broken;  ///< `label.security.*` deviations from the guide
};

/// Parses the JSON string of ReservedCode1 or ReservedCode2. At most 64 entries.
/// Errors: `label.security.none` (not SecurityData: an opaque value), `label.security.syntax`.
Result<SecurityData> parse_security_data(std::string_view reserved);

enum class SecurityState { verified, failed, not_checkable };

struct SecurityCheck {
  std::string subject;  ///< "label fields", "bindings entry", or the TBSData.Type found
  SecurityState state = SecurityState::not_checkable;
  /// verified: which form matched, "SM3(message), SubjectPublicKeyInfo, DER". Otherwise the reason.
  std::string detail;
  std::string
      code;  ///< not_checkable: `label.security.no-key`, `.algorithm`, `.content-selection`,
             ///< `.message-unknown`; failed: `label.security.failed`; else empty
};

/// Checks every signature of a SecurityData with the keys that travel with it, trying all forms
/// seen in the wild: {message, SM3(message)} x five key encodings x {DER, raw r||s}; RSA with
/// SHA-256. A good answer proves integrity only, never origin: whoever changes the record can
/// change the key. The message of ReservedCode2 is not published: what does not verify there is
/// not_checkable.
std::vector<SecurityCheck> verify_security_data(const SecurityData& data, const AigcRecord& record,
                                                Trio trio);

// ---------------------------------------------------------------------------------------------
// XMP

/// What we read from an XMP packet.
struct XmpFields {
  std::vector<std::string> aigc;  ///< values of TC260:AIGC, element or attribute form; all of them
  /// Values of properties named AIGC under another namespace: the wrong place, yet a label.
  std::vector<std::string> aigc_elsewhere;
  /// Values of Iptc4xmpExt:DigitalSourceType, as found: full URIs where writers keep to the rules.
  std::vector<std::string> digital_source_types;
  std::string instance_id;  ///< xmpMM:InstanceID
  std::string provenance;   ///< dcterms:provenance
};

/// Reads a packet: with or without xpacket and x:xmpmeta, any prefixes, several rdf:Description,
/// element, attribute, rdf:Alt/Seq/Bag and rdf:value forms. Only top-level properties count, not
/// those of an ingredient. Entities other than XML's own are not expanded. Thread-safe.
/// Errors: `label.xmp.syntax`, `label.xmp.depth`, `label.xmp.size` (limit metadata-block),
/// `label.xmp.limit` (too many namespaces).
Result<XmpFields> read_xmp(ByteView packet, const Limits& limits = {});

/// What to set in a packet; empty fields stay as they are.
struct XmpChanges {
  std::string aigc_json;
  std::string digital_source_type;  ///< full URI
};

/// Sets properties in a packet and keeps everything else: other properties, namespaces, the xpacket
/// instructions, and the packet's length while its padding lasts. An empty packet makes a new one
/// with 2 KiB of padding and a writable trailer. Of several
/// TC260:AIGC only the first stays (clause 6.1 c). Thread-safe.
/// Errors: as `read_xmp`; `label.xmp.doctype` (a DTD, which XMP forbids), `label.xmp.encoding`
/// (UTF-16 or UTF-32).
Result<Bytes> update_xmp(ByteView packet, const XmpChanges& changes, const Limits& limits = {});

// ---------------------------------------------------------------------------------------------
// Wording (clauses 5.1 to 5.4)

enum class Wording {
  gb45438,  ///< needs an AI element (人工智能 or AI) and a generation element (生成, 合成;
            ///< generated, synthesised, synthetic)
  eu_ai,    ///< the EU mark: the capital letters "AI" (or "KI"/"IA" where law demands)
  text_corner  ///< the corner mark on text of clause 5.1, which may be just "AI"
};

/// Checks a wording. "AI" is capital letters standing alone (not in "PAINT"); English words in any
/// case. A denial ("非AI生成", "not AI-generated") is no label. Thread-safe.
/// Errors: `label.wording.ai-element`, `label.wording.generation-element`, `label.wording.denial`,
/// `label.wording.encoding`, each naming the clause.
Status check_wording(std::string_view text, Wording rule);

/// The wordings that are known to pass, Chinese and English; the built-in font covers their glyphs.
std::span<const std::string_view> standard_wordings();

// ---------------------------------------------------------------------------------------------
// Visible label: layout and drawing (clause 5.2)

enum class Corner { bottom_right, bottom_left, top_right, top_left, bottom_edge, top_edge };

struct VisibleLabel {
  std::string text = "AI生成";
  Wording rule = Wording::gb45438;
  Corner corner = Corner::bottom_right;
  double height = 0.05;   ///< rendered glyph box over the shortest side; at least 0.05
  std::string font_file;  ///< TrueType or OpenType; empty: the built-in subset, then system fonts
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
/// Errors: wording errors; `label.size.small` (the clause cannot be met),
/// `label.font.missing-glyph` (names the character), `label.font.unreadable`.
Result<Overlay> draw_label(const VisibleLabel& label, std::uint32_t width, std::uint32_t height,
                           const LumaProbe& probe);

/// The shape of one line of text for documents that draw their labels. `font_file` as in
/// VisibleLabel. Thread-safe. Errors: `base.utf8`, `label.font.script`, `label.font.missing-glyph`,
/// `label.font.unreadable`, `label.size.small` (above 200 characters).
Result<Outline> outline_text(std::string_view text, const std::string& font_file);

}  // namespace signmark::label

#endif  // SIGNMARK_LABEL_HPP_
