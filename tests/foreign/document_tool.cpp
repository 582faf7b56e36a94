// SPDX-License-Identifier: Apache-2.0
// Shows and changes the text of documents, for tests that let other programs open the result.
//   document_tool show FILE | label FILE OUT TEXT (start|middle|end) [right] [HEIGHT] |
//                 mark FILE OUT | record FILE OUT JSON
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/result.hpp"
#include "signmark/container.hpp"
#include "signmark/label.hpp"

namespace {

using signmark::Bytes;
using signmark::Context;
using signmark::Result;
namespace container = signmark::container;

constexpr const char* kMark = "\u2060\uFE03\uFE05";

Result<signmark::Rope> change(const Context& context, const std::vector<std::string>& args,
                              const Bytes& file, const container::Inventory& inventory) {
  if (args[0] == "record") {
    container::Edits edits;
    edits.aigc = Bytes(args[3].begin(), args[3].end());
    SIGNMARK_ASSIGN(container::Plan plan, container::plan(context, file, inventory, edits));
    return std::move(plan.rope);
  }
  SIGNMARK_ASSIGN(const auto passages, container::passages(context, file, inventory));
  std::vector<signmark::Insertion> marks;
  std::vector<signmark::NewParagraph> labels;
  if (args[0] == "label") {
    const std::size_t middle = passages.size() / 2;
    const std::size_t before = args[4] == "start"    ? 0
                               : args[4] == "middle" ? middle
                                                     : passages.size();
    labels.push_back({before, args[3]});
  } else {
    for (std::size_t i = 0; i < passages.size(); ++i) {
      const auto& passage = passages[i];
      const bool open = passage.closed.empty() || passage.closed.back().end() < passage.text.size();
      if (passage.kind == signmark::Passage::Kind::prose && open)
        marks.push_back({i, passage.text.size(), kMark});
    }
  }
  container::TextOptions options{
      {}, [](std::string_view text) { return signmark::label::outline_text(text, {}); }};
  if (args.size() > 5 && args[5] == "right") options.page.side = container::PagePlace::Side::right;
  if (args.size() > 6) options.page.height = std::stod(args[6]);
  return container::insert_text(context, file, inventory, marks, labels, options);
}

signmark::Status run(const std::vector<std::string>& args) {
  const Context context = Context::standard();
  SIGNMARK_ASSIGN(const Bytes file, signmark::read_file(args[1], 1U << 30));
  SIGNMARK_ASSIGN(const container::Inventory inventory, container::inspect(context, file, args[1]));
  if (args[0] == "show") {
    SIGNMARK_ASSIGN(const auto passages, container::passages(context, file, inventory));
    std::cout << container::format_info(inventory.format).name << '\n';
    for (const auto& block : inventory.blocks)
      std::cout << "block " << block.place << ": " << signmark::as_text(block.payload) << '\n';
    for (const auto& passage : passages)
      std::cout << static_cast<int>(passage.kind) << ' ' << passage.text.view() << '\n';
    return {};
  }
  SIGNMARK_ASSIGN(const signmark::Rope rope, change(context, args, file, inventory));
  return signmark::write_file(args[2], rope.flatten());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  const std::size_t needed = args.empty() ? 9 : args[0] == "show" ? 2 : args[0] == "label" ? 5 : 3;
  if (args.size() < needed) return 2;
  const auto done = run(args);
  if (done) return 0;
  std::cerr << done.error().code << ": " << done.error().message << " " << done.error().where
            << '\n';
  return 1;
}
