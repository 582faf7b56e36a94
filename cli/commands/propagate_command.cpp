// SPDX-License-Identifier: Apache-2.0
// `signmark propagate`: a platform's duty (Labelling Measures, Article 6).
#include "commands/propagate_command.hpp"

#include <fmt/format.h>

#include "base/result.hpp"
#include "keys_access.hpp"
#include "ledger_access.hpp"
#include "output_flags.hpp"

namespace signmark::cli {
namespace {

class PropagateCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand(
        "propagate", "Fill the propagation fields by tier, keep the producer's byte for byte");
    verb->add_option("IN", input_, "File that was uploaded; it is never changed")->required();
    output_.declare(*verb);
    verb->add_option("--propagator", propagator_,
                     "ContentPropagator: your 27-character code or name");
    verb->add_option("--propagate-id", propagate_id_, "PropagateID (default: random)");
    verb->add_option("--signer", signer_, "Signing key, needed when the file has a manifest")
        ->type_name("KEY");
    verb->add_flag("--declared", declared_, "The uploader declares the content as AI-generated");
    ledger_.declare(*verb, true);
    unlock_.declare(*verb);
    verb->footer("Example: signmark propagate upload.png -o shown.png --propagator CODE");
    return verb;
  }

  Result<int> run(Session& session) override;

 private:
  std::string input_, propagator_, propagate_id_, signer_;
  bool declared_ = false;
  OutputFlags output_;
  LedgerFlags ledger_;
  UnlockFlags unlock_;
};

Result<int> PropagateCommand::run(Session& session) {
  PropagateOptions how;
  how.propagator = session.settings.prefer(propagator_, "propagator");
  how.propagate_id = propagate_id_;
  how.declared = declared_;
  SIGNMARK_ASSIGN(how.trust, load_trust(session, {}));
  SIGNMARK_ASSIGN(const OutputOptions where, output_.resolve(input_));
  SIGNMARK_TRY(check_output(input_, where));
  // No key is fine as long as the file has no manifest; the flow itself decides.
  auto opened = open_signer(session, session.settings.prefer(signer_, "signer"), unlock_);
  if (opened) {
    how.signer = opened->signer.get();
    how.signer_root = opened->root_der;
  } else if (!signer_.empty()) {
    return tl::unexpected<Error>(opened.error());
  }
  SIGNMARK_ASSIGN(const std::unique_ptr<ledger::Ledger> ledger, open_ledger(session, ledger_));
  how.ledger = ledger.get();
  SIGNMARK_ASSIGN(const PropagateReport report,
                  propagate_file(session.context, input_, where, how));
  const Output& out = session.out();
  out.line(fmt::format("propagated {}", path_text(report.output)));
  out.line(fmt::format("  tier      {}", label::tier_name(report.tier)));
  out.line(fmt::format("  metadata  AIGC record {}: propagator {}, id {}",
                       report.added ? "added" : "completed", report.after.content_propagator,
                       report.after.propagate_id));
  if (!report.manifest_label.empty())
    out.line(
        fmt::format("  manifest  {}{}", report.manifest_label,
                    report.sidecar_file.empty() ? "" : " in " + path_text(report.sidecar_file)));
  if (report.recorded) out.line(fmt::format("  ledger    entry {}", report.issued.sequence));
  out.note(fmt::format("next: signmark verify {}", path_text(report.output)));
  JsonLine item = to_json(report);
  item["input"]["path"] = input_;
  out.object(std::move(item), "item");
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_propagate_command() { return std::make_unique<PropagateCommand>(); }

}  // namespace signmark::cli
