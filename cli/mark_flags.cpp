// SPDX-License-Identifier: Apache-2.0
#include "mark_flags.hpp"

#include <array>

#include "base/result.hpp"

namespace signmark::cli {
namespace {

/// Where a flag makes sense, and under which heading `--help` shows it.
/// `one`: neither in streams nor in batches, whose items differ there. `one_or_stream`: not in
/// batches.
enum class On { all, file, one, one_or_stream, documents, film };

struct OptionFlag {
  const char* name;
  const char* type;
  const char* help;
  On on = On::all;
};

// `wording` comes before `text`: it brings a text of its own.
constexpr std::array kFlags = {
    OptionFlag{"layers", "LIST", "robust,visible,metadata,manifest (default: all)"},
    OptionFlag{"carrier", "public|NAME|both",
               "Carrier key of the robust mark (default: public, so that anyone can find it)"},
    OptionFlag{"strength", "LEVEL", "Robust mark: invisible, default or strong"},
    OptionFlag{"producer", "NAME",
               "ContentProducer: your 27-character code, or a name (default: id of your key)",
               On::file},
    OptionFlag{"produce-id", "ID", "ProduceID (default: the content id)", On::one},
    OptionFlag{"content-id", "HEX", "64-bit content id, 16 hex digits (default: random)",
               On::one_or_stream},
    OptionFlag{"existing", "refuse|add", "What to do with marks that are there (default: refuse)",
               On::one},
    OptionFlag{"recipient", "WHO",
               "Who asked for content without a visible label; recorded in the ledger", On::file},
    OptionFlag{"agreement", "ID",
               "The agreement with the recipient (Labelling Measures, Article 9)", On::file},
    OptionFlag{"wording", "gb45438|eu-ai", "Rule for the visible label (default: gb45438)"},
    OptionFlag{"text", "TEXT", "Wording of the visible label (default: AI生成)"},
    OptionFlag{
        "corner", "PLACE",
        "bottom-right (default), bottom-left, top-right, top-left, bottom, top; PDF: default "
        "top-left of the page, where the label's plate may cover text"},
    OptionFlag{"height", "SHARE", "Glyph height over the shortest side, 0.05 (default) to 0.5"},
    OptionFlag{"font", "FILE", "TrueType or OpenType file for other scripts"},
    OptionFlag{"quality", "1..100", "Encoder quality (default: the source's own tables)", On::file},
    OptionFlag{"label-place", "PLACE", "Documents: label at the start (default), middle or end",
               On::documents},
    OptionFlag{"density", "LEVEL",
               "Documents: a signed record every 100 (dense), 230 (normal) Chinese characters, or "
               "one (end)",
               On::documents},
    OptionFlag{"placement", "PLACE", "Documents: record in the middle (default) or end of a block",
               On::documents},
    OptionFlag{"field", "PATH", "JSON, JSONL: where the text is, e.g. choices[].message.content",
               On::documents},
    OptionFlag{"source-type", "TERM", "IPTC digital source type (default: trainedAlgorithmicMedia)",
               On::file},
    OptionFlag{"agent", "NAME", "Software that generated the content", On::file},
    OptionFlag{"agent-version", "VERSION", "Its version", On::file},
    OptionFlag{"model", "NAME", "Model for the AI disclosure", On::file},
    OptionFlag{"title", "TEXT", "Title in the manifest", On::file},
    OptionFlag{"label-seconds", "SECONDS",
               "How long the visible label stands, 2 or more; 0 (default): the whole film",
               On::film},
    OptionFlag{"notice", "rhythm|spoken",
               "Audible label: short long, short short (default), or a voice", On::film},
    OptionFlag{"notice-place", "PLACE", "At the start, end or both (default)", On::film},
    OptionFlag{"notice-blend", "mix|insert", "Over the programme (default), or before and after it",
               On::film},
    OptionFlag{"notice-language", "zh|en", "Language of the built-in voice (default: zh)",
               On::film},
    OptionFlag{"notice-file", "WAV", "Your own recording of the notice", On::film},
    OptionFlag{"crf", "0..63", "Encoder quality, less is better (default: 18, near the source)",
               On::film},
    OptionFlag{"preset", "WORD", "x264 and x265: ultrafast to veryslow (default: medium)",
               On::film},
    OptionFlag{"threads", "N", "Of the encoder (default: one a processor)", On::film},
};

/// Flags without a value.
struct Switch {
  const char* name;
  const char* help;
  bool stream;  ///< makes sense without a container
};
constexpr std::array kSwitches = {
    Switch{"mark-sound", "Lay the robust mark into a film's sound as well", false},
    Switch{"notice-in-film", "Put the audible label into a film's sound as well", false},
    Switch{"size-like-source", "Aim at the source's bit rate", false},
    Switch{"prints",
           "Ledger: looks also of films and sounds that only get labels; they are decoded for that",
           false},
    Switch{"sei", "The record also as an SEI message in H.264 and HEVC", false},
};

const char* heading(On on) {
  if (on == On::documents) return "Documents";
  return on == On::film ? "Film and sound" : "Options";
}

bool makes_sense(On on, MarkInput input) {
  if (input == MarkInput::stream) return on == On::all || on == On::film || on == On::one_or_stream;
  return input == MarkInput::file || (on != On::one && on != On::one_or_stream);
}

}  // namespace

MarkFlags::MarkFlags() : values_(kFlags.size()), switches_(kSwitches.size()) {}

void MarkFlags::declare(CLI::App& verb, MarkInput input) {
  for (std::size_t i = 0; i < kFlags.size(); ++i) {
    const OptionFlag& flag = kFlags[i];
    if (!makes_sense(flag.on, input)) continue;
    verb.add_option(std::string("--") + flag.name, values_[i], flag.help)
        ->type_name(flag.type)
        ->group(heading(flag.on));
  }
  for (std::size_t i = 0; i < kSwitches.size(); ++i)
    if (input != MarkInput::stream || kSwitches[i].stream)
      verb.add_flag_callback(
              std::string("--") + kSwitches[i].name, [this, i] { switches_[i] = 1; },
              kSwitches[i].help)
          ->group(heading(On::film));
}

MarkFlags::Values MarkFlags::given(const Settings* settings) const {
  Values values;
  const auto take = [&](const char* name, const std::string& flag) {
    std::string value = settings != nullptr ? settings->prefer(flag, name) : flag;
    if (!value.empty()) values.emplace_back(name, std::move(value));
  };
  for (std::size_t i = 0; i < kFlags.size(); ++i) take(kFlags[i].name, values_[i]);
  for (std::size_t i = 0; i < kSwitches.size(); ++i)
    take(kSwitches[i].name, switches_[i] != 0 ? "true" : "");
  return values;
}

Result<MarkOptions> MarkFlags::options(const Settings& settings) const {
  MarkOptions options;
  for (const auto& [name, value] : given(&settings)) SIGNMARK_TRY(set_option(options, name, value));
  return options;
}

Status MarkSecrets::open(const Session& session, const std::string& selector,
                         const UnlockFlags& unlock, MarkOptions& options) {
  const Layers& layers = options.layers;
  if (layers.manifest || layers.metadata || layers.robust) {
    auto opened = open_signer(session, session.settings.prefer(selector, "signer"), unlock);
    // Without a manifest the record can do without its integrity value (gb45438.md section 8), and
    // the robust mark without its signed frame.
    if (!opened && (layers.manifest || opened.error().code != "keys.select.none"))
      return tl::unexpected<Error>(opened.error());
    if (opened) signer = std::move(*opened);
  }
  if (layers.robust) {
    SIGNMARK_ASSIGN(carrier, open_carrier(session, options.carrier, unlock));
    if (carrier) options.carrier_key = &*carrier;
  }
  options.signer = signer.signer.get();
  options.signer_root = signer.root_der;
  return {};
}

}  // namespace signmark::cli
