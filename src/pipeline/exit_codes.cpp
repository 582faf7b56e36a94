// SPDX-License-Identifier: Apache-2.0
// From error codes to exit codes (architecture.md section 5).
#include <array>

#include "signmark/pipeline.hpp"

namespace signmark {

int exit_code_of(const Error& error) {
  struct Row {
    std::string_view prefix;
    int code;
  };
  // The first prefix that fits decides.
  constexpr std::array kRows = {
      Row{"pipeline.existing", 20},
      Row{"pipeline.supply", 20},
      Row{"ledger.retention", 20},
      Row{"image.mark.", 20},
      Row{"text.mark.", 20},
      Row{"video.mark.", 20},
      Row{"audio.mark.", 20},
      Row{"audio.notice.", 20},
      Row{"label.wording.", 20},
      Row{"label.size.", 20},
      Row{"label.code.", 20},
      Row{"label.aigc.", 20},
      Row{"pipeline.layers", 2},
      Row{"pipeline.option.", 2},
      Row{"cli.", 2},
      Row{"capi.argument", 2},
      Row{"ledger.password", 2},
      Row{"database.password", 2},
      Row{"batch.output", 2},
      Row{"batch.sources", 2},
      Row{"batch.job.unknown", 2},
      Row{"batch.job.changed", 2},
      Row{"base.limit.", 2},
      Row{"base.duration", 2},
      Row{"base.time", 2},
      Row{"keys.", 15},
      Row{"agent.", 15},
      Row{"c2pa.sign.", 15},
      Row{"pipeline.signer", 15},
      Row{"pipeline.carrier", 15},
      Row{"pipeline.propagate.signer", 15},
      Row{"base.cancelled", 130},
  };
  for (const Row& row : kRows)
    if (error.code.starts_with(row.prefix)) return row.code;
  return 1;
}

}  // namespace signmark
