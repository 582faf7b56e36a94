// SPDX-License-Identifier: Apache-2.0
// `signmark inspect`: everything readable in a file, as a tree, without judgement.
#include "commands/inspect_command.hpp"

#include <fmt/format.h>

#include "base/result.hpp"
#include "base/text.hpp"
#include "keys_access.hpp"

namespace signmark::cli {
namespace {

class InspectCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb =
        app.add_subcommand("inspect", "Show everything readable in FILE, without judgement");
    verb->add_option("FILE", files_, "Files to inspect")->required();
    verb->footer("Example: signmark inspect marked.png");
    return verb;
  }

  Result<int> run(Session& session) override {
    const CarrierSource carriers = carriers_to_try(session, {});
    for (const std::string& file : files_) {
      SIGNMARK_ASSIGN(const std::vector<TreeLine> tree,
                      inspect_file(session.context, file, carriers));
      print(session.out(), file, tree);
    }
    return 0;
  }

 private:
  static void print(const Output& out, const std::string& file, const std::vector<TreeLine>& tree) {
    JsonLine lines = JsonLine::array();
    for (const TreeLine& line : tree) {
      const std::string indent(static_cast<std::size_t>(line.depth) * 2, ' ');
      out.line(line.value.empty()
                   ? indent + printable(line.name)
                   : fmt::format("{}{}: {}", indent, printable(line.name), printable(line.value)));
      lines.push_back({{"depth", line.depth}, {"name", line.name}, {"value", line.value}});
    }
    out.object({{"path", file}, {"tree", std::move(lines)}}, "item");
  }

  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<Command> make_inspect_command() { return std::make_unique<InspectCommand>(); }

}  // namespace signmark::cli
