// SPDX-License-Identifier: Apache-2.0
// Writes files that our writer has signed with the test certificate, one of each kind and format,
// for the foreign validators.
//
// Usage: c2pa_samples OUT_DIR   prints the name of each file, a sidecar's store behind a tab
#include <cstdio>
#include <string>

#include "base/file.hpp"
#include "signmark/c2pa.hpp"
#include "support/c2pa_signer.hpp"

namespace signmark {
namespace {

constexpr const char* kSources[] = {
    "test_media/samples/rgb.png",       "tests/vectors/c2pa/tiny.jpg",
    "tests/vectors/c2pa/tiny.webp",     "tests/vectors/c2pa/tiny.gif",
    "test_media/samples/le.tif",        "test_media/samples/be.tif",
    "test_media/samples/plain.avif",    "test_media/samples/plain.heic",
    "test_media/samples/plain.mp4",     "test_media/samples/plain.mov",
    "test_media/samples/fragments.mp4", "test_media/samples/cover.m4a"};

c2pa::ManifestRequest full_request() {
  c2pa::ManifestRequest request;
  request.title = "sample";
  request.agent_name = "test generator";
  request.agent_version = "1.0";
  request.disclosure = c2pa::AiDisclosure{"c2pa.types.model", "m", "", "prompt_guided"};
  request.soft_bindings.push_back({"io.signmark.lattice.1", Bytes(8, 0x5a)});
  request.visible_label = true;
  return request;
}

/// Long enough for several JPEG segments and GIF sub-blocks.
c2pa::ManifestRequest long_request() {
  c2pa::ManifestRequest request = full_request();
  request.soft_bindings.push_back({"io.signmark.lattice.1", Bytes(150'000, 0x5a)});
  return request;
}

c2pa::ManifestRequest propagation() {
  c2pa::ManifestRequest request;
  request.intent = c2pa::Intent::edited_metadata;
  request.parent_anchors.push_back(test::read_c2pa_vector("root.der"));
  return request;
}

class Samples {
 public:
  explicit Samples(std::filesystem::path folder) : folder_(std::move(folder)) {
    context_.random = seeded_random(7);
  }

  Status make(const std::filesystem::path& source) {
    SIGNMARK_ASSIGN(const Bytes file, read_file(source, 1U << 20));
    const std::string stem = source.stem().string();
    const std::string extension = source.extension().string();
    SIGNMARK_ASSIGN(const Bytes full, sign(file, full_request(), stem + "-full" + extension));
    SIGNMARK_TRY(sign(full, propagation(), stem + "-propagated" + extension));
    SIGNMARK_TRY(sign(full, full_request(), stem + "-again" + extension));
    SIGNMARK_TRY(sign(file, long_request(), stem + "-long" + extension));
    c2pa::ManifestRequest beside = full_request();
    beside.sidecar = true;
    SIGNMARK_TRY(sign(file, beside, stem + "-beside" + extension));
    return {};
  }

 private:
  Result<Bytes> sign(ByteView file, const c2pa::ManifestRequest& request, const std::string& name) {
    SIGNMARK_ASSIGN(const container::Inventory inventory, container::inspect(context_, file));
    SIGNMARK_ASSIGN(const c2pa::SignedPlan plan,
                    c2pa::sign(context_, file, inventory, {}, request, signer_));
    Bytes bytes = plan.rope.flatten();
    const std::string path = (folder_ / name).string();
    SIGNMARK_TRY(write(path, bytes));
    if (plan.sidecar) SIGNMARK_TRY(write(path + ".c2pa", plan.store));
    std::printf(plan.sidecar ? "%s\t%s.c2pa\n" : "%s\n", path.c_str(), path.c_str());
    return bytes;
  }

  static Status write(const std::string& path, ByteView bytes) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    const bool good =
        file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    if (file != nullptr && std::fclose(file) == 0 && good) return {};
    return fail("test.write", "cannot write " + path);
  }

  std::filesystem::path folder_;
  Context context_ = Context::standard();
  test::TestSigner signer_;
};

int run(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: c2pa_samples OUT_DIR\n", stderr), 2;
  Samples samples(argv[1]);
  int failed = 0;
  for (const char* source : kSources) {
    const auto made = samples.make(std::filesystem::path(SIGNMARK_SOURCE_DIR) / source);
    if (made) continue;
    std::fprintf(stderr, "%s: %s: %s\n", source, made.error().code.c_str(),
                 made.error().message.c_str());
    ++failed;
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace signmark

int main(int argc, char** argv) { return signmark::run(argc, argv); }
