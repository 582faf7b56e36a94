// SPDX-License-Identifier: Apache-2.0
// The messages of supervisor and worker as records. What comes from a worker is checked field by
// field: it ends in ledgers and reports.
#pragma once

#include "batch/protocol.hpp"
#include "batch/worker.hpp"

namespace signmark::batch {

// Kinds of messages. From the supervisor:
inline constexpr std::string_view kSetup = "setup";
inline constexpr std::string_view kOrder = "order";
inline constexpr std::string_view kGranted = "granted";  ///< a signature or a medium's key
inline constexpr std::string_view kRefused = "refused";
// From the worker:
inline constexpr std::string_view kReady = "ready";
inline constexpr std::string_view kFailed = "failed";  ///< of a setup
inline constexpr std::string_view kSignObject = "sign-object";
inline constexpr std::string_view kSignCose = "sign-cose";
inline constexpr std::string_view kMediumKey = "medium-key";
inline constexpr std::string_view kEntry = "entry";      ///< of an archive, as soon as it is done
inline constexpr std::string_view kOutcome = "outcome";  ///< ends an order

/// How a worker ends that could not get memory.
inline constexpr int kMemoryExit = 77;

/// Largest part of an outcome's report that a supervisor takes.
inline constexpr std::uint64_t kMaxReport = 2U << 20;

/// What a worker knows of Powers: nothing secret.
struct PublicPowers {
  std::optional<keys::KeyInfo> signer;
  std::vector<Bytes> chain;
  Bytes signer_root;
  std::vector<keys::KeyInfo> carriers;  ///< private ones: to mark with one, or those to look for
  std::uint64_t carriers_closed = 0;
  std::vector<Bytes> anchors;
  std::vector<std::filesystem::path> bundles;
  std::optional<keys::TrustPaths> store;
  keys::TrustPolicy policy;
  std::vector<Bytes> leaves;
};
PublicPowers public_part(const Powers& powers);

/// All that a worker is told at its start.
struct ToldSetup {
  WorkerSetup setup;
  PublicPowers powers;
  Limits limits;
};

Message setup_message(const WorkerSetup& setup, const Powers& powers, const Limits& limits);
Result<ToldSetup> read_setup(const Message& message);

/// An order as the worker has it.
struct ToldOrder {
  Descriptor input, output, sidecar;
  std::string name;
  bool archive = false;
};

/// The descriptors go along in the order input, output, sidecar, as far as they are there.
Message order_message(const WorkOrder& order);
Result<ToldOrder> read_order(Message message);

/// A failed message of a setup, or a refused request.
Message failure_message(std::string_view kind, const Error& error);
Error read_failure(const Message& message);

Message file_message(std::string_view kind, const FileOutcome& file);
Result<FileOutcome> read_file_outcome(const Message& message);

}  // namespace signmark::batch
