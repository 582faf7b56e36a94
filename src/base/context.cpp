// SPDX-License-Identifier: Apache-2.0
// Context, clocks, randomness and limits.
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <mutex>

#include "base/result.hpp"

namespace signmark {
namespace {

class SystemClock final : public Clock {
 public:
  UnixTime now() const override {
    using std::chrono::system_clock;
    return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch())
        .count();
  }
};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(UnixTime now) : now_(now) {}
  UnixTime now() const override { return now_; }

 private:
  UnixTime now_;
};

class SystemRandom final : public Random {
 public:
  void fill(std::span<Byte> out) override { randombytes_buf(out.data(), out.size()); }
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) {
    for (std::size_t i = 0; i < 8; ++i) key_[i] = static_cast<Byte>(seed >> (8 * i));
  }
  void fill(std::span<Byte> out) override {
    const std::lock_guard lock(mutex_);
    std::array<Byte, crypto_stream_chacha20_NONCEBYTES> nonce{};
    for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<Byte>(calls_ >> (8 * i));
    crypto_stream_chacha20(out.data(), out.size(), nonce.data(), key_.data());
    ++calls_;
  }

 private:
  std::mutex mutex_;
  std::array<Byte, crypto_stream_chacha20_KEYBYTES> key_{};
  std::uint64_t calls_ = 0;
};

constexpr std::array kLimits = {
    LimitEntry{"image-pixels", &Limits::image_pixels, "pixels of one picture"},
    LimitEntry{"image-side", &Limits::image_side, "pixels along one side of a picture"},
    LimitEntry{"image-frames", &Limits::image_frames, "frames or pages of one picture file"},
    LimitEntry{"metadata-block", &Limits::metadata_block, "bytes of one XMP, EXIF or AIGC block"},
    LimitEntry{"manifest-store", &Limits::manifest_store, "bytes of one C2PA manifest store"},
    LimitEntry{"file-size", &Limits::file_size, "bytes of one input file"},
    LimitEntry{"json-depth", &Limits::json_depth, "nesting of JSON"},
    LimitEntry{"box-depth", &Limits::box_depth, "nesting of boxes and CBOR"},
    LimitEntry{"blocks", &Limits::blocks, "chunks, segments, boxes or entries in one file"},
    LimitEntry{"document-text", &Limits::document_text, "bytes of a document's text, unpacked"},
};

std::optional<std::uint64_t> unit_factor(std::string_view unit) {
  if (unit.empty()) return 1;
  if (unit == "K" || unit == "KiB") return 1ULL << 10;
  if (unit == "M" || unit == "MiB") return 1ULL << 20;
  if (unit == "G" || unit == "GiB") return 1ULL << 30;
  return std::nullopt;
}

}  // namespace

std::span<const LimitEntry> limit_table() { return kLimits; }

Status set_limit(Limits& limits, std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  for (const LimitEntry& entry : kLimits) {
    if (entry.name != name) continue;
    if (equals == std::string_view::npos) break;
    const std::string_view value = text.substr(equals + 1);
    std::uint64_t number = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
    const auto factor =
        unit_factor({end, static_cast<std::size_t>(value.data() + value.size() - end)});
    if (code != std::errc{} || !factor || number == 0 || number > UINT64_MAX / *factor) break;
    limits.*entry.field = number * *factor;
    return {};
  }
  const bool known = std::any_of(kLimits.begin(), kLimits.end(),
                                 [&](const LimitEntry& e) { return e.name == name; });
  if (!known)
    return fail("base.limit.unknown", fmt::format("there is no limit \"{}\"", name), {},
                "`signmark doctor` lists all limits");
  return fail("base.limit.value", fmt::format("\"{}\" is no value for a limit", text), {},
              fmt::format("write --limit {}=NUMBER, with K, M or G if you like", name));
}

Context Context::standard() {
  // sodium_init is idempotent and thread-safe; without it randombytes would open /dev/urandom late.
  [[maybe_unused]] const int ready = sodium_init();
  Context context;
  context.clock = std::make_shared<SystemClock>();
  context.random = std::make_shared<SystemRandom>();
  return context;
}

Status Context::report(std::string_view phase, std::uint64_t done, std::uint64_t total) const {
  if (progress && !progress(Progress{phase, done, total}))
    return fail("base.cancelled", "cancelled by the caller", std::string(phase));
  return {};
}

std::shared_ptr<Clock> fixed_clock(UnixTime now) { return std::make_shared<FixedClock>(now); }
std::shared_ptr<Random> seeded_random(std::uint64_t seed) {
  return std::make_shared<SeededRandom>(seed);
}

}  // namespace signmark
