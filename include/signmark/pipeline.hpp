// SPDX-License-Identifier: Apache-2.0
// Room `pipeline`: the flows a user asks for (mark, verify, inspect, propagate), the findings, the
// verdict.
//
// Order of marking is fixed (architecture.md section 1): robust mark, visible label, encode, AIGC
// record and XMP, C2PA manifest last; the result is read back and verified before it appears under
// its name.
#ifndef SIGNMARK_PIPELINE_HPP_
#define SIGNMARK_PIPELINE_HPP_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"
#include "signmark/c2pa.hpp"
#include "signmark/container.hpp"
#include "signmark/image.hpp"
#include "signmark/keyring.hpp"
#include "signmark/keys.hpp"
#include "signmark/label.hpp"
#include "signmark/ledger.hpp"
#include "signmark/prints.hpp"
#include "signmark/text.hpp"
#include "signmark/trust.hpp"
#include "signmark/video.hpp"

namespace signmark {

/// The exit code that belongs to an error (architecture.md section 5): 1 failed, 2 wrong usage,
/// 15 key or unlock problem, 20 refused, 130 cancelled.
int exit_code_of(const Error& error);

// ---------------------------------------------------------------------------------------------
// Layers, findings, verdicts (architecture.md sections 3 to 5)

enum class Layer { robust, visible, metadata, manifest };

/// "robust", "visible", "metadata", "manifest".
std::string_view layer_name(Layer layer);

/// A set of layers; parsed from "robust,visible,metadata,manifest". Errors: `pipeline.layers`.
struct Layers {
  bool robust = true, visible = true, metadata = true, manifest = true;
  static Result<Layers> parse(std::string_view list);
};

/// What one layer says. The words mean exactly what architecture.md section 3 says.
enum class State { absent, present, valid, trusted, invalid, foreign, unreadable };
std::string_view state_name(State state);

/// A named value of a finding, in the order in which a person wants to read it.
struct Field {
  std::string name, value;
};

struct Finding {
  Layer layer = Layer::metadata;
  State state = State::absent;
  /// The mark in question: "robust mark", "AIGC record", "C2PA manifest", "IPTC source type".
  std::string what;
  std::string basis;  ///< on what the state rests, one line
  std::vector<Field> fields;
  std::vector<label::LintEntry> broken_rules;  ///< rules of the standard that a label breaks
};

enum class Verdict { verified, none, untrusted, tampered, marked, inconclusive };
std::string_view verdict_name(Verdict verdict);
/// 0, 10, 11, 12, 13, 14 as in architecture.md section 5.
int verdict_exit_code(Verdict verdict);

/// The verdict that follows from findings alone:
/// - `tampered` when any is `invalid` or `foreign`;
/// - else `verified` when any is `trusted`, `untrusted` when any is `valid`;
/// - else `inconclusive` when any is `unreadable`: an unsigned label is no better than a look that
/// failed;
/// - else `marked` when any is `present`; else `none`.
Verdict verdict_of(const std::vector<Finding>& findings);

// ---------------------------------------------------------------------------------------------
// verify

/// Whom to believe. Built from a trust store or a bundle by the caller; an empty one trusts nobody.
struct Trust {
  std::vector<Bytes> anchors;  ///< issuer root certificates, DER
  c2pa::Objection objection;   ///< may be empty
  /// Leaf certificates (DER) that may belong to a hint of 4 bytes: a signed frame in pixels has no
  /// room for its certificate (keys.md 2.1). More than those do no harm. May be empty; those of the
  /// file's own manifest are always tried.
  std::function<std::vector<Bytes>(ByteView hint)> leaves;
};

/// A Trust that asks these stores: one of them must believe a leaf, and none may call it revoked.
/// Time stamps of manifests count as evidence of time.
Trust trust_in(const Context& context, std::vector<keys::TrustStore> stores);

/// Adds the certificates of a keyring to Trust::leaves. The keyring is opened when a signed frame
/// is there to be checked; one that cannot be opened adds nothing.
void know_leaves_of(Trust& trust, std::function<Result<keys::Keyring>()> open_keyring);

/// Gives the private carrier keys that are tried beside the public one when pixels are looked at.
using CarrierSource = std::function<Result<keys::CarriersAtHand>()>;

struct VerifyOptions {
  Trust trust;
  CarrierSource carriers;  ///< may be empty
  /// What is looked at. A layer that is left out gets the finding `unreadable`, so that nobody
  /// takes a narrow look for a clean one. `visible` says nothing here: verify does not read text.
  Layers layers;
  bool deep = false;           ///< also look for robust marks in parts of the picture (collages)
  bool tamper_map = false;     ///< fill VerifyReport::map
  std::string field;           ///< JSON and JSONL: where the text is, container::TextOptions::field
  bool declared = false;       ///< the uploader declares the content as generated (Article 6(2))
  std::optional<UnixTime> at;  ///< judge as of this time instead of now
  std::filesystem::path
      sidecar;  ///< manifest store beside the file; empty: FILE.c2pa when it exists
};

/// A stretch of a document's text and what the signed records say of it (text-mark.md section 4.5).
struct TextPiece {
  text::Outcome outcome = text::Outcome::unmarked;
  std::size_t passage = 0;       ///< paragraph, cell or message, counted from 0
  std::uint64_t characters = 0;  ///< canonical ones
  std::string excerpt;           ///< its beginning and end, one line
};

struct VerifyReport {
  std::filesystem::path file;
  container::Format format = container::Format::unknown;
  std::vector<Finding> findings;
  Verdict verdict = Verdict::none;
  /// Tier of the Labelling Measures, Article 6, with its basis and clause; without value when
  /// something could not be looked at and nothing else was found.
  label::TierAnswer tier;
  std::string notice_zh, notice_en;  ///< what a platform shows around the content; may be empty
  std::string content_id;            ///< of the marks found, 16 hex digits; may be empty
  std::string sentence;              ///< one line a person can say aloud
  /// Where the robust mark is missing from the picture; only when asked for and a mark was found.
  std::optional<image::TamperMap> map;
  /// A document's text in reading order, when signed records were found in it.
  std::vector<TextPiece> pieces;
  double text_coverage = 0;     ///< share of the text that is authentic, 0 to 1
  std::vector<Error> problems;  ///< what could not be read, and oddities
};

/// Looks at every layer of a file. Damaged or unknown files give a report with `inconclusive`; an
/// Error comes only when the file cannot be opened. Reads the file, never the network. Thread-safe.
Result<VerifyReport> verify_file(const Context& context, const std::filesystem::path& file,
                                 const VerifyOptions& options);

/// The same for bytes in memory, which must stay unchanged meanwhile. `sidecar` is the manifest
/// store beside them, when there is one; `VerifyOptions::sidecar` is not looked at. `name` stands
/// in the report and may be empty. Errors: `base.cancelled`. Thread-safe.
Result<VerifyReport> verify_bytes(const Context& context, ByteView bytes,
                                  const VerifyOptions& options,
                                  const std::optional<Bytes>& sidecar = {},
                                  const std::filesystem::path& name = {});

/// Sets one option by the name that it has on the command line, without dashes: `declared` (true or
/// false), `at` (RFC 3339), `sidecar`, `layers`, `deep` (true or false), `field`. Errors:
/// `pipeline.option.unknown`, `pipeline.option.value`, `pipeline.layers`, `base.time`.
Status set_option(VerifyOptions& options, std::string_view name, std::string_view value);

// ---------------------------------------------------------------------------------------------
// mark

/// What to do with a file that carries marks already (architecture.md section 10.3).
enum class Existing {
  refuse,  ///< `pipeline.existing`
  add      ///< old manifest becomes the parent, an AIGC record stays as it is
};

/// Where the visible label stands in a document (GB 45438 clause 5.1 a).
enum class LabelPlace { start, middle, end };

/// What concerns documents only.
struct TextMarkOptions {
  std::string field;  ///< JSON and JSONL: where the text is, container::TextOptions::field
  LabelPlace label_place = LabelPlace::start;
  /// PDF: where on the page the label stands; empty: at the left of the upper edge, of the lower
  /// one with LabelPlace::end. VisibleLabel::height holds as for pictures.
  std::optional<label::Corner> page_corner;
  text::Density density = text::Density::normal;
  text::Placement placement = text::Placement::middle;
};

/// What concerns film and sound only.
struct TimedMarkOptions {
  video::EncodeOptions encode;
  video::LabelTime label_time;
  audio::AudibleLabel notice;  ///< of sound files; of films only with `film_notice`
  bool film_sound = false;     ///< lay the robust mark into the sound of a film as well
  bool film_notice = false;    ///< put the audible label into the sound of a film as well
  bool sei = false;            ///< the record also as an SEI message (H.264, HEVC)
};

struct MarkOptions {
  Layers layers;
  label::VisibleLabel visible;
  image::EncodeOptions encode;
  std::string producer;    ///< ContentProducer: 27-character code, or a name in printable ASCII
  std::string produce_id;  ///< ProduceID; empty: the content id
  std::string content_id;  ///< 16 hex digits; empty: drawn at random
  std::string aigc_label = "1";
  c2pa::ManifestRequest manifest;  ///< source type, agent, disclosure
  /// Needed for the manifest layer; without it the robust mark carries no signature. Not owned.
  const keys::Signer* signer = nullptr;
  /// Root certificate of the signer, so that the result is read back to `trusted`, and the robust
  /// mark points to its issuer; may be empty.
  Bytes signer_root;
  /// Carrier key of the robust mark: "public", "both", or the name of a private one.
  std::string carrier = "public";
  /// The private key, when `carrier` is not "public"; not owned.
  const keys::CarrierKey* carrier_key = nullptr;
  image::RobustStrength strength = image::RobustStrength::normal;
  TextMarkOptions text;
  TimedMarkOptions timed;
  Existing existing = Existing::refuse;
  bool sidecar = false;  ///< put the manifest beside the file even when it could be embedded
  /// Where the mark is recorded once the output stands under its name; nullptr: nowhere. Not owned.
  ledger::Ledger* ledger = nullptr;
  /// Take retrieval prints also without a ledger (MarkReport::issued), and of films and sounds
  /// whose streams stay as they are: these are decoded for nothing else.
  bool prints = false;
  ledger::Supply supply;  ///< of content without a visible label (Labelling Measures, Article 9)
};

/// How output is published.
struct OutputOptions {
  std::filesystem::path file;
  bool force = false;     ///< replace an existing output
  bool in_place = false;  ///< output is the input; the original stays until the new one is durable
  std::filesystem::path backup;  ///< with in_place: where the original is kept; empty: nowhere
};

/// What can be said of an output before any work is done: it is not the input under another name,
/// not a folder, and not there already unless it may be replaced. mark_file and propagate_file
/// check it themselves; a program calls it before it asks for a passphrase. Errors:
/// `pipeline.same-file`, `base.file.exists`, `base.file.type`, `base.file.create` (a name that is
/// too long).
Status check_output(const std::filesystem::path& input, const OutputOptions& output);

struct MarkReport {
  std::filesystem::path output, sidecar_file;
  std::string content_id;
  label::AigcRecord record;  ///< as written (or as kept)
  bool record_kept = false;  ///< an existing record stayed
  std::string manifest_label;
  label::Overlay overlay;  ///< place of the visible label; empty without that layer
  /// What went into the pixels, with its margin in the encoded file; empty without that layer.
  std::optional<image::RobustReport> robust;
  std::string robust_kept;               ///< content id of a robust mark that was there and stays
  std::optional<text::MarkReport> text;  ///< signed records in a document; empty without that layer
  std::optional<video::Report> timed;    ///< what was done to a film or sound
  bool visible_paragraph = false;        ///< the visible label is a paragraph of the document
  /// Layers that were asked for and that this format has no place for: one clause each.
  std::vector<std::string> left_out;
  std::vector<Finding> findings;  ///< of the read-back: metadata and manifest
  std::uint64_t bytes_in = 0, bytes_out = 0;
  /// The ledger's row. Digests and prints are in it when there is a ledger or
  /// `MarkOptions::prints`.
  ledger::Entry issued;
  bool recorded = false;  ///< it stands in the ledger under `issued.sequence`
};

/// Marks one file. The input is never changed (unless in_place), the output appears whole or not at
/// all, and only after it was read back and every layer written was found again.
/// Errors: `pipeline.existing` (already marked), `pipeline.format` (no place for these layers),
/// `image.mark.size` and `image.mark.margin` (too little room for the robust mark),
/// `pipeline.carrier` (a private carrier key is named and not given),
/// `pipeline.supply` (content without a visible label is not recorded), `pipeline.ledger` (the
/// output stands under its name, but the ledger could not be written), `pipeline.damaged` (input
/// incomplete), `pipeline.same-file`, `pipeline.readback` (internal), and
/// those of the rooms. Thread-safe.
Result<MarkReport> mark_file(const Context& context, const std::filesystem::path& input,
                             const OutputOptions& output, const MarkOptions& options);

/// The same from bytes into `output`, an empty regular file open for reading and writing that the
/// caller makes durable and names; `scratch` is a folder for films on their way. Gives the manifest
/// store that belongs beside it in `sidecar`, when there is one. Nothing is recorded in a ledger.
/// Errors: as mark_file. Thread-safe.
Result<MarkReport> mark_descriptor(const Context& context, ByteView input, int output,
                                   const std::filesystem::path& scratch, const MarkOptions& options,
                                   const std::filesystem::path& name, Bytes& sidecar);

/// A marked picture in memory.
struct MarkedBytes {
  Bytes file;
  Bytes sidecar;  ///< the manifest store when it is not in `file`; else empty
  MarkReport report;
};

/// Marks bytes in memory, which must stay unchanged meanwhile; the result was read back and every
/// layer found again, as for mark_file. Errors: as mark_file, without those of files. Thread-safe.
/// The ending of `name` tells texts apart (container::probe); it may be empty.
Result<MarkedBytes> mark_bytes(const Context& context, ByteView input, const MarkOptions& options,
                               const std::filesystem::path& name = {});

/// What went into a raw stream.
struct PipeReport {
  std::string content_id;
  video::Report streams;
};

/// Marks raw pictures (y4m) or sound (PCM) from one descriptor to the other: the layers `robust`
/// and `visible`; the others need a container. Errors: `pipeline.layers` (nothing left to do),
/// those of video::VideoRoom. Thread-safe.
Result<PipeReport> pipe_pictures(const Context& context, int in, int out,
                                 const MarkOptions& options);
Result<PipeReport> pipe_sound(const Context& context, int in, int out,
                              const video::VideoRoom::PcmShape& shape, const MarkOptions& options);

/// Sets one option by the name that it has on the command line, without dashes: `layers`,
/// `producer`, `produce-id`, `content-id`, `existing` (refuse, add), `sidecar` (true, false),
/// `recipient` and `agreement` (both: content without a visible label, Article 9); of
/// the robust mark `carrier`, `strength` (invisible, default, strong); of the visible label `text`,
/// `wording` (gb45438, eu-ai; sets the text as well), `corner`, `height`, `font`, `quality`; of
/// documents `field`, `label-place` (start, middle, end), `density` (dense, normal, end),
/// `placement` (middle, end); of film and sound `crf`, `preset`, `size-like-source`, `threads`,
/// `label-seconds` (0: the whole film), `sei`, `mark-sound` (of a film), `notice` (rhythm, spoken),
/// `notice-place` (start, end, both), `notice-blend` (mix, insert), `notice-language`,
/// `notice-file`, `notice-in-film`; of the manifest `source-type` (a URI or a term of IPTC's
/// vocabulary), `agent`, `agent-version`, `model`, `title`. Errors: `pipeline.option.unknown`,
/// `pipeline.option.value`, `pipeline.layers`.
Status set_option(MarkOptions& options, std::string_view name, std::string_view value);
/// `force`, `in-place` (true, false), `backup` (a path). Errors: as above.
Status set_option(OutputOptions& options, std::string_view name, std::string_view value);

// ---------------------------------------------------------------------------------------------
// Retrieval prints

/// Prints of any file that we read, for MarkReport::issued and for `ledger search`. Errors: those
/// of examining and decoding it. Thread-safe.
Result<std::vector<Print>> prints_of(const Context& context, ByteView file, PrintUse use,
                                     const std::filesystem::path& name = {});

// ---------------------------------------------------------------------------------------------
// propagate

struct PropagateOptions {
  std::string propagator;    ///< ContentPropagator: code or name
  std::string propagate_id;  ///< empty: a random 16-digit id
  bool declared = false;
  const keys::Signer* signer =
      nullptr;  ///< needed when the file has a manifest (architecture.md 10.4)
  Bytes signer_root;
  Trust trust;
  /// Where it is recorded once the output stands under its name; nullptr: nowhere. Not owned.
  ledger::Ledger* ledger = nullptr;
};

struct PropagateReport {
  std::filesystem::path output;
  label::Tier tier = label::Tier::none;
  label::AigcRecord before, after;
  bool added = false;  ///< there was no record: a new one was written by tier
  std::string manifest_label;
  std::filesystem::path sidecar_file;  ///< of the new manifest, when the old one was beside INPUT
  /// The ledger's row, when there is one: "declare" when only the uploader says so, else
  /// "propagate".
  ledger::Entry issued;
  bool recorded = false;  ///< it stands in the ledger under `issued.sequence`
};

/// A platform's duty (Article 6, last paragraph): fills the propagation trio, keeps the producer's
/// fields byte for byte. A manifest that is there, embedded or in INPUT.c2pa, becomes the parent of
/// a new one in the same place. Errors: as mark_file; `pipeline.propagate.none` when nothing speaks
/// for generated content; `pipeline.propagate.signer` when a manifest is there and no key.
Result<PropagateReport> propagate_file(const Context& context, const std::filesystem::path& input,
                                       const OutputOptions& output,
                                       const PropagateOptions& options);

/// `propagator`, `propagate-id`, `declared` (true, false). Errors: as for MarkOptions.
Status set_option(PropagateOptions& options, std::string_view name, std::string_view value);

// ---------------------------------------------------------------------------------------------
// inspect

/// One line of a tree: depth 0 is the file.
struct TreeLine {
  int depth = 0;
  std::string name, value;
};

/// Everything readable in a file, without judgement; a picture's pixels are searched for robust
/// marks of the public carrier key and of `carriers`. Errors: as verify_file.
Result<std::vector<TreeLine>> inspect_file(const Context& context,
                                           const std::filesystem::path& file,
                                           const CarrierSource& carriers = {});

}  // namespace signmark

#endif  // SIGNMARK_PIPELINE_HPP_
