// SPDX-License-Identifier: Apache-2.0
#include "capi/flow_parts.hpp"

#include "signmark/json.hpp"

namespace signmark::capi {

Result<Context> begin(const smk_context* context) {
  SIGNMARK_TRY(need(context, "context"));
  Context call = context->for_call();
  SIGNMARK_TRY(call.report("begin", 0, 1));
  return call;
}

void use_keys(const smk_context& context, const smk_signer* signer, MarkFlow& flow) {
  flow.mark.ledger = context.ledger.get();
  if (flow.carrier) flow.mark.carrier_key = &*flow.carrier;
  if (signer == nullptr) return;
  flow.mark.signer = signer->signer.get();
  flow.mark.signer_root = signer->root_der;
}

smk_mark_report mark_report_of(MarkReport report) {
  smk_mark_report object;
  object.json = json_line(to_json(report), "item");
  object.sidecar_file = report.sidecar_file.string();
  object.report = std::move(report);
  return object;
}

smk_verify_report verify_report_of(VerifyReport report) {
  smk_verify_report object;
  object.json = json_line(to_json(report), "item");
  for (Finding& finding : report.findings) object.findings.push_back({std::move(finding)});
  report.findings.clear();
  object.report = std::move(report);
  return object;
}

Result<VerifyOptions> verify_options(const smk_options* options, const smk_trust* trust) {
  SIGNMARK_ASSIGN(VerifyOptions how, options_of<VerifyOptions>(options));
  if (trust != nullptr) how.trust = trust->trust;
  if (options != nullptr && !options->carriers.empty())
    how.carriers = [carriers = options->carriers]() -> Result<keys::CarriersAtHand> {
      return keys::CarriersAtHand{carriers, 0};
    };
  return how;
}

}  // namespace signmark::capi
