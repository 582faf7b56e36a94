// SPDX-License-Identifier: Apache-2.0
// Follows the marks of one key from window to window.
#pragma once

#include "audio/decode.hpp"
#include "audio/fingerprint.hpp"
#include "audio/levels.hpp"
#include "audio/sync.hpp"

namespace signmark::audio {

/// A part of a sound, small enough to be looked at as a whole.
struct Window {
  const Map& logs;
  BandSums bands;
  const Levels& levels;
  double base = 0;   ///< step of the sound at which it begins
  double fresh = 0;  ///< step of the window before which everything was seen already
};

/// One mark of one key, as far as it was followed.
struct Track {
  Place place;               ///< `start` in steps of the whole sound
  std::vector<float> cells;  ///< folded over all windows
  double from = 0, to = 0;   ///< steps of the sound
  int windows = 0;
  std::optional<IdReading> id;
  std::optional<Fingerprint> fingerprint;
};

class KeyTracker {
 public:
  KeyTracker(const image::RobustKey& key, const Codes& codes);

  [[nodiscard]] const PilotSearch& pilots() const { return pilots_; }
  /// Tries to read a mark at a place of the window, refined before; joins it with what is known of
  /// the same mark. True when its id frame is known now.
  bool take(const Window& window, const Series& plain, const Place& place);
  /// The finding of each mark that was read.
  [[nodiscard]] std::vector<FoundSound> found() const;
  [[nodiscard]] bool has_any() const;
  [[nodiscard]] std::span<const Track> tracks() const { return tracks_; }
  [[nodiscard]] std::uint64_t hypotheses() const { return hypotheses_; }

 private:
  Track* same_as(const Place& place);
  std::optional<IdReading> read(std::span<const float> cells, int list) const;
  void extend(Track& track, const Window& window, const Series& series, const Place& place);
  void note_first(Track& track, const Window& window, const Series& series, const Place& place);
  [[nodiscard]] FoundSound finding(const Track& track) const;

  std::string name_;
  Layout layout_;
  PilotSearch pilots_;
  const Codes& codes_;
  std::vector<Track> tracks_;
  mutable std::uint64_t hypotheses_ = 0;
};

}  // namespace signmark::audio
