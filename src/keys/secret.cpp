// SPDX-License-Identifier: Apache-2.0
// Memory for secrets: one guarded, explicitly locked region (keys.md section 9).
#include <sodium.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cassert>
#include <mutex>
#include <utility>

#include "base/result.hpp"
#include "signmark/keys.hpp"

namespace signmark::keys {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kGranule = 64;  // one Ed25519 secret key

std::size_t granules(std::size_t size) { return (size + kGranule - 1) / kGranule; }

}  // namespace

struct SecureArena::State {
  std::mutex mutex;
  Byte* base = nullptr;
  std::vector<bool> used;  // one entry a granule
  std::size_t open_views = 0;

  /// First run of free granules, or nothing.
  std::optional<std::size_t> find(std::size_t count) const {
    std::size_t run = 0;
    for (std::size_t i = 0; i < used.size(); ++i) {
      run = used[i] ? 0 : run + 1;
      if (run == count) return i + 1 - count;
    }
    return std::nullopt;
  }
};

Result<std::shared_ptr<SecureArena>> SecureArena::create(std::size_t pages) {
  if (sodium_init() < 0) return fail("keys.memory", "libsodium cannot be initialised");
  if (pages == 0 || pages > 65536) return fail("keys.memory", "an arena has 1 to 65536 pages");
  std::shared_ptr<SecureArena> arena(new SecureArena);
  arena->state_ = std::make_unique<State>();
  const std::size_t size = pages * kPage;
  // A multiple of the page size, so the user area begins on a page and madvise accepts it.
  arena->state_->base = static_cast<Byte*>(sodium_malloc(size));
  if (arena->state_->base == nullptr) return fail("keys.memory", "no memory for secrets");
  // sodium_malloc locks too, but does not tell when that failed.
  arena->locked_ = sodium_mlock(arena->state_->base, size) == 0;
  sodium_memzero(arena->state_->base, size);
  // Workers are forked: what they inherit must be zeros. Kernels before 4.14 refuse; then the
  // supervisor's close-on-exec discipline is what is left.
  [[maybe_unused]] const int wiped = ::madvise(arena->state_->base, size, MADV_WIPEONFORK);
  arena->state_->used.assign(size / kGranule, false);
  sodium_mprotect_noaccess(arena->state_->base);
  return arena;
}

SecureArena::~SecureArena() {
  if (state_ && state_->base != nullptr) sodium_free(state_->base);
}

Byte* SecureArena::acquire() {
  const std::lock_guard lock(state_->mutex);
  if (state_->open_views++ == 0) sodium_mprotect_readwrite(state_->base);
  return state_->base;
}

void SecureArena::release() {
  const std::lock_guard lock(state_->mutex);
  if (--state_->open_views == 0) sodium_mprotect_noaccess(state_->base);
}

Result<SecretBytes> SecureArena::allocate(std::size_t size) {
  SecretBytes out;
  if (size == 0) return out;
  const std::lock_guard lock(state_->mutex);
  const std::size_t count = granules(size);
  const auto first = state_->find(count);
  if (!first) return fail("keys.memory", "the memory for secrets is full");
  std::fill_n(state_->used.begin() + static_cast<std::ptrdiff_t>(*first), count, true);
  out.arena_ = shared_from_this();
  out.offset_ = *first * kGranule;
  out.size_ = size;
  out.reserved_ = size;
  return out;
}

void SecureArena::free(std::size_t offset, std::size_t size) {
  sodium_memzero(acquire() + offset, size);
  release();
  const std::lock_guard lock(state_->mutex);
  std::fill_n(state_->used.begin() + static_cast<std::ptrdiff_t>(offset / kGranule), granules(size),
              false);
}

SecretBytes::View::~View() {
  if (arena_) arena_->release();
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : arena_(std::move(other.arena_)),
      offset_(other.offset_),
      size_(std::exchange(other.size_, 0)),
      reserved_(std::exchange(other.reserved_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  std::swap(arena_, other.arena_);
  std::swap(offset_, other.offset_);
  std::swap(size_, other.size_);
  std::swap(reserved_, other.reserved_);
  return *this;
}

SecretBytes::~SecretBytes() {
  if (arena_) arena_->free(offset_, reserved_);
}

SecretBytes::View SecretBytes::open() const {
  if (!arena_) return {nullptr, {}};
  return {arena_, std::span<Byte>(arena_->acquire() + offset_, size_)};
}

void SecretBytes::truncate(std::size_t size) {
  assert(size <= size_);
  const View view = open();
  sodium_memzero(view.bytes().data() + size, size_ - size);
  size_ = size;
}

Hardening harden_process() {
  Hardening done;
  done.not_dumpable = ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
  const struct rlimit none {};
  done.no_core_limit = ::setrlimit(RLIMIT_CORE, &none) == 0;
  return done;
}

}  // namespace signmark::keys
