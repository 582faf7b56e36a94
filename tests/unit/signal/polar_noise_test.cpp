// SPDX-License-Identifier: Apache-2.0
// Frames through polar codes and white noise: how often they come back (image-mark.md 4.4).
#include <algorithm>

#include "signal/polar.hpp"
#include "signal_support.hpp"
#include "support/awgn.hpp"

using namespace signmark;
using namespace signmark::test;
using signal::Bits;
using signal::IdFrame;
using signal::PolarCode;
using signal::SignedFrame;

namespace {

const Bytes kKey(32, 9);

IdFrame random_frame(AwgnChannel& channel, const IdFrame& /*kind*/) {
  IdFrame frame;
  for (const std::uint8_t bit : channel.random_bits(64))
    frame.content_id = frame.content_id << 1 | bit;
  return frame;
}

SignedFrame random_frame(AwgnChannel& channel, const SignedFrame& /*kind*/) {
  SignedFrame frame;
  for (const std::uint8_t bit : channel.random_bits(64))
    frame.content_id = frame.content_id << 1 | bit;
  for (const std::uint8_t bit : channel.random_bits(64))
    frame.fingerprint = frame.fingerprint << 1 | bit;
  const Bits signature = channel.random_bits(512);
  for (std::size_t i = 0; i < signature.size(); ++i)
    frame.signature[i / 8] = static_cast<Byte>(frame.signature[i / 8] << 1 | signature[i]);
  return frame;
}

struct Trial {
  double ebn0_db, erased = 0;
  int list = 32, known_bits = 0, count = 100;
};

/// How many of the frames come back; a wrong one never does.
template <class Frame>
int recovered(const PolarCode& code, const Trial& trial) {
  AwgnChannel channel("frames in noise");
  const auto fits = [](const Bits& bits) { return signal::check_fits(bits, kKey); };
  int count = 0;
  for (int i = 0; i < trial.count; ++i) {
    const Bits info = signal::pack(random_frame(channel, Frame{}), kKey);
    const auto llr =
        channel.receive(code.encode(info), Frame::kInfoBits, trial.ebn0_db, trial.erased);
    Bits known(info.size(), 2);
    std::copy_n(info.begin(), trial.known_bits, known.begin());
    const auto decoded = code.decode(llr, trial.list, fits, known);
    if (!decoded) continue;
    CHECK(decoded->info == info);
    ++count;
  }
  return count;
}

const PolarCode kIdCode(1024, IdFrame::kBits), kSignedCode(4096, SignedFrame::kBits);

}  // namespace

TEST_CASE("id frames come back from noise") {
  CHECK(recovered<IdFrame>(kIdCode, {.ebn0_db = 2.0, .count = 200}) >= 190);
  CHECK(recovered<IdFrame>(kIdCode, {.ebn0_db = 2.5, .list = 8, .count = 200}) >= 190);
  CHECK(recovered<IdFrame>(kIdCode, {.ebn0_db = 2.0, .erased = 0.3}) >= 95);
  CHECK(recovered<IdFrame>(kIdCode, {.ebn0_db = 4.0, .erased = 0.7}) >= 95);
}

TEST_CASE("signed frames come back from noise") {
  CHECK(recovered<SignedFrame>(kSignedCode, {.ebn0_db = 2.0, .count = 60}) >= 57);
  CHECK(recovered<SignedFrame>(kSignedCode, {.ebn0_db = 2.5, .list = 8, .count = 60}) >= 57);
  CHECK(recovered<SignedFrame>(kSignedCode, {.ebn0_db = 2.0, .erased = 0.3, .count = 60}) >= 57);
}

TEST_CASE("nothing comes back from noise alone") {
  CHECK(recovered<IdFrame>(kIdCode, {.ebn0_db = -20}) == 0);
  CHECK(recovered<SignedFrame>(kSignedCode, {.ebn0_db = -20, .count = 20}) == 0);
}

TEST_CASE("known bits of the id frame help the signed frame") {
  const Trial blind{.ebn0_db = -0.2, .list = 8, .count = 60};
  Trial helped = blind;
  helped.known_bits = 88;  // content id and 24 bits of the hint
  const int alone = recovered<SignedFrame>(kSignedCode, blind);
  const int with_id = recovered<SignedFrame>(kSignedCode, helped);
  INFO(alone << " alone, " << with_id << " with the id known");
  CHECK(with_id >= alone + 20);
}
