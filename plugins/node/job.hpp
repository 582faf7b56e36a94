// SPDX-License-Identifier: Apache-2.0
// One call of the C interface as a worker thread runs it: everything it needs, and what came of it.
#ifndef SIGNMARK_NODE_JOB_HPP_
#define SIGNMARK_NODE_JOB_HPP_

#include <signmark/signmark.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace signmark_node {

// Frees an object of the library with its own _free function.
template <auto Free>
struct Freer {
  template <typename Object>
  void operator()(Object* object) const {
    Free(object);
  }
};
using Buffer = std::unique_ptr<smk_buffer, Freer<smk_buffer_free>>;

// Why a job failed; a code of its own ("node.*") where the library was not asked.
struct Failure {
  smk_status status = SMK_FAILED;
  std::string code, message, where, hint;
};

enum class Subject { kFile, kMemory, kPixels };

struct Job {
  smk_flow flow = SMK_FLOW_MARK;
  Subject subject = Subject::kFile;

  std::string source;                 // path; of kFile
  std::optional<std::string> target;  // path; none with the option in-place
  std::vector<uint8_t> data;          // a copy: JavaScript may change its own meanwhile
  std::vector<uint8_t> sidecar;       // manifest store beside `data`, of verify
  int32_t width = 0, height = 0, channels = 0;

  std::optional<std::string> home;    // else that of the user
  std::optional<std::string> ledger;  // else the user's own; "" records nothing
  std::optional<std::string> signer;  // else the newest usable key
  bool is_unsigned = false;           // no signing key at all
  std::optional<std::string> trust;   // a bundle; else this machine's store; "" believes nobody
  std::vector<std::string> carriers;  // names of private carrier keys
  std::vector<std::pair<std::string, std::string>> options;

  // Results.
  std::optional<Failure> failure;
  std::string report;    // JSON
  Buffer marked, store;  // of kMemory; the marked samples of kPixels are in `data`
};

// Runs in any thread; touches nothing but the job. Leaves a failure or a report.
void run(Job& job) noexcept;

}  // namespace signmark_node

#endif  // SIGNMARK_NODE_JOB_HPP_
