// SPDX-License-Identifier: Apache-2.0
// Opens by name, makes markers and detectors, keeps what went wrong.
#include "common/host_marker.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <mutex>
#include <random>

namespace signmark_host {
namespace {

constexpr int kAborted = 70;  // EX_SOFTWARE
constexpr const char* kNoKey = "none";

void set(const Options& options, const char* name, const std::string& value) {
  if (!value.empty()) call(smk_options_set, options.get(), name, value.c_str());
}

void add_carrier(const smk_context* context, const Options& options, const std::string& name) {
  if (name.empty() || name == "public") return;
  const char* selector = name == "both" ? nullptr : name.c_str();
  const auto carrier = make<Carrier>(smk_carrier_open, context, selector);
  call(smk_options_add_carrier, options.get(), carrier.get());
}

std::string strength_of(double value) {
  if (!(value >= 0 && value <= 1)) throw Failure{"strength goes from 0 to 1 (host.strength)"};
  constexpr double kDefault = 0.25, kStrong = 1;
  if (value < kDefault / 2) return "invisible";
  return value < (kDefault + kStrong) / 2 ? "default" : "strong";
}

Options mark_options(const smk_context* context, const Wish& wish) {
  auto options = make<Options>(smk_options_new, SMK_FLOW_MARK);
  set(options, "layers", wish.label ? "robust,visible" : "robust");
  set(options, "content-id", wish.content_id);
  set(options, "strength", strength_of(wish.strength));
  set(options, "carrier", wish.carrier);
  set(options, "text", wish.label_text);
  set(options, "corner", wish.corner);
  if (wish.label_height > 0) set(options, "height", std::to_string(wish.label_height));
  set(options, "notice", wish.notice);
  set(options, "notice-language", wish.language);
  add_carrier(context, options, wish.carrier);
  return options;
}

Options verify_options(const smk_context* context, const std::string& carrier) {
  auto options = make<Options>(smk_options_new, SMK_FLOW_VERIFY);
  add_carrier(context, options, carrier);
  return options;
}

Signer signer_of(const smk_context* context, const std::string& key) {
  if (key == kNoKey) return nullptr;
  return make<Signer>(smk_signer_open, context, key.empty() ? nullptr : key.c_str());
}

std::string random_id() {
  std::random_device device;  // the operating system's
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x%08x", device(), device());
  return digits.data();
}

}  // namespace

std::string text_of(const smk_error* error) {
  if (error == nullptr) return "out of memory";
  std::string text = smk_error_message(error);
  const std::string where = smk_error_where(error);
  const std::string hint = smk_error_hint(error);
  if (!where.empty()) text += ": " + where;
  text += std::string(" (") + smk_error_code(error) + ")";
  if (!hint.empty()) text += "; " + hint;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string shared_content_id(const std::string& key, bool* drawn) {
  // The only state of the process: hosts give each instance its own object and no link between
  // them.
  static std::mutex mutex;
  static auto& ids = *new std::map<std::string, std::string>;  // outlives threads that end late
  const std::lock_guard lock(mutex);
  std::string& id = ids[key];
  if (drawn != nullptr) *drawn = id.empty();
  if (id.empty()) id = random_id();
  return id;
}

template <typename Owner, typename Work>
Owner HostMarker::guarded(const Work& work) noexcept {
  try {
    Owner made = work(context());
    failure_.clear();
    return made;
  } catch (const Failure& failure) {
    failure_ = failure.text;
  } catch (const std::exception&) {  // ours alone: the library throws nothing
    failure_ = "out of memory";
  }
  return nullptr;
}

const smk_context* HostMarker::context() {
  if (smk_abi_version() != SMK_ABI_VERSION) {
    throw Failure{"libsignmark.so has another interface version; install both from one release"};
  }
  if (context_ == nullptr) context_ = make<Context>(smk_context_new);
  return context_.get();
}

FilmMarker HostMarker::film(const smk_film& film, const Wish& wish) noexcept {
  return guarded<FilmMarker>([&](const smk_context* context) {
    const Signer signer = signer_of(context, wish.key);
    const Options options = mark_options(context, wish);
    return make<FilmMarker>(smk_film_marker_new, context, &film, options.get(), signer.get());
  });
}

SoundMarker HostMarker::sound(const smk_sound& sound, const Wish& wish) noexcept {
  return guarded<SoundMarker>([&](const smk_context* context) {
    const Signer signer = signer_of(context, wish.key);
    const Options options = mark_options(context, wish);
    return make<SoundMarker>(smk_sound_marker_new, context, &sound, options.get(), signer.get());
  });
}

FilmDetector HostMarker::film_detector(const smk_film& film, const std::string& carrier) noexcept {
  return guarded<FilmDetector>([&](const smk_context* context) {
    const auto trust = make<Trust>(smk_trust_open_default, context);
    const Options options = verify_options(context, carrier);
    return make<FilmDetector>(smk_film_detector_new, context, &film, options.get(), trust.get());
  });
}

SoundDetector HostMarker::sound_detector(const smk_sound& sound,
                                         const std::string& carrier) noexcept {
  return guarded<SoundDetector>([&](const smk_context* context) {
    const auto trust = make<Trust>(smk_trust_open_default, context);
    const Options options = verify_options(context, carrier);
    return make<SoundDetector>(smk_sound_detector_new, context, &sound, options.get(), trust.get());
  });
}

bool HostMarker::good(smk_status status, smk_error* error) noexcept {
  const Error owner(error);
  if (status == SMK_OK) return true;
  try {
    failure_ = text_of(error);
  } catch (const std::exception&) {
    failure_ = "no memory";  // short enough to need none
  }
  return false;
}

OnError on_error_of(std::string_view word) {
  if (word == "abort") return OnError::abort;
  return word == "pass" ? OnError::pass : OnError::slate;
}

OnError on_error_from_environment() {
  const char* word = std::getenv("SIGNMARK_ON_ERROR");
  return on_error_of(word == nullptr ? "" : word);
}

bool Complaint::passes(const std::string& failure) noexcept {
  if (failure != said_) {
    try {
      said_ = failure;
    } catch (const std::exception&) {
      said_.clear();
    }
    std::fprintf(stderr, "%s: %s%s\n", who_, policy_ == OnError::pass ? "UNMARKED: " : "",
                 failure.c_str());
  }
  if (policy_ == OnError::abort) _exit(kAborted);
  return policy_ == OnError::pass;
}

Answer answer_of(const smk_verify_report* report) {
  Answer answer;
  const smk_verdict verdict = smk_verify_report_verdict(report);
  const bool unknown = verdict == SMK_VERDICT_NONE || verdict == SMK_VERDICT_INCONCLUSIVE;
  answer.word = unknown ? "unknown" : smk_verify_report_verdict_name(report);
  answer.content_id = smk_verify_report_content_id(report);
  answer.sentence = verdict == SMK_VERDICT_NONE ? "no mark was found, which proves nothing"
                                                : smk_verify_report_sentence(report);
  std::string whole = smk_verify_report_json(report);
  std::replace(whole.begin(), whole.end(), '\n', ' ');
  answer.json = R"({"answer": ")" + answer.word + R"(", "content_id": ")" + answer.content_id +
                R"(", "report": )" + (whole.empty() ? "null" : whole) + "}";
  return answer;
}

}  // namespace signmark_host
