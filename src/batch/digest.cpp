// SPDX-License-Identifier: Apache-2.0
#include "batch/digest.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "keys/descriptor.hpp"

namespace signmark::batch {
namespace {

constexpr std::size_t kChunk = 256U << 10;  // larger ones are not faster

std::string text_of(const std::array<Byte, 32>& digest) { return "blake2b-256:" + hex(digest); }

tl::unexpected<Error> cannot(std::string_view verb, int number) {
  return fail("base.file.open",
              std::string("cannot ").append(verb) + " the file: " + system_message(number));
}

}  // namespace

std::string digest_of(ByteView bytes) { return text_of(blake2b(bytes)); }

Result<std::string> digest_of(int descriptor) {
  Blake2b hasher;
  Bytes buffer(kChunk);
  for (off_t offset = 0;;) {
    const ssize_t count = ::pread(descriptor, buffer.data(), buffer.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot("read", errno);
    if (count == 0) return text_of(hasher.finish());
    hasher.update(ByteView(buffer).first(static_cast<std::size_t>(count)));
    offset += count;
  }
}

Result<std::string> digest_of(const std::filesystem::path& file) {
  const keys::Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened.valid())
    return tl::unexpected<Error>(cannot("open", errno).value().at(file.string()));
  struct stat info {};
  if (::fstat(opened.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return fail("base.file.type", "not a regular file", file.string());
  auto digest = digest_of(opened.get());
  if (!digest) return tl::unexpected<Error>(digest.error().at(file.string()));
  return digest;
}

}  // namespace signmark::batch
