// SPDX-License-Identifier: Apache-2.0
// The life of a worker process: told, prepared, sealed, then one order after the other.
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <new>

#include "base/hash.hpp"
#include "batch/sandbox.hpp"
#include "batch/worker_shop.hpp"
#include "image_loader/worker_media.hpp"

namespace signmark::batch {
namespace {

constexpr int kMaxOrderDescriptors = 3;

/// Nothing that is half done is worth saving, and unwinding may need memory itself.
void out_of_memory() { ::_exit(kMemoryExit); }

/// The supervisor's end is the worker's, and nobody else ends it: a service manager's SIGTERM means
/// that running items may finish. A file that grows too large is an error, no death.
void prepare_process() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int number : {SIGPIPE, SIGXFSZ, SIGTERM, SIGINT, SIGHUP})
    std::signal(number, SIG_IGN);  // NOLINT(cert-err33-c): it cannot fail for these
  std::set_new_handler(out_of_memory);
}

Result<std::unique_ptr<Workshop>> open_shop(const Context& context, const Message& message,
                                            SupervisorLink& supervisor) {
  SIGNMARK_ASSIGN(ToldSetup told, read_setup(message));
  return Workshop::open(context, std::move(told), supervisor);
}

/// Whatever is loaded from the file system must be so before it is out of reach. What is missing is
/// said again by the item that needs it.
void load_libraries() {
  // One thread a worker (batch.md 2.4): oneTBB below OpenCV would take a processor each.
  if (const auto media = image::load_worker_media()) (*media)->limit_threads(1);
  static_cast<void>(image::load());
  static_cast<void>(video::load());
  prepare_archives();
  static_cast<void>(hash(HashAlg::sha256, {}));  // OpenSSL reads its settings
}

Result<Seal> seal_shop(const Workshop& shop) {
  SealPlan plan;
  plan.wanted = shop.setup().sandbox;
  plan.scratch = shop.setup().scratch;
  plan.readable = shop.files_needed();
  plan.readable.emplace_back("/dev/urandom");  // libav numbers the tracks of Matroska with it
  return seal_process(plan);
}

Message outcome_message(const WorkOutcome& outcome) {
  Message message = file_message(kOutcome, outcome.file);
  message.attach("store", outcome.sidecar);
  message.attach("thumbnail", outcome.thumbnail);
  return message;
}

Status serve_orders(Channel& channel, SupervisorLink& supervisor, Workshop& shop) {
  for (;;) {
    SIGNMARK_ASSIGN(Message message, channel.receive());
    SIGNMARK_ASSIGN(const ToldOrder order, read_order(std::move(message)));
    SIGNMARK_ASSIGN(const WorkOutcome outcome, shop.work(order));
    SIGNMARK_TRY(supervisor.tell(outcome_message(outcome)));
  }
}

Status serve(const Context& context, Channel& channel) {
  SupervisorLink supervisor(channel);
  SIGNMARK_ASSIGN(const Message setup, channel.receive());
  auto shop = open_shop(context, setup, supervisor);
  if (!shop) return channel.send(failure_message(kFailed, shop.error()));
  load_libraries();
  const auto seal = seal_shop(**shop);
  if (!seal) return channel.send(failure_message(kFailed, seal.error()));
  Message ready(kReady);
  ready.fields["sandbox"] = seal->json();
  SIGNMARK_TRY(channel.send(ready));
  return serve_orders(channel, supervisor, **shop);
}

}  // namespace

int serve_worker(const Context& context, int control) {
  prepare_process();
  Channel channel(Descriptor(control), kMaxToWorker, kMaxOrderDescriptors);
  try {
    const Status served = serve(context, channel);
    return served || served.error().code == "batch.worker.gone" ? 0 : 1;
  } catch (const std::bad_alloc&) {
    return kMemoryExit;
  }
}

}  // namespace signmark::batch
