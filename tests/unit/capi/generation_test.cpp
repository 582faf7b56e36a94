// SPDX-License-Identifier: Apache-2.0
// Generation-time marks through the C interface: a host's loop, detection, NULL, wrong profiles.
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "host.hpp"

using namespace signmark::test;

namespace {

using MarkHandle = Handle<smk_wm, smk_wm_free>;
using DetectorHandle = Handle<smk_det, smk_det_free>;
using DetectionHandle = Handle<smk_detection, smk_detection_free>;

constexpr const char* kOurs = R"({"scheme": "signmark"})";

/// Tokens chosen by the mark among 50 equals.
std::vector<int32_t> write(smk_wm* mark, std::size_t count) {
  std::vector<int32_t> ids(50), text;
  std::iota(ids.begin(), ids.end(), 100);
  ErrorHandle error;
  while (text.size() < count) {
    std::vector<float> logits(ids.size(), 0.5F);
    std::size_t selected = 0;
    REQUIRE_SMK(
        error, smk_wm_process(mark, ids.data(), logits.data(), ids.size(), &selected, error.out()));
    text.push_back(ids[selected == SMK_NONE_SELECTED ? text.size() % 50 : selected]);
    REQUIRE_SMK(error, smk_wm_accept(mark, text.back(), error.out()));
  }
  return text;
}

class PublicMark {
 public:
  explicit PublicMark(const char* profile = kOurs) {
    REQUIRE_SMK(error, smk_context_new(context.out(), error.out()));
    REQUIRE_SMK(error, smk_carrier_open(context, "public", carrier.out(), error.out()));
    REQUIRE_SMK(error, smk_wm_new(profile, carrier, mark.out(), error.out()));
    REQUIRE_SMK(error, smk_det_new(profile, carrier, detector.out(), error.out()));
  }
  DetectionHandle& look(const std::vector<int32_t>& text, std::size_t from = 0) {
    REQUIRE_SMK(error, smk_det_ids(detector, text.data(), text.size(), from, text.size(), -9,
                                   detection.out(), error.out()));
    return detection;
  }
  ErrorHandle error;
  ContextHandle context;
  CarrierHandle carrier;
  MarkHandle mark;
  DetectorHandle detector;
  DetectionHandle detection;
};

}  // namespace

TEST_CASE("a host marks and detects with the public carrier key") {
  PublicMark host;
  const std::vector<int32_t> text = write(host.mark, 60);
  CHECK(smk_wm_log10_p(host.mark) < -9);
  CHECK(smk_wm_tokens_needed(host.mark) > 0);
  smk_detection* found = host.look(text);
  CHECK(smk_detection_answer(found) == SMK_DET_PRESENT);
  CHECK(smk_detection_log10_p(found) == Approx(smk_wm_log10_p(host.mark)));
  CHECK(smk_detection_log10_p_best(found) < -9);
  CHECK(smk_detection_scored(found) + smk_detection_repeated(found) == 60);
  CHECK(smk_detection_score(found, 5) > 0);
  CHECK(std::isnan(smk_detection_score(found, 60)));
  CHECK(smk_detection_statistic(found) > 60);
  CHECK(smk_detection_payload(found) == -1);
  REQUIRE(smk_detection_regions(found) == 1);
  std::size_t from = 0, to = 0;
  double log10_p = 0;
  CHECK(smk_detection_region(found, 0, &from, &to, &log10_p) == 1);
  CHECK(to - from > 30);
  CHECK(log10_p < -9);
  CHECK(smk_detection_region(found, 1, &from, &to, &log10_p) == 0);
}

TEST_CASE("a clone goes on alike, a reset begins anew") {
  PublicMark host;
  const std::vector<int32_t> first = write(host.mark, 40);
  MarkHandle clone;
  REQUIRE_SMK(host.error, smk_wm_clone(host.mark, clone.out(), host.error.out()));
  CHECK(write(clone, 40) == write(host.mark, 40));
  smk_wm_reset(host.mark);
  CHECK(write(host.mark, 40) == first);
}

