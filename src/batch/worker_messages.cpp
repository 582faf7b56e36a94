// SPDX-License-Identifier: Apache-2.0
// Setup and orders: what a worker is told.
#include "batch/worker_messages.hpp"

#include <algorithm>
#include <array>

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

struct GuardRow {
  const char* name;
  std::uint64_t ArchiveGuards::*field;
};
constexpr std::array kGuards = {
    GuardRow{"guard-total", &ArchiveGuards::total},
    GuardRow{"guard-ratio", &ArchiveGuards::ratio},
    GuardRow{"guard-ratio-from", &ArchiveGuards::ratio_from},
    GuardRow{"guard-entry", &ArchiveGuards::entry},
    GuardRow{"guard-entry-ratio", &ArchiveGuards::entry_ratio},
    GuardRow{"guard-entry-ratio-from", &ArchiveGuards::entry_ratio_from},
    GuardRow{"guard-entries", &ArchiveGuards::entries},
    GuardRow{"guard-name-bytes", &ArchiveGuards::name_bytes},
    GuardRow{"guard-depth", &ArchiveGuards::depth},
    GuardRow{"guard-nested", &ArchiveGuards::nested}};

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
std::string text_of(ByteView bytes) { return std::string(as_text(bytes)); }

std::vector<Bytes> path_parts(const std::vector<fs::path>& paths) {
  std::vector<Bytes> parts;
  parts.reserve(paths.size());
  for (const fs::path& path : paths) parts.push_back(bytes_of(path.native()));
  return parts;
}

/// Options may be paths, and those need not be UTF-8: raw parts, name and value in turn.
std::vector<Bytes> setting_parts(const std::vector<Setting>& options) {
  std::vector<Bytes> parts;
  parts.reserve(2 * options.size());
  for (const auto& [name, value] : options) {
    parts.push_back(bytes_of(name));
    parts.push_back(bytes_of(value));
  }
  return parts;
}

Result<std::vector<Setting>> read_settings(const Message& message) {
  SIGNMARK_ASSIGN(const std::vector<Bytes> parts, message.part_list("options"));
  if (parts.size() % 2 != 0) return protocol_error("an option lacks its value");
  std::vector<Setting> options;
  for (std::size_t i = 0; i < parts.size(); i += 2)
    options.emplace_back(text_of(parts[i]), text_of(parts[i + 1]));
  return options;
}

/// A key as the worker needs it: public_key and fingerprint one after the other.
Bytes key_part(const keys::KeyInfo& key) {
  Bytes both(key.public_key.begin(), key.public_key.end());
  both.insert(both.end(), key.fingerprint.begin(), key.fingerprint.end());
  both.push_back(static_cast<Byte>(key.role));
  both.insert(both.end(), key.label.begin(), key.label.end());
  return both;
}

Result<keys::KeyInfo> read_key(ByteView both) {
  keys::KeyInfo key;
  constexpr std::size_t kHalf = std::tuple_size_v<keys::PublicKey>;
  if (both.size() < 2 * kHalf + 1) return protocol_error("a key is cut off");
  std::copy_n(both.begin(), kHalf, key.public_key.begin());
  std::copy_n(both.begin() + kHalf, kHalf, key.fingerprint.begin());
  key.role = static_cast<keys::Role>(both[2 * kHalf]);
  key.label = text_of(both.subspan(2 * kHalf + 1));
  return key;
}

template <class E>
Result<E> read_choice(const Message& message, const char* name, E last) {
  SIGNMARK_ASSIGN(const std::uint64_t value, message.whole(name));
  if (value > static_cast<std::uint64_t>(last))
    return protocol_error(std::string(name) + " is unknown");
  return static_cast<E>(value);
}

Status read_numbers(const Message& message, ToldSetup& told) {
  for (const GuardRow& row : kGuards) {
    SIGNMARK_ASSIGN(told.setup.guards.*row.field, message.whole(row.name));
  }
  for (const LimitEntry& entry : limit_table()) {
    SIGNMARK_ASSIGN(told.limits.*entry.field, message.whole(std::string(entry.name).c_str()));
  }
  told.setup.limits = told.limits;
  return {};
}

