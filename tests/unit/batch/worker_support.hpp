// SPDX-License-Identifier: Apache-2.0
// A supervisor's surroundings for tests of workers: keys, a scratch folder, items as descriptors.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>

#include "batch/worker.hpp"
#include "keys/descriptor.hpp"
#include "unit/pipeline/pipeline_support.hpp"

namespace signmark::test {

using keys::Descriptor;

/// A file without a name that holds these bytes.
inline Descriptor file_of(ByteView bytes) {
  Descriptor file(::memfd_create("item", MFD_CLOEXEC));
  REQUIRE(file.valid());
  REQUIRE_OK(write_all(file.get(), bytes));
  return file;
}

inline Bytes bytes_of(const Descriptor& file) {
  const auto mapped = MappedFile::of(file.get(), Limits{});
  REQUIRE_OK(mapped);
  return {mapped->bytes().begin(), mapped->bytes().end()};
}

/// Starts workers and gives them work.
class Workplace {
 public:
  Workplace() : studio_("works", Context::standard()) {  // workers have no other clock
    setup.scratch = folder_.path();
    setup.options = {{"layers", "metadata,manifest"}, {"producer", "Studio"}};
    powers.signer = &studio_.signer();
    powers.signer_root = studio_.root();
  }

  void start(const std::string& program = "batch_worker_host") {
    auto started = batch::Worker::start(
        Context::standard(), std::filesystem::path(SIGNMARK_BINARY_DIR) / program, setup, powers);
    REQUIRE_OK(started);
    worker = std::move(*started);
  }

  Result<batch::WorkOutcome> mark(ByteView input, const std::string& name,
                                  batch::WorkOrder order = {}) {
    const Descriptor in = file_of(input);
    out = file_of({});
    order.input = in.get();
    order.output = out.get();
    order.name = name;
    return worker->work(order, {});
  }

  Result<batch::WorkOutcome> verify(ByteView input, const std::string& name,
                                    batch::WorkOrder order = {}) {
    const Descriptor in = file_of(input);
    order.input = in.get();
    order.name = name;
    return worker->work(order, {});
  }

  [[nodiscard]] const Studio& studio() const { return studio_; }
  [[nodiscard]] const std::filesystem::path& scratch() const { return folder_.path(); }

  batch::WorkerSetup setup;
  batch::Powers powers;
  std::unique_ptr<batch::Worker> worker;
  Descriptor out;

 private:
  Studio studio_;
  ScratchDir folder_;
};

}  // namespace signmark::test
