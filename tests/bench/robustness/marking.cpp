// SPDX-License-Identifier: Apache-2.0
// Marking and reading with real keys and real signatures.
#include "marking.hpp"

#include <sodium.h>

#include <algorithm>
#include <iterator>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "meter.hpp"
#include "signmark/keys.hpp"

namespace signmark::bench {
namespace {

constexpr std::string_view kFrameType{"signmark/image-frame/v1\0", 24};  // with its 0x00
constexpr std::uint32_t kTime = 1'750'000'000;

template <class T>
T value_of(Result<T> result, const char* what) {
  if (!result)
    throw std::runtime_error(std::string(what) + ": " + result.error().code + ": " +
                             result.error().message);
  return std::move(*result);
}

std::array<Byte, 32> public_image_key() {
  const auto arena = value_of(keys::SecureArena::create(), "memory");
  const auto carrier = value_of(keys::CarrierKey::make_public(arena), "carrier key");
  const auto secret = value_of(carrier.medium_key(keys::Medium::image), "carrier key");
  const auto view = secret.open();
  std::array<Byte, 32> key{};
  std::copy_n(view.bytes().begin(), key.size(), key.begin());
  return key;
}

Bytes signed_bytes(ByteView fields) {
  Bytes all;
  std::copy(kFrameType.begin(), kFrameType.end(), std::back_inserter(all));
  std::copy(fields.begin(), fields.end(), std::back_inserter(all));
  return all;
}

Context context_for(std::uint64_t seed) {
  Context context = Context::standard();
  context.random = seeded_random(seed);
  context.clock = fixed_clock(kTime);
  return context;
}

/// The change goes to B, G and R alike, rounded and clipped.
cv::Mat with_change(const cv::Mat& bgr, const cv::Mat& change) {
  cv::Mat three, out;
  cv::cvtColor(change, three, cv::COLOR_GRAY2BGR);
  cv::add(bgr, three, out, {}, CV_8U);
  return out;
}

}  // namespace

Marker::Marker(const Options& options) : options_(options), carrier_key_(public_image_key()) {
  std::array<Byte, crypto_sign_SEEDBYTES> seed{};
  for (std::size_t i = 0; i < 8; ++i) seed[i] = static_cast<Byte>(options.seed >> (8 * i));
  crypto_sign_seed_keypair(public_key_.data(), secret_key_.data(), seed.data());
}

signal::IdFrame Marker::id_frame(const Picture& picture, int payload) const {
  signal::IdFrame frame;
  frame.content_id = payload_of(picture, payload, options_.seed);
  std::copy_n(public_key_.begin(), frame.issuer_hint.size(), frame.issuer_hint.begin());
  return frame;
}

signal::SignedFrame Marker::signed_frame(const Picture& picture, int payload) const {
  signal::SignedFrame frame;
  frame.content_id = id_frame(picture, payload).content_id;
  std::copy_n(public_key_.begin(), frame.issuer_hint.size(), frame.issuer_hint.begin());
  frame.time = kTime;
  return frame;
}

Marked Marker::embed(const Picture& picture, int payload) const {
  image::EmbedRequest request{{{"public", carrier_key_}}, options_.strength, {}, {}, {}, 0, 0};
  request.id = id_frame(picture, payload);
  request.psnr_db = options_.psnr;
  request.ssim = options_.ssim;
  if (options_.frames == Frames::both) {
    request.id.with_signed = true;
    request.signed_frame = signed_frame(picture, payload);
    request.sign = [this](ByteView fields) -> Result<std::array<Byte, 64>> {
      const Bytes message = signed_bytes(fields);
      std::array<Byte, 64> signature{};
      crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                           secret_key_.data());
      return signature;
    };
  }
  const image::LumaPicture luma{luma_of(picture.bgr), {}};
  const auto embed = [&] {
    const auto context = context_for(request.id.content_id);
    return value_of(image::embed_lattice(context, luma, request), "embed");
  };
  const CpuMeter first;
  const auto embedding = embed();
  const double first_ms = first.ms();
  const CpuMeter second;
  (void)embed();
  const double again_ms = second.ms();
  return {with_change(picture.bgr, embedding.change), embedding.signed_frame, first_ms, again_ms};
}

image::Detection Marker::detect(const cv::Mat& bgr, const std::array<Byte, 32>& carrier_key) const {
  const image::DetectRequest request{{{"public", carrier_key}}, options_.deep, false};
  const image::LumaPicture luma{luma_of(bgr), {}};
  return value_of(image::detect_lattice(context_for(options_.seed), luma, request), "detect");
}

bool Marker::verifies(const signal::SignedFrame& frame) const {
  const Bytes message = signed_bytes(signal::packed_fields(frame));
  return crypto_sign_verify_detached(frame.signature.data(), message.data(), message.size(),
                                     public_key_.data()) == 0;
}

void Marker::judge(const image::FoundMark& mark, const Picture& original, bool signed_frame,
                   Verdict& verdict) const {
  constexpr int kPayloads = 3;
  if (mark.id) {
    bool known = false;
    for (int payload = 0; payload < kPayloads; ++payload) {
      auto written = id_frame(original, payload);
      written.with_signed = signed_frame;
      known = known || *mark.id == written;
      if (payload == 0 && *mark.id == written) verdict.id_exact = true;
    }
    verdict.wrong = verdict.wrong || !known;
  }
  if (mark.signed_frame) {
    bool known = false;
    for (int payload = 0; payload < kPayloads && !known; ++payload)
      known = mark.signed_frame->content_id == id_frame(original, payload).content_id;
    const bool genuine = verifies(*mark.signed_frame);
    verdict.wrong = verdict.wrong || !known || !genuine;
    if (genuine && mark.signed_frame->content_id == id_frame(original, 0).content_id)
      verdict.signed_verified = true;
  }
}

Verdict Marker::read(const cv::Mat& bgr, const Picture& original, bool signed_frame) const {
  Verdict verdict;
  const CpuMeter meter;
  const auto found = detect(bgr, carrier_key_);
  verdict.cpu_ms = meter.ms();
  verdict.hypotheses = found.hypotheses;
  verdict.pilot_z = found.best_pilot_z;
  for (const auto& mark : found.marks) judge(mark, original, signed_frame, verdict);
  const auto best = std::max_element(found.marks.begin(), found.marks.end(),
                                     [](auto& a, auto& b) { return a.id_z < b.id_z; });
  if (best == found.marks.end()) return verdict;
  verdict.id_z = best->id_z, verdict.id_margin_db = best->id_margin_db;
  verdict.signed_z = best->signed_z, verdict.signed_margin_db = best->signed_margin_db;
  verdict.scale = best->scale, verdict.rotation_degrees = best->rotation_degrees;
  verdict.mirrored = best->mirrored;
  return verdict;
}

}  // namespace signmark::bench
