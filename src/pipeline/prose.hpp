// SPDX-License-Identifier: Apache-2.0
// Documents: what marking does to their text, and what is read from it.
#pragma once

#include "pipeline/publish.hpp"

namespace signmark {

/// Algorithm name of soft bindings by the signed records in a text (architecture.md section 10.5).
inline constexpr std::string_view kTextAlg = "io.signmark.smt.1";
/// Object type of a record (keys.md section 6).
inline constexpr std::string_view kTextRecordType = "text-record";

struct Laying;
struct Media;

/// Lays the layers `visible` and `robust` of `options` into a document: a paragraph, then the
/// signed records over all text, the paragraph included. What the format cannot hold is listed in
/// `media.left_out`. Errors: those of container::insert_text and text::mark, `pipeline.signer`.
Status change_document(const Context& context, const MarkOptions& options, const Laying& laying,
                       Media& media);

/// The signed records of a document's text. Runs after the manifest layer. Errors: only
/// `base.cancelled`.
Status examine_text(const Context& context, ByteView file, const VerifyOptions& options,
                    Examination& look);

}  // namespace signmark
