// SPDX-License-Identifier: Apache-2.0
// The connection of a job store: asked again when a lock was in the way, made anew when a server
// was lost, within bounds.
#pragma once

#include <chrono>
#include <utility>

#include "database/database.hpp"

namespace signmark::batch {

class Link {
 public:
  using Open = std::function<Result<std::unique_ptr<database::Connection>>()>;

  /// `patience`: seconds for which a lost server is waited for; 0: not at all.
  static Result<Link> connect(Open open, double patience);

  [[nodiscard]] database::Engine engine() const { return connection_->engine(); }

  /// Calls `work(connection, again)` and again when that may help. `again` says that an earlier
  /// call may have been carried out although its answer was lost. Errors: those of the work,
  /// `queue.lost`.
  template <class Work>
  auto use(const Work& work) {
    Trouble trouble;
    for (;;) {
      auto result = work(*connection_, trouble.lost);
      if (result) return result;
      if (const Status cured = recover(result.error(), trouble); !cured)
        return decltype(result)(tl::unexpected(cured.error()));
    }
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  /// Of one call.
  struct Trouble {
    int busy = 0;
    bool lost = false;
    Time since{};
  };

  Link(Open open, double patience) : open_(std::move(open)), patience_(patience) {}
  Status recover(const Error& error, Trouble& trouble);
  Status reconnect(const Error& error, Trouble& trouble);

  Open open_;
  double patience_;
  std::unique_ptr<database::Connection> connection_;
};

}  // namespace signmark::batch
