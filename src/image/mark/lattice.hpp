// SPDX-License-Identifier: Apache-2.0
// The carriers: which points of the Fourier lattice carry what, with which phase and amplitude. All
// follows from the carrier key.
//
// Two nested lattices. The base lattice belongs to the tile; pilots and the id frame live there.
// The signed frame lives on the odd points of the lattice of a tile twice as large, so that one
// synchronisation serves both frames, and pictures without it have more idle points.
#pragma once

#include <complex>
#include <span>
#include <vector>

#include "signal/frames.hpp"

namespace signmark::image {

/// One carrier. Coordinates are cycles per double tile; even ones belong to the base lattice.
struct Carrier {
  int u = 0, v = 0;
  float phase = 0;                 ///< radians
  float shape = 1;                 ///< amplitude before the class's gain: (|k| / 20)^-0.3
  std::complex<float> turn{1, 0};  ///< exp(-j phase)

  [[nodiscard]] float radius() const;  ///< in cycles per tile
};

/// Sizes. Frozen: they belong to format version 1 of the id frame.
inline constexpr int kPilots = 64, kFinePilots = 12, kIdCarriers = 1024, kSignedCarriers = 4096;
inline constexpr double kPilotMin = 8, kPilotMax = 22, kBaseMin = 5, kBaseMax = 36;

struct CarrierSet {
  std::vector<Carrier> pilots;
  /// On odd points, only with the signed frame: they tell which quarter of the double tile is
  /// which.
  std::vector<Carrier> fine_pilots;
  std::vector<Carrier> id, signed_frame;  ///< in the order of the code's bits
  std::vector<Carrier> idle;              ///< points that carry nothing, of both lattices
  std::vector<Carrier> id_idle;           ///< those of the base lattice
  std::array<Byte, 32> check_key{}, fingerprint_key{};
};

/// Builds the lattice of a key; about a millisecond.
CarrierSet build_lattice(std::span<const Byte, 32> key);

/// How the mark's energy is shared. Readers need no more than the rough proportions.
enum class Sharing {
  id_alone,  ///< no signed frame
  both,      ///< both frames, the id frame kept strong: pictures below a megapixel
  signature  ///< both frames, most of it for the signature
};

/// Shares of the mark's energy; they sum to 1.
struct EnergyShares {
  double pilots, id, signed_frame;
};
EnergyShares energy_shares(Sharing sharing);

/// Amplitudes by class for a tile of unit variance: a carrier's real wave has amplitude
/// sqrt(2) * gain * shape.
struct ClassGains {
  float pilots = 0, id = 0, signed_frame = 0;
};
ClassGains class_gains(const CarrierSet& lattice, Sharing sharing);

/// The same carriers with amplitudes that fall faster (exponent < 0) or slower with the radius. The
/// detector measures the gain of every ring, so an embedder is free to choose.
CarrierSet tilted(CarrierSet lattice, float exponent);

/// Side of a tile in pixels for a picture of side S = sqrt(width * height): small enough that its
/// carriers outlive an 8K original's way to 1080p, large enough to hold them at 256 px.
double tile_law(double side);

}  // namespace signmark::image
