// SPDX-License-Identifier: Apache-2.0
// links: signmark_label
// check_wording and draw_label on any text: what passes the rule holds its elements.
#include <cstdlib>

#include "signmark/label.hpp"

using namespace signmark;
using namespace signmark::label;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text({data, size}));
  for (const Wording rule : {Wording::gb45438, Wording::eu_ai, Wording::text_corner})
    (void)check_wording(text, rule);
  const bool passes = check_wording(text, Wording::gb45438).has_value();
  if (passes && text.find("AI") == std::string::npos && text.find("人工智能") == std::string::npos)
    std::abort();
  // The built-in font only: a search through the system's fonts would measure the disk.
  VisibleLabel label;
  label.text = passes && size < 64 ? text : "AI生成";
  if (label.text.find_first_of("\x7f\t\n") != std::string::npos) return 0;
  const auto overlay = draw_label(label, 320, 200, {});
  if (overlay && overlay->rgba.size() != std::size_t{4} * overlay->width * overlay->height)
    std::abort();
  return 0;
}
