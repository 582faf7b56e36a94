// SPDX-License-Identifier: Apache-2.0
// links: signmark_label
// SecurityData of any shape: hostile keys and signatures are answered, and only a record with these
// fields can verify.
#include <cstdlib>

#include "signmark/label.hpp"

using namespace signmark;
using namespace signmark::label;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = parse_security_data(as_text({data, size}));
  if (!parsed) {
    if (!parsed.error().code.starts_with("label.security.")) std::abort();
    return 0;
  }
  const AigcRecord record{"1", "nobody-signs-this", "fuzz", "", "nobody", "fuzz", ""};
  for (const Trio trio : {Trio::production, Trio::propagation}) {
    const auto checks = verify_security_data(*parsed, record, trio);
    if (checks.size() != parsed->signatures.size()) std::abort();
    for (const SecurityCheck& check : checks) {
      const bool label_fields = check.subject == "label fields";
      if (check.state == SecurityState::verified && label_fields) std::abort();
      if ((check.state == SecurityState::verified) != check.code.empty()) std::abort();
    }
  }
  return 0;
}
