// SPDX-License-Identifier: Apache-2.0
// `signmark mark`: all layers by profile, into one file.
#include "commands/mark_command.hpp"

#include <fmt/format.h>

#include "base/result.hpp"
#include "keys_access.hpp"
#include "output_flags.hpp"

namespace signmark::cli {
namespace {

constexpr std::string_view kSourceTypeBase = "http://cv.iptc.org/newscodes/digitalsourcetype/";

class MarkCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override;
  Result<int> run(Session& session) override;

 private:
  void declare_label(CLI::App& verb);
  void declare_manifest(CLI::App& verb);
  void apply_settings(const Settings& settings);
  Result<MarkOptions> options() const;

  std::string input_, layers_, producer_, produce_id_, content_id_, signer_, existing_ = "refuse";
  std::string text_, corner_, font_, wording_ = "gb45438", source_type_, agent_, agent_version_,
                                     model_;
  std::string title_;
  double height_ = 0;
  int quality_ = 0;
  bool sidecar_ = false;
  OutputFlags output_;
  UnlockFlags unlock_;
};

void MarkCommand::declare_label(CLI::App& verb) {
  verb.add_option("--text", text_, "Wording of the visible label (default \"AI生成\")");
  verb.add_option("--wording", wording_, "Rule for the wording: gb45438 or eu-ai")
      ->check(CLI::IsMember({"gb45438", "eu-ai"}));
  verb.add_option("--corner", corner_, "Place of the visible label (default bottom-right)")
      ->check(
          CLI::IsMember({"bottom-right", "bottom-left", "top-right", "top-left", "bottom", "top"}));
  verb.add_option("--height", height_, "Glyph height over the shortest side, 0.05 to 0.5")
      ->check(CLI::Range(0.05, 0.5));
  verb.add_option("--font", font_, "TrueType or OpenType file for other scripts")
      ->type_name("FILE");
  verb.add_option("--quality", quality_,
                  "Encoder quality 1..100 (default: the source's own tables)")
      ->check(CLI::Range(1, 100));
}

void MarkCommand::declare_manifest(CLI::App& verb) {
  verb.add_option("--source-type", source_type_,
                  "IPTC digital source type (default trainedAlgorithmicMedia)")
      ->type_name("TERM");
  verb.add_option("--agent", agent_, "Software that generated the content");
  verb.add_option("--agent-version", agent_version_, "Its version");
  verb.add_option("--model", model_, "Model name for the AI disclosure");
  verb.add_option("--title", title_, "Title in the manifest");
  verb.add_flag("--sidecar", sidecar_, "Put the manifest into OUT.c2pa instead of the file");
}

CLI::App* MarkCommand::declare(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("mark", "Label a generated file: visible label, AIGC record, manifest");
  verb->add_option("IN", input_, "File to mark; it is never changed")->required();
  output_.declare(*verb);
  verb->add_option("--layers", layers_, "visible,metadata,manifest (default: all)")
      ->type_name("LIST");
  verb->add_option("--producer", producer_,
                   "ContentProducer: your 27-character code, or a name (default: id of your key)");
  verb->add_option("--produce-id", produce_id_, "ProduceID (default: the content id)");
  verb->add_option("--content-id", content_id_,
                   "64-bit content id, 16 hex digits (default: random)");
  verb->add_option("--signer", signer_, "Signing key: id, label, agent: or exec:[…]")
      ->type_name("KEY");
  verb->add_option("--existing", existing_, "What to do with marks that are there: refuse or add")
      ->check(CLI::IsMember({"refuse", "add"}));
  declare_label(*verb);
  declare_manifest(*verb);
  unlock_.declare(*verb);
  verb->footer(
      "Example: signmark mark photo.png -o marked.png\nNext:    signmark verify marked.png");
  return verb;
}

/// A flag wins over the setting.
void prefer(std::string& flag, const std::string& setting) {
  if (flag.empty()) flag = setting;
}

void MarkCommand::apply_settings(const Settings& settings) {
  prefer(layers_, settings.layers);
  prefer(producer_, settings.producer);
  prefer(signer_, settings.signer);
  prefer(text_, settings.text);
  prefer(corner_, settings.corner);
  prefer(font_, settings.font);
  prefer(source_type_, settings.source_type);
  prefer(agent_, settings.agent_name);
  prefer(agent_version_, settings.agent_version);
  prefer(model_, settings.model_name);
  if (height_ == 0 && settings.height) height_ = *settings.height;
}

Result<label::Corner> corner_of(const std::string& name) {
  using label::Corner;
  if (name.empty() || name == "bottom-right") return Corner::bottom_right;
  if (name == "bottom-left") return Corner::bottom_left;
  if (name == "top-right") return Corner::top_right;
  if (name == "top-left") return Corner::top_left;
  if (name == "bottom") return Corner::bottom_edge;
  if (name == "top") return Corner::top_edge;
  return fail("cli.usage", fmt::format("there is no corner \"{}\"", name), {},
              "choose bottom-right, bottom-left, top-right, top-left, bottom or top");
}

Result<MarkOptions> MarkCommand::options() const {
  MarkOptions options;
  if (!layers_.empty()) {
    SIGNMARK_ASSIGN(options.layers, Layers::parse(layers_));
  }
  SIGNMARK_ASSIGN(options.visible.corner, corner_of(corner_));
  if (wording_ == "eu-ai") {
    options.visible.rule = label::Wording::eu_ai;
    options.visible.text = "AI";
  }
  if (!text_.empty()) options.visible.text = text_;
  if (height_ != 0) options.visible.height = height_;
  options.visible.font_file = font_;
  if (quality_ != 0) options.encode.quality = quality_;
  options.producer = producer_;
  options.produce_id = produce_id_;
  options.content_id = content_id_;
  options.existing = existing_ == "add" ? Existing::add : Existing::refuse;
  options.sidecar = sidecar_;
  if (!source_type_.empty())
    options.manifest.digital_source_type = source_type_.find("://") == std::string::npos
                                               ? std::string(kSourceTypeBase) + source_type_
                                               : source_type_;
  options.manifest.agent_name = agent_;
  options.manifest.agent_version = agent_version_;
  options.manifest.title = title_;
  if (!model_.empty()) {
    options.manifest.disclosure.emplace();
    options.manifest.disclosure->model_name = model_;
  }
  return options;
}

void print_report(const Output& out, const std::string& input, const MarkReport& report) {
  out.line(fmt::format("marked {}", path_text(report.output)));
  if (report.overlay.width != 0)
    out.line(fmt::format("  visible   label at {},{} ({} x {} px, glyphs {} px high)",
                         report.overlay.x, report.overlay.y, report.overlay.width,
                         report.overlay.height, report.overlay.glyph_height));
  if (!report.record.label.empty())
    out.line(fmt::format("  metadata  AIGC record {}: producer {}, id {}",
                         report.record_kept ? "kept" : "written", report.record.content_producer,
                         report.record.produce_id));
  if (!report.manifest_label.empty())
    out.line(
        fmt::format("  manifest  {}{}", report.manifest_label,
                    report.sidecar_file.empty() ? "" : " in " + path_text(report.sidecar_file)));
  out.note(fmt::format("next: signmark verify {}", path_text(report.output)));
  JsonLine item = {{"input", {{"path", input}, {"bytes", report.bytes_in}}},
                   {"output", {{"path", report.output.string()}, {"bytes", report.bytes_out}}},
                   {"content_id", report.content_id},
                   {"aigc", record_json(report.record)},
                   {"aigc_kept", report.record_kept},
                   {"manifest", report.manifest_label}};
  if (!report.sidecar_file.empty()) item["sidecar"] = report.sidecar_file.string();
  if (report.overlay.width != 0)
    item["visible"] = {{"x_px", report.overlay.x},
                       {"y_px", report.overlay.y},
                       {"width_px", report.overlay.width},
                       {"height_px", report.overlay.height},
                       {"glyph_height_px", report.overlay.glyph_height}};
  out.object(std::move(item), "item");
}

Result<int> MarkCommand::run(Session& session) {
  apply_settings(session.settings);
  SIGNMARK_ASSIGN(MarkOptions how, options());
  SIGNMARK_ASSIGN(const OutputOptions where, output_.resolve(input_));
  OpenedSigner opened;
  if (how.layers.manifest || how.layers.metadata) {
    auto signer = open_signer(session, signer_, unlock_);
    // Without a manifest the record can do without its integrity value (gb45438.md section 8).
    if (!signer && how.layers.manifest) return tl::unexpected<Error>(signer.error());
    if (signer) opened = std::move(*signer);
  }
  how.signer = opened.signer.get();
  how.signer_root = opened.root_der;
  SIGNMARK_ASSIGN(const MarkReport report, mark_file(session.context, input_, where, how));
  print_report(session.out(), input_, report);
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_mark_command() { return std::make_unique<MarkCommand>(); }

}  // namespace signmark::cli
