// SPDX-License-Identifier: Apache-2.0
// links: signmark_batch
// What a worker process in wrong hands may send to its supervisor.
#include <cstdlib>

#include "batch/worker_messages.hpp"

using namespace signmark::batch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto message = decode_message({data, size});
  if (!message) return 0;
  if (const auto file = read_file_outcome(*message))
    if (!read_file_outcome(file_message(kOutcome, *file))) std::abort();
  if (!decode_message(encode_message(*message))) std::abort();
  static_cast<void>(read_setup(*message));
  static_cast<void>(read_failure(*message));
  static_cast<void>(message->part("body"));
  static_cast<void>(read_order(std::move(*message)));
  return 0;
}
