// SPDX-License-Identifier: Apache-2.0
// Replays a corpus without a fuzzer: each file as it is, cut at many places, and with bytes
// changed.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;
constexpr std::size_t kVariants = 400;  // a file, so that the replay stays within seconds

Input read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// An exact-size heap copy, so that a read beyond the end is seen by ASan.
void run(const Input& input) {
  const Input copy(input);
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

void run_variants(const Input& input) {
  run(input);
  const std::size_t step = std::max<std::size_t>(1, input.size() / kVariants);
  for (std::size_t i = 0; i < input.size(); i += step) {
    run(Input(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(i)));
    Input changed = input;
    for (const std::uint8_t mask : {0x01, 0x80, 0xff}) {
      changed[i] = static_cast<std::uint8_t>(input[i] ^ mask);
      run(changed);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      run_variants(read(entry.path()));
      ++count;
    }
  }
  std::printf("replayed %zu inputs with their variants\n", count);
  return count == 0 ? 1 : 0;
}
