// SPDX-License-Identifier: Apache-2.0
// Carrier keys as the media rooms take them, held open while they work.
#pragma once

#include <deque>

#include "signmark/pipeline.hpp"

namespace signmark {

class CarrierKeys {
 public:
  /// Those that `mark` lays its marks with. Errors: `pipeline.carrier`, those of the keys.
  static Result<CarrierKeys> to_mark(const MarkOptions& options, keys::Medium medium);
  /// The public one and the private ones at hand. Errors: those of the source and of the keys.
  static Result<CarrierKeys> to_look(const CarrierSource& carriers, keys::Medium medium);

  [[nodiscard]] const std::vector<image::RobustKey>& keys() const { return keys_; }
  /// Private keys that are there and could not be opened.
  [[nodiscard]] std::size_t closed() const { return closed_; }

 private:
  explicit CarrierKeys(keys::Medium medium) : medium_(medium) {}
  Status add(const keys::CarrierKey& key);
  Status add_public();

  keys::Medium medium_;
  // A view must not outlive its secret: it stands behind it.
  std::deque<keys::SecretBytes> secrets_;
  std::deque<keys::SecretBytes::View> views_;
  std::vector<image::RobustKey> keys_;
  std::size_t closed_ = 0;
};

}  // namespace signmark
