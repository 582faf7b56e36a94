// SPDX-License-Identifier: Apache-2.0
// The ledger over a database.
#pragma once

#include <mutex>

#include "database/database.hpp"
#include "ledger/print_index.hpp"
#include "ledger/schema.hpp"
#include "signmark/ledger.hpp"

namespace signmark::ledger {

class Store final : public Ledger {
 public:
  Store(Context context, Place place, std::unique_ptr<database::Connection> db, std::string origin);

  [[nodiscard]] const std::string& origin() const override { return origin_; }
  Result<std::uint64_t> append(std::vector<Entry> entries, const keys::Signer* signer) override;
  Result<Checkpoint> checkpoint(const keys::Signer& signer) override;
  [[nodiscard]] Result<std::vector<Checkpoint>> checkpoints() const override;
  [[nodiscard]] Result<std::optional<Checkpoint>> covering(std::uint64_t sequence) const override;
  [[nodiscard]] Result<std::vector<Bytes>> certificates(const keys::PublicKey& key) const override;
  [[nodiscard]] Result<Entry> entry(std::uint64_t sequence) const override;
  [[nodiscard]] Result<std::uint64_t> size() const override;
  [[nodiscard]] Result<std::vector<Hit>> search(const Query& query) const override;
  Status each(std::optional<UnixTime> since, std::optional<UnixTime> until,
              const std::function<Status(const Entry&)>& sink) const override;
  [[nodiscard]] Result<Audit> verify(const std::vector<Checkpoint>& against) const override;
  [[nodiscard]] Result<Inclusion> inclusion(std::uint64_t sequence,
                                            std::uint64_t size) const override;
  [[nodiscard]] Result<Consistency> consistency(std::uint64_t from,
                                                std::uint64_t to) const override;
  Result<std::uint64_t> prune(UnixTime before, const keys::Signer* signer) override;

 private:
  using Connection = database::Connection;

  /// Runs `work` on the one connection; a lost one is opened anew for the next call.
  template <class Work>
  auto with(Work work) const -> decltype(work(std::declval<Connection&>()));
  Result<Frontier> append_rows(Connection& db, std::vector<Entry>& entries) const;
  Result<Checkpoint> sign_now(Connection& db, const keys::Signer& signer) const;
  void sign_if_due(Connection& db, const keys::Signer* signer) const;
  Status keep_beside(Connection& db) const;
  Status refresh_prints(Connection& db) const;
  Result<std::vector<Hit>> print_hits(Connection& db, const Query& query) const;
  [[nodiscard]] std::string beside(std::string_view ending) const;
  [[nodiscard]] Status writable() const;
  [[nodiscard]] Result<std::unique_ptr<Connection>> reader() const;

  Context context_;
  Place place_;
  std::string origin_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<Connection> db_;
  mutable PrintIndex prints_;
  mutable bool prints_opened_ = false;
};

template <class Work>
auto Store::with(Work work) const -> decltype(work(std::declval<Connection&>())) {
  const std::lock_guard lock(mutex_);
  if (!db_) {
    auto opened =
        database::open(context_, place_.location, {.create = false, .read_only = place_.read_only});
    if (!opened) return tl::unexpected<Error>(opened.error());
    db_ = std::move(*opened);
  }
  auto result = work(*db_);
  if (!result && result.error().code == "database.lost") db_.reset();
  return result;
}

}  // namespace signmark::ledger
