// SPDX-License-Identifier: Apache-2.0
#include "image/mark/lattice.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "signal/streams.hpp"

namespace signmark::image {
namespace {

const double kShapeExponent = -0.4;  // amplitude against radius, as the detector expects it

struct Point {
  int u, v;
  double rank;  // weighted sampling without replacement: the smallest ranks are taken
};

bool in_half_plane(int u, int v) { return v > 0 || (v == 0 && u > 0); }

double radius_of(int u, int v) { return std::sqrt(double(u) * u + double(v) * v) / 2; }

/// Points of the ring, in raster order. `even`: base lattice; else the points that only the double
/// tile has.
std::vector<Point> ring(bool even, double from, double to) {
  std::vector<Point> points;
  const int reach = static_cast<int>(std::ceil(2 * to));
  for (int v = 0; v <= reach; ++v)
    for (int u = -reach; u <= reach; ++u) {
      const double r = radius_of(u, v);
      const bool base = u % 2 == 0 && v % 2 == 0;
      if (base == even && in_half_plane(u, v) && r >= from && r <= to) points.push_back({u, v, 0});
    }
  return points;
}

/// Takes `count` points, inner ones rather than outer ones: their density falls as 1/radius beyond
/// `knee` (image-mark.md 5.2, so that a deep down-scale keeps enough of the code).
void draw(std::vector<Point>& points, std::size_t count, double knee, signal::KeyStream& stream,
          std::vector<Carrier>& taken, std::vector<Carrier>& left) {
  for (Point& p : points)
    p.rank = (stream.unit() + 0x1p-33) / std::min(1.0, knee / radius_of(p.u, p.v));
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.rank < b.rank; });
  for (std::size_t i = 0; i < points.size(); ++i)
    (i < count ? taken : left).push_back({points[i].u, points[i].v});
}

void remove(std::vector<Point>& points, const std::vector<Carrier>& taken) {
  std::erase_if(points, [&](const Point& p) {
    return std::any_of(taken.begin(), taken.end(),
                       [&](const Carrier& c) { return c.u == p.u && c.v == p.v; });
  });
}

void set_phases(std::vector<Carrier>& carriers, signal::KeyStream& stream) {
  for (Carrier& c : carriers) {
    c.phase = static_cast<float>(stream.unit() * 2 * std::numbers::pi);
    c.turn = std::polar(1.0F, -c.phase);
    c.shape = std::pow(c.radius() / 20, static_cast<float>(kShapeExponent));
  }
}

void set_shapes(std::vector<Carrier>& carriers) {
  for (Carrier& c : carriers)
    c.shape = std::pow(c.radius() / 20, static_cast<float>(kShapeExponent));
}

/// The code's neighbours must not sit on one ring or in one direction.
void shuffle(std::vector<Carrier>& carriers, signal::KeyStream& stream) {
  stream.shuffle(std::span<Carrier>(carriers));
}

double energy(const std::vector<Carrier>& carriers) {
  double sum = 0;
  for (const Carrier& c : carriers) sum += double(c.shape) * c.shape;
  return sum;
}

}  // namespace

float Carrier::radius() const { return static_cast<float>(radius_of(u, v)); }

CarrierSet build_lattice(std::span<const Byte, 32> key) {
  const double kNoKnee = 1000, kIdKnee = 13, kSignedKnee = 14;
  CarrierSet lattice;
  signal::KeyStream places(key, "lattice"), phases(key, "phase/0");
  std::vector<Carrier> rest;
  std::vector<Point> inner = ring(true, kPilotMin, kPilotMax);
  draw(inner, kPilots, kNoKnee, places, lattice.pilots, rest);
  std::vector<Point> base = ring(true, kBaseMin, kBaseMax);
  remove(base, lattice.pilots);
  draw(base, kIdCarriers, kIdKnee, places, lattice.id, lattice.id_idle);
  std::vector<Point> fine_inner = ring(false, kPilotMin, kPilotMax);
  draw(fine_inner, kFinePilots, kNoKnee, places, lattice.fine_pilots, rest);
  std::vector<Point> fine = ring(false, kBaseMin, kBaseMax);
  remove(fine, lattice.fine_pilots);
  lattice.idle = lattice.id_idle;
  draw(fine, kSignedCarriers, kSignedKnee, places, lattice.signed_frame, lattice.idle);
  shuffle(lattice.id, places);
  shuffle(lattice.signed_frame, places);
  for (auto* carriers : {&lattice.pilots, &lattice.fine_pilots, &lattice.id, &lattice.signed_frame})
    set_phases(*carriers, phases);
  set_shapes(lattice.idle);
  set_shapes(lattice.id_idle);
  lattice.check_key = signal::stream_key(key, "check");
  lattice.fingerprint_key = signal::stream_key(key, "fingerprint");
  return lattice;
}

EnergyShares energy_shares(Sharing sharing) {
  switch (sharing) {
    case Sharing::id_alone:
      return {0.18, 0.82, 0};
    case Sharing::both:
      return {0.12, 0.42, 0.46};
    case Sharing::signature:
      break;
  }
  // The id frame keeps what its 128 bits need to outlive the 736 of the signed frame by some 2 dB.
  return {0.09, 0.20, 0.71};
}

ClassGains class_gains(const CarrierSet& lattice, Sharing sharing) {
  const EnergyShares shares = energy_shares(sharing);
  const bool with_signed = shares.signed_frame > 0;
  const auto gain = [](double share, const std::vector<Carrier>& carriers) {
    return static_cast<float>(std::sqrt(share / energy(carriers)));
  };
  std::vector<Carrier> pilots = lattice.pilots;
  if (with_signed)
    pilots.insert(pilots.end(), lattice.fine_pilots.begin(), lattice.fine_pilots.end());
  return {gain(shares.pilots, pilots), gain(shares.id, lattice.id),
          gain(shares.signed_frame, lattice.signed_frame)};
}

CarrierSet tilted(CarrierSet lattice, float exponent) {
  for (auto* carriers : {&lattice.pilots, &lattice.fine_pilots, &lattice.id, &lattice.signed_frame})
    for (Carrier& c : *carriers) c.shape *= std::pow(c.radius() / 20, exponent);
  return lattice;
}

double tile_law(double side) { return std::clamp(130 * std::sqrt(side / 1024), 104.0, 416.0); }

}  // namespace signmark::image