TEST_CASE("a short text is too short, not unmarked") {
  PublicMark host;
  smk_detection* found = host.look({1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(smk_detection_answer(found) == SMK_DET_NOT_ENOUGH_TOKENS);
  CHECK(smk_detection_tokens_needed(found) > 8);
  CHECK(std::string(smk_detection_note(found)).find("not enough tokens") == 0);
}

TEST_CASE("a payload comes back") {
  PublicMark host(R"({"scheme": "signmark", "payload_bits": 8, "payload": 173})");
  smk_detection* found = host.look(write(host.mark, 60));
  CHECK(smk_detection_answer(found) == SMK_DET_PRESENT);
  CHECK(smk_detection_payload(found) == 173);
}

TEST_CASE("profiles are refused by the field that is wrong") {
  PublicMark host;
  MarkHandle mark;
  const auto refused = [&](const char* profile, const smk_carrier* carrier) {
    CHECK(smk_wm_new(profile, carrier, mark.out(), host.error.out()) != SMK_OK);
    CHECK(static_cast<smk_wm*>(mark) == nullptr);
    return std::string(smk_error_code(host.error)) + " " + smk_error_where(host.error);
  };
  CHECK(refused(kOurs, nullptr) == "capi.argument carrier");
  CHECK(refused(R"({"scheme": "gumbel-vllm", "seed": 1})", host.carrier) ==
        "capi.argument carrier");
  CHECK(refused(R"({"scheme": "rot13"})", nullptr) == "generation.profile scheme");
  CHECK(refused(R"({"scheme": "synthid-hf"})", nullptr) == "generation.profile layer_keys");
  CHECK(refused(R"({"scheme": "signmark", "colour": 1})", host.carrier) ==
        "generation.profile colour");
  CHECK(refused("{", nullptr).find("base.json.syntax") == 0);
}

TEST_CASE("generation functions take NULL") {
  ErrorHandle error;
  MarkHandle mark;
  std::size_t selected = 0;
  CHECK(smk_wm_new(nullptr, nullptr, mark.out(), error.out()) != SMK_OK);
  CHECK(smk_wm_new(kOurs, nullptr, nullptr, error.out()) != SMK_OK);
  CHECK(smk_wm_clone(nullptr, mark.out(), error.out()) != SMK_OK);
  CHECK(smk_wm_accept(nullptr, 1, error.out()) != SMK_OK);
  CHECK(smk_wm_process(nullptr, nullptr, nullptr, 0, &selected, error.out()) != SMK_OK);
  CHECK(selected == SMK_NONE_SELECTED);
  smk_wm_reset(nullptr);
  smk_wm_free(nullptr);
  smk_det_free(nullptr);
  smk_detection_free(nullptr);
  DetectionHandle detection;
  CHECK(smk_det_ids(nullptr, nullptr, 0, 0, 0, -9, detection.out(), error.out()) != SMK_OK);
  CHECK(smk_wm_log10_p(nullptr) == 0);
  CHECK(smk_wm_tokens_needed(nullptr) == 0);
  CHECK(smk_detection_answer(nullptr) == SMK_DET_NOT_FOUND);
  CHECK(smk_detection_log10_p(nullptr) + smk_detection_log10_p_scan(nullptr) +
            smk_detection_log10_p_best(nullptr) + smk_detection_statistic(nullptr) ==
        0);
  CHECK(smk_detection_scored(nullptr) + smk_detection_repeated(nullptr) +
            smk_detection_regions(nullptr) + smk_detection_tokens_needed(nullptr) ==
        0);
  CHECK(std::isnan(smk_detection_score(nullptr, 0)));
  CHECK(smk_detection_region(nullptr, 0, nullptr, nullptr, nullptr) == 0);
  CHECK(smk_detection_payload(nullptr) == -1);
  CHECK(std::string(smk_detection_note(nullptr)).empty());
}
