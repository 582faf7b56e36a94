// SPDX-License-Identifier: Apache-2.0
// Reports as JSON (architecture.md section 6, batch.md section 3): what `--json` prints and the C
// ABI returns. The only public header that needs nlohmann-json.
#ifndef SIGNMARK_JSON_HPP_
#define SIGNMARK_JSON_HPP_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/pipeline.hpp"

namespace signmark {

/// `code`, `message`, and `where` and `hint` when they are not empty.
nlohmann::json to_json(const Error& error);
/// `layer`, `state`, `mark`, `basis`, `fields` (a list where a name stands twice), `broken_rules`.
nlohmann::json to_json(const Finding& finding);
/// The seven fields under the standard's names.
nlohmann::json record_json(const label::AigcRecord& record);
/// All of a report: `path`, `format`, `verdict`, `exit_code`, `tier`, `tier_basis`, `notice_zh`,
/// `notice_en`, `content_id`, `sentence`, `problems`, `findings`, and `map` when there is one
/// (`block_px`, and `rows` with one letter a block: i intact, a altered, u unknowable).
nlohmann::json to_json(const VerifyReport& report);
/// `input` and `output` (`path`, `bytes`), `content_id`, `aigc`, `aigc_kept`, `manifest`,
/// `sidecar`, `visible` (pixels), `robust` (margins in dB, and why there is no signed frame),
/// `robust_kept`, `ledger` (`sequence`, when it was recorded). The input's path is not in it: the
/// caller knows it.
nlohmann::json to_json(const MarkReport& report);
/// `output`, `tier`, `aigc_before`, `aigc_after`, `aigc_added`, `manifest`.
nlohmann::json to_json(const PropagateReport& report);
/// `depth`, `name`, `value`.
nlohmann::json to_json(const TreeLine& line);

/// One line, without its end: `value` with `schema` and `type` added. Invalid UTF-8 becomes U+FFFD.
std::string json_line(nlohmann::json value, std::string_view type);

}  // namespace signmark

#endif  // SIGNMARK_JSON_HPP_