std::vector<fs::path> paths_of(const std::vector<Bytes>& parts) {
  std::vector<fs::path> paths(parts.size());
  std::transform(parts.begin(), parts.end(), paths.begin(), text_of);
  return paths;
}

/// The store's own folder, then those of the system.
std::vector<fs::path> store_folders(const std::optional<keys::TrustPaths>& store) {
  if (!store) return {};
  std::vector<fs::path> folders{store->directory};
  folders.insert(folders.end(), store->system.begin(), store->system.end());
  return folders;
}

void attach_trust(Message& message, const PublicPowers& powers) {
  message.attach_all("anchors", powers.anchors);
  message.attach_all("bundles", path_parts(powers.bundles));
  message.attach_all("store", path_parts(store_folders(powers.store)));
  message.attach_all("leaves", powers.leaves);
  message.fields["policy-time"] = static_cast<unsigned>(powers.policy.required_time);
  message.fields["policy-untrusted"] = powers.policy.allow_untrusted;
  if (powers.policy.max_bundle_age)
    message.fields["policy-age"] = static_cast<std::uint64_t>(*powers.policy.max_bundle_age);
}

Status read_trust(const Message& message, PublicPowers& powers) {
  SIGNMARK_ASSIGN(powers.anchors, message.part_list("anchors"));
  SIGNMARK_ASSIGN(const std::vector<Bytes> bundles, message.part_list("bundles"));
  powers.bundles = paths_of(bundles);
  SIGNMARK_ASSIGN(const std::vector<Bytes> store, message.part_list("store"));
  if (const std::vector<fs::path> folders = paths_of(store); !folders.empty())
    powers.store = keys::TrustPaths{folders.front(), {folders.begin() + 1, folders.end()}};
  SIGNMARK_ASSIGN(powers.leaves, message.part_list("leaves"));
  SIGNMARK_ASSIGN(powers.policy.required_time,
                  read_choice(message, "policy-time", keys::TimeEvidence::witnessed));
  SIGNMARK_ASSIGN(powers.policy.allow_untrusted, message.truth("policy-untrusted"));
  if (!message.has("policy-age")) return {};
  SIGNMARK_ASSIGN(const std::uint64_t age, message.whole("policy-age"));
  powers.policy.max_bundle_age = static_cast<std::int64_t>(age);
  return {};
}

Status read_powers(const Message& message, PublicPowers& powers) {
  if (message.has("signer")) {
    SIGNMARK_ASSIGN(const ByteView signer, message.part("signer"));
    SIGNMARK_ASSIGN(powers.signer, read_key(signer));
  }
  SIGNMARK_ASSIGN(powers.chain, message.part_list("chain"));
  SIGNMARK_ASSIGN(const ByteView root, message.part("signer-root"));
  powers.signer_root.assign(root.begin(), root.end());
  SIGNMARK_ASSIGN(const std::vector<Bytes> carriers, message.part_list("carriers"));
  for (const Bytes& carrier : carriers) {
    SIGNMARK_ASSIGN(powers.carriers.emplace_back(), read_key(carrier));
  }
  SIGNMARK_ASSIGN(powers.carriers_closed, message.whole("carriers-closed"));
  return read_trust(message, powers);
}

}  // namespace

PublicPowers public_part(const Powers& powers) {
  PublicPowers known;
  if (powers.signer != nullptr) {
    known.signer = powers.signer->key();
    known.chain = powers.signer->chain();
  }
  known.signer_root = powers.signer_root;
  if (powers.carrier != nullptr) known.carriers.push_back(powers.carrier->info());
  for (const keys::CarrierKey& key : powers.carriers.keys) known.carriers.push_back(key.info());
  known.carriers_closed = powers.carriers.closed;
  known.anchors = powers.anchors;
  known.bundles = powers.bundles;
  known.store = powers.store;
  known.policy = powers.policy;
  known.leaves = powers.leaves;
  return known;
}

