// SPDX-License-Identifier: Apache-2.0
// Landlock: no file but the scratch folder and a few single ones, no network, nobody to signal. By
// raw system calls: Debian 12's header ends at version 2, at which truncate(2) is not covered.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/file.hpp"
#include "batch/sandbox.hpp"
#include "keys/descriptor.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

// linux/landlock.h, as of version 7.
constexpr std::uint32_t kAskVersion = 1U << 0;
constexpr int kRulePathBeneath = 1;
namespace right {
constexpr std::uint64_t kWriteFile = 1ULL << 1, kReadFile = 1ULL << 2, kReadFolder = 1ULL << 3,
                        kRemoveFile = 1ULL << 5, kMakeFile = 1ULL << 8, kTruncate = 1ULL << 14;
}  // namespace right

struct RulesetAttribute {
  std::uint64_t files, network, scope;
};

struct __attribute__((packed)) PathAttribute {
  std::uint64_t allowed;
  std::int32_t folder;
};

/// What a version can refuse; everything is refused that can be.
struct Abi {
  int version;
  std::uint64_t files, network, scope;
  std::size_t size;  ///< of the attribute that it knows
};
constexpr std::size_t kSize1 = 8, kSize4 = 16, kSize6 = 24;
constexpr std::array kAbis = {
    Abi{6, (1ULL << 16) - 1, 3, 3, kSize6}, Abi{5, (1ULL << 16) - 1, 3, 0, kSize4},
    Abi{4, (1ULL << 15) - 1, 3, 0, kSize4}, Abi{3, (1ULL << 15) - 1, 0, 0, kSize1},
    Abi{2, (1ULL << 14) - 1, 0, 0, kSize1}, Abi{1, (1ULL << 13) - 1, 0, 0, kSize1}};

constexpr std::uint64_t kScratchRights = right::kWriteFile | right::kReadFile | right::kReadFolder |
                                         right::kRemoveFile | right::kMakeFile | right::kTruncate;

tl::unexpected<Error> cannot(const char* verb, const fs::path& where = {}) {
  const int number = errno;
  return fail("batch.sandbox",
              std::string("the worker cannot ") + verb + ": " + system_message(number),
              where.string());
}

Status allow(int ruleset, const fs::path& path, std::uint64_t rights) {
  const keys::Descriptor file(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!file.valid()) return cannot("keep access to a path", path);
  const PathAttribute attribute{rights, file.get()};
  if (::syscall(SYS_landlock_add_rule, ruleset, kRulePathBeneath, &attribute, 0) != 0)
    return cannot("keep access to a path", path);
  return {};
}

}  // namespace

Result<int> seal_files(const SealPlan& plan) {
  const long offered = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
  if (offered < 1) return 0;
  const auto* abi = kAbis.begin();
  while (abi->version > offered) ++abi;
  const RulesetAttribute attribute{abi->files, abi->network, abi->scope};
  const keys::Descriptor ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attribute, abi->size, 0)));
  if (!ruleset.valid()) return cannot("make a Landlock ruleset");
  SIGNMARK_TRY(allow(ruleset.get(), plan.scratch, kScratchRights & abi->files));
  for (const fs::path& file : plan.readable)
    SIGNMARK_TRY(allow(ruleset.get(), file, right::kReadFile));
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0)
    return cannot("enter its Landlock ruleset");
  return static_cast<int>(offered);
}

}  // namespace signmark::batch
