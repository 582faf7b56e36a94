// SPDX-License-Identifier: Apache-2.0
// One look at one file: the inventory, what each layer says, and what the flows need of it.
#pragma once

#include "signmark/pipeline.hpp"

namespace signmark {

/// What stands for a producer whom a platform cannot know; the standard leaves it open
/// (gb45438.md section 14.9), and an empty value would break Annex E.
inline constexpr std::string_view kUnknownProducer = "unknown";

/// An AIGC record and the place it stands in.
struct FoundRecord {
  label::ParsedRecord parsed;
  std::size_t block = 0;  ///< index into Inventory::blocks
  std::string value;      ///< the text as found, for filling in the propagation fields
};

/// All that one file says.
struct Examination {
  container::Inventory inventory;
  bool raw = false;  ///< samples in memory (base/raw_picture.hpp): there is nothing but pixels
  std::vector<FoundRecord> records;
  std::optional<label::Reconciled> record;  ///< all records taken together
  bool record_unreadable = false;           ///< an AIGC place whose value could not be read
  std::string ai_source_type;               ///< of the XMP packets, the first that says AI
  std::optional<c2pa::Report> manifest;
  std::vector<Finding> findings;
  std::vector<Error> problems;
  bool trace = false;  ///< another scheme says that the content is generated
  std::optional<image::RobustFinding> robust;  ///< when pixels, pictures or sound were looked at
  bool wants_pieces = true;
  std::vector<TextPiece> pieces;  ///< of a document whose text carries records, when wanted
  double text_coverage = 0;
  std::size_t text_records = 0;
  /// Content id of the robust mark that says most; empty when none carries one.
  std::string robust_id;
  /// Who signed it, when that is proved; and whether it belongs to this content, as far as is
  /// known.
  std::string robust_signer;
  bool robust_present = false;
  int robust_rank = -1;  ///< how much that mark says; -1: none carries an id
};

/// Looks at every layer of the bytes. `name`: see container::probe; `look`: what is wanted of it.
/// Errors: only limits and unknown formats.
Result<Examination> examine(const Context& context, ByteView file, const VerifyOptions& options,
                            const std::optional<Bytes>& sidecar, const std::string& name,
                            Examination look = {});

/// The metadata layer alone: AIGC records, IPTC source type, foreign schemes. Runs after the
/// manifest layer, whose certificate checks our integrity value.
void examine_metadata(const Context& context, Examination& look);

/// The manifest layer alone.
void examine_manifest(const Context& context, ByteView file, const VerifyOptions& options,
                      const std::optional<Bytes>& sidecar, Examination& look);

/// The robust marks of a picture's pixels. Runs last: it compares them with the manifest. Errors:
/// only `base.cancelled`.
Status examine_robust(const Context& context, ByteView file, const VerifyOptions& options,
                      Examination& look);

/// The marks in film and sound, and the audible labels. Runs last, as examine_robust. Errors: only
/// `base.cancelled`.
Status examine_timed(const Context& context, ByteView file, const VerifyOptions& options,
                     Examination& look);

/// Tier of the Measures, Article 6, from all that was found.
label::TierAnswer tier_of_examination(const Examination& look, bool declared);

/// Verdict, tier, id, sentence and notices, from the findings that are in the report already.
void conclude(const Examination& look, bool declared, VerifyReport& report);

/// The content id of the marks: soft binding first, then the robust mark, then a ProduceID of our
/// form; empty when none.
std::string content_id_of(const Examination& look);

/// What the manifest layer says; absent when it was not looked at.
State manifest_state(const Examination& look);

/// Whether `uri` is one of the IPTC source types that mean AI-generated. Tolerates white space
/// around it and a slash at its end.
bool is_ai_source_type(std::string_view uri);

}  // namespace signmark