Message setup_message(const WorkerSetup& setup, const Powers& powers, const Limits& limits) {
  Message message(kSetup);
  message.fields["task"] = static_cast<unsigned>(setup.task);
  message.fields["existing"] = static_cast<unsigned>(setup.existing);
  message.fields["sandbox"] = static_cast<unsigned>(setup.sandbox);
  message.fields["thumbnails"] = setup.thumbnails;
  for (const GuardRow& row : kGuards) message.fields[row.name] = setup.guards.*row.field;
  for (const LimitEntry& entry : limit_table())
    message.fields[std::string(entry.name)] = limits.*entry.field;
  message.attach_all("options", setting_parts(setup.options));
  message.attach("scratch", as_bytes(setup.scratch.native()));
  message.attach("belief", as_bytes(setup.belief));
  const PublicPowers known = public_part(powers);
  if (known.signer) message.attach("signer", key_part(*known.signer));
  message.attach_all("chain", known.chain);
  message.attach("signer-root", known.signer_root);
  std::vector<Bytes> carriers;
  for (const keys::KeyInfo& carrier : known.carriers) carriers.push_back(key_part(carrier));
  message.attach_all("carriers", carriers);
  message.fields["carriers-closed"] = known.carriers_closed;
  attach_trust(message, known);
  return message;
}

Result<ToldSetup> read_setup(const Message& message) {
  if (message.kind != kSetup) return protocol_error("a setup was due");
  ToldSetup told;
  WorkerSetup& setup = told.setup;
  SIGNMARK_ASSIGN(setup.task, read_choice(message, "task", Task::verify));
  SIGNMARK_ASSIGN(setup.existing, read_choice(message, "existing", Existing::add));
  SIGNMARK_ASSIGN(setup.sandbox, read_choice(message, "sandbox", Sandbox::off));
  SIGNMARK_ASSIGN(setup.thumbnails, message.truth("thumbnails"));
  SIGNMARK_ASSIGN(setup.options, read_settings(message));
  SIGNMARK_ASSIGN(const ByteView scratch, message.part("scratch"));
  setup.scratch = text_of(scratch);
  SIGNMARK_ASSIGN(const ByteView belief, message.part("belief"));
  setup.belief = text_of(belief);
  SIGNMARK_TRY(read_numbers(message, told));
  SIGNMARK_TRY(read_powers(message, told.powers));
  return told;
}

Message order_message(const WorkOrder& order) {
  Message message(kOrder);
  message.attach("name", as_bytes(order.name));
  message.fields["archive"] = order.archive;
  message.fields["output"] = order.output >= 0;
  message.fields["sidecar"] = order.sidecar >= 0;
  return message;
}

Result<ToldOrder> read_order(Message message) {
  if (message.kind != kOrder) return protocol_error("an order was due");
  ToldOrder told;
  SIGNMARK_ASSIGN(const ByteView name, message.part("name"));
  told.name = text_of(name);
  SIGNMARK_ASSIGN(told.archive, message.truth("archive"));
  SIGNMARK_ASSIGN(const bool output, message.truth("output"));
  SIGNMARK_ASSIGN(const bool sidecar, message.truth("sidecar"));
  const std::size_t due = 1U + (output ? 1U : 0U) + (sidecar ? 1U : 0U);
  if (message.descriptors.size() != due) return protocol_error("descriptors are missing");
  told.input = std::move(message.descriptors.front());
  if (output) told.output = std::move(message.descriptors[1]);
  if (sidecar) told.sidecar = std::move(message.descriptors.back());
  return told;
}

Message failure_message(std::string_view kind, const Error& error) {
  Message message(kind);
  message.fields["error"] = error_json(error);
  return message;
}

Error read_failure(const Message& message) {
  if (!message.has("error")) return protocol_error("an error is missing").value();
  auto error = read_error(message.fields.at("error"));
  return error ? std::move(*error) : std::move(error.error());
}

}  // namespace signmark::batch
