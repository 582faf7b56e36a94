// SPDX-License-Identifier: Apache-2.0
// What all packages have in common: opening, finding the record, putting changed parts back.
#include "container/document/package.hpp"

#include <fmt/format.h>

#include <map>

namespace signmark::container {

Result<Package> Package::open(const Context& context, ByteView file) {
  SIGNMARK_ASSIGN(ZipArchive archive, read_zip(context.limits, file));
  return Package(file, std::move(archive), context.limits.document_text);
}

Result<Bytes> Package::read(std::string_view name) {
  const ZipEntry* entry = archive_.find(name);
  if (entry == nullptr)
    return fail("container.zip.missing", "the package lacks " + std::string(name));
  return unzip(file_, *entry, budget_);
}

Status PackageHandler::inspect(const Context& context, ByteView file, Inventory& inventory) const {
  const auto read = [&]() -> Status {
    SIGNMARK_ASSIGN(Package package, Package::open(context, file));
    if (const ZipEntry* store = package.archive().find("META-INF/content_credential.c2pa")) {
      SIGNMARK_ASSIGN(Bytes bytes, package.read(store->name));
      SIGNMARK_TRY(add_block(context, inventory,
                             {BlockKind::c2pa, store->name, {}, store->record, std::move(bytes)}));
    }
    SIGNMARK_ASSIGN(const std::string name, record_part(package));
    if (name.empty() || !package.has(name)) return {};
    SIGNMARK_ASSIGN(const Bytes part, package.read(name));
    SIGNMARK_ASSIGN(const auto records, find_records(as_text(part)));
    for (const FoundRecord& record : records)
      SIGNMARK_TRY(add_block(context, inventory,
                             {BlockKind::aigc,
                              std::string(info().name) + " " + name,
                              "AIGC",
                              package.archive().find(name)->record,
                              {record.value.begin(), record.value.end()}}));
    return {};
  };
  Status done = read();
  if (done) return {};
  if (done.error().code.ends_with(".limit")) return done;
  mark_damaged(inventory, done.error());
  return {};
}

Result<Plan> PackageHandler::plan(const Context& context, ByteView file, const Inventory& inventory,
                                  const Edits& edits) const {
  SIGNMARK_ASSIGN(const auto carriers, carrier_edits(inventory, edits, context.limits));
  SIGNMARK_ASSIGN(Package package, Package::open(context, file));
  const Bytes* json = edits.aigc ? &*edits.aigc : nullptr;
  std::size_t place = 0;  // among the records, which all stand in one part
  for (const CarrierEdit& edit : carriers) {
    if (edit.block->kind != BlockKind::aigc || carriers.size() > 1)
      return fail("container.edits.block", "only one record of a package is replaced at a time");
    json = &edit.payload;
    for (const Block& block : inventory.blocks)
      if (block.kind == BlockKind::aigc && &block < edit.block) ++place;
  }
  Plan plan;
  std::vector<ZipChange> changes;
  if (json != nullptr) {
    std::optional<FoundRecord> old;
    SIGNMARK_ASSIGN(const std::string name, record_part(package));
    if (!carriers.empty()) {
      SIGNMARK_ASSIGN(const Bytes part, package.read(name));
      SIGNMARK_ASSIGN(const auto records, find_records(as_text(part)));
      old = records.at(place);
    }
    SIGNMARK_ASSIGN(changes, write_record(package, old, as_text(*json)));
  }
  SIGNMARK_ASSIGN(plan.rope, rewrite_zip(file, package.archive(), changes));
  return plan;
}

Result<Rope> PackageHandler::assemble(const Context& context, ByteView file,
                                      const DocumentText& document,
                                      std::vector<PartSplice> changes) const {
  SIGNMARK_ASSIGN(const ZipArchive archive, read_zip(context.limits, file));
  std::map<std::size_t, std::vector<Splice>> by_part;
  for (PartSplice& change : changes) by_part[change.part].push_back(std::move(change.splice));
  std::vector<ZipChange> contents;
  for (auto& [part, splices] : by_part) {
    SIGNMARK_ASSIGN(const Rope rope, splice(document.parts[part].bytes, std::move(splices)));
    contents.push_back({document.parts[part].name, rope.flatten()});
  }
  return rewrite_zip(file, archive, contents);
}

Result<std::size_t> add_part(Package& package, std::string_view name, DocumentText& document) {
  SIGNMARK_ASSIGN(Bytes bytes, package.read(name));
  document.parts.push_back({std::string(name), std::move(bytes), {}});
  Part& part = document.parts.back();
  part.bytes = part.owned;
  return document.parts.size() - 1;
}

Bytes spliced(std::string_view text, Range range, std::string_view replacement) {
  ByteWriter out;
  out.text(text.substr(0, range.offset)).text(replacement).text(text.substr(range.end()));
  return out.take();
}

Result<std::vector<MarkupToken>> start_tags(std::string_view xml, std::string_view local) {
  std::vector<MarkupToken> found;
  MarkupReader reader(xml, Dialect::xml);
  while (const auto token = reader.next())
    if (token->kind == MarkupToken::Kind::start && local_name(token->name) == local)
      found.push_back(*token);
  if (reader.problem().empty()) return found;
  return fail("container.zip.xml", std::string(reader.problem()), at_byte(reader.position()));
}

Result<std::vector<PackageHandler::FoundRecord>> elements_with_text(
    std::string_view xml, bool (*wanted)(const MarkupToken&)) {
  std::vector<PackageHandler::FoundRecord> found;
  bool open = false;
  std::string_view name;
  MarkupReader reader(xml, Dialect::xml);
  while (const auto token = reader.next()) {
    if (!open && wanted(*token)) {
      found.push_back({token->range, {}});
      open = !token->empty_element;
      name = token->name;
    } else if (open && token->kind == MarkupToken::Kind::text) {
      found.back().value +=
          token->literal ? std::string(token->body) : decode_references(token->body, Dialect::xml);
    } else if (open && token->kind == MarkupToken::Kind::end && token->name == name) {
      found.back().element.size = token->range.end() - found.back().element.offset;
      open = false;
    }
  }
  if (reader.problem().empty() && !open) return found;
  return fail("container.zip.xml", "a part is not well-formed XML", at_byte(reader.position()));
}

Result<Bytes> with_child(std::string_view xml, std::string_view parent, std::string_view child) {
  MarkupReader reader(xml, Dialect::xml);
  while (const auto token = reader.next()) {
    if (local_name(token->name) != parent) continue;
    if (token->kind == MarkupToken::Kind::end) return spliced(xml, {token->range.offset, 0}, child);
    if (!token->empty_element) continue;
    const std::string close = fmt::format(">{}</{}>", child, token->name);
    return spliced(xml, {token->range.end() - 2, 2}, close);
  }
  return fail("container.zip.xml", "a part lacks the element " + std::string(parent));
}

bool has_mimetype(ByteView file, std::string_view type) {
  constexpr std::size_t kName = 30;
  constexpr std::string_view kMember = "mimetype";
  const std::string_view text = as_text(file);
  return is_zip(file) &&
         text.substr(0, kName + kMember.size() + type.size())
             .ends_with(std::string(kMember) + std::string(type)) &&
         read_zip({}, file);
}

std::string resolve_path(std::string_view base, std::string_view target) {
  std::string path;
  if (target.starts_with('/'))
    target.remove_prefix(1);
  else if (const std::size_t slash = base.rfind('/'); slash != std::string_view::npos)
    path = base.substr(0, slash + 1);
  while (!target.empty()) {
    const std::size_t end = std::min(target.find('/'), target.size());
    const std::string_view step = target.substr(0, end);
    if (step == "..") {
      const std::size_t up = path.size() < 2 ? std::string::npos : path.rfind('/', path.size() - 2);
      path.resize(up == std::string::npos ? 0 : up + 1);
    } else if (step != ".") {
      path += step;
      if (end < target.size()) path += '/';
    }
    target.remove_prefix(std::min(end + 1, target.size()));
  }
  return path;
}

std::string prefix_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string() : std::string(name.substr(0, colon + 1));
}

}  // namespace signmark::container
