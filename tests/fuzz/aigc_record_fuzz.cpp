// SPDX-License-Identifier: Apache-2.0
// links: signmark_label
// parse_record on any text: a record that was read is read again from our own JSON, unchanged.
#include <cstdlib>

#include "base/text.hpp"
#include "signmark/label.hpp"

using namespace signmark;
using namespace signmark::label;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check_rewritten(const ParsedRecord& parsed) {
  const std::string json = to_json(parsed.record);
  const auto again = parse_record(json);
  require(again.has_value());
  if (is_utf8(json) && !parsed.empty_shell) require(to_json(again->record) == json);
}

void check_propagated(std::string_view text) {
  const auto filled = fill_propagation(text, {"p", "q", "r\"\\"});
  if (!filled) return;
  const auto parsed = parse_record(*filled);
  require(parsed && parsed->record.content_propagator == "p" &&
          parsed->record.propagate_id == "q" && parsed->record.reserved_code2 == "r\"\\");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  for (const Place place : {Place::aigc, Place::generic}) {
    const auto parsed = parse_record(text, place);
    if (parsed)
      check_rewritten(*parsed);
    else
      require(parsed.error().code.starts_with("label.aigc."));
  }
  check_propagated(text);
  (void)find_trace(text);
  (void)check_provider_code(text);
  return 0;
}
