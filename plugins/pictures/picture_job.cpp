// SPDX-License-Identifier: Apache-2.0
// Opens context, keys and options by name, calls the library, keeps what it said.
#include "pictures/picture_job.hpp"

#include <algorithm>
#include <exception>
#include <memory>

#include "common/handles.hpp"

namespace signmark_pictures {
namespace {

using signmark_host::call;
using signmark_host::Carrier;
using signmark_host::Context;
using signmark_host::Failure;
using signmark_host::make;
using signmark_host::Options;
using signmark_host::Signer;
using signmark_host::Trust;
using signmark_host::VerifyReport;
using MarkReport = std::unique_ptr<smk_mark_report, signmark_host::Freer<smk_mark_report_free>>;

void set(const Options& options, const char* name, const std::string& value) {
  if (!value.empty()) call(smk_options_set, options.get(), name, value.c_str());
}

void add_carrier(const Context& context, const Options& options, const char* selector) {
  const auto carrier = make<Carrier>(smk_carrier_open, context.get(), selector);
  call(smk_options_add_carrier, options.get(), carrier.get());
}

bool is_private(const std::string& carrier) { return !carrier.empty() && carrier != "public"; }

Options mark_options(const Context& context, const Wish& wish) {
  auto options = make<Options>(smk_options_new, SMK_FLOW_MARK);
  set(options, "layers", wish.label ? "robust,visible" : "robust");
  set(options, "content-id", wish.content_id);
  set(options, "strength", wish.strength);
  set(options, "carrier", wish.carrier);
  if (is_private(wish.carrier)) {
    add_carrier(context, options, wish.carrier == "both" ? nullptr : wish.carrier.c_str());
  }
  return options;
}

// Calls `work(outcome)`; what goes wrong is the outcome's failure.
template <typename Work>
Outcome guarded(const Work& work) noexcept {
  Outcome outcome;
  try {
    if (smk_abi_version() != SMK_ABI_VERSION) {
      throw Failure{"libsignmark.so has another interface version; install both from one release"};
    }
    work(outcome);
  } catch (const Failure& failure) {
    outcome.failure = failure.text;
  } catch (const std::exception&) {  // ours alone: the library throws nothing
    outcome.failure = "out of memory";
  }
  return outcome;
}

void keep(const smk_verify_report* report, Outcome& outcome) {
  outcome.content_id = smk_verify_report_content_id(report);
  outcome.verdict = smk_verify_report_verdict_name(report);
  outcome.sentence = smk_verify_report_sentence(report);
  outcome.json = smk_verify_report_json(report);
}

}  // namespace

std::string size_problem(int64_t width, int64_t height, int64_t pages) {
  return guarded([&](Outcome&) {
           const auto context = make<Context>(smk_context_new);
           uint64_t pixels = 0;
           uint64_t side = 0;
           call(smk_context_get_limit, context.get(), "image-pixels", &pixels);
           call(smk_context_get_limit, context.get(), "image-side", &side);
           const auto longest = static_cast<uint64_t>(std::max(width, height));
           const auto area = static_cast<uint64_t>(width * height * pages);
           if (longest <= side && area <= pixels) return;
           const std::string all = pages > 1 ? ", " + std::to_string(pages) + " pages," : "";
           throw Failure{std::to_string(width) + " x " + std::to_string(height) + " pixels" + all +
                         " are too many (image.limit); image-side is " + std::to_string(side) +
                         ", image-pixels is " + std::to_string(pixels)};
         })
      .failure;
}

Outcome mark(const std::vector<smk_pixels>& pages, const Wish& wish) noexcept {
  return guarded([&](Outcome& outcome) {
    const auto context = make<Context>(smk_context_new);
    const char* key = wish.key.empty() ? nullptr : wish.key.c_str();
    const auto signer = make<Signer>(smk_signer_open, context.get(), key);
    const Options options = mark_options(context, wish);
    for (const smk_pixels& page : pages) {
      const auto report =
          make<MarkReport>(smk_mark_pixels, context.get(), &page, options.get(), signer.get());
      outcome.content_id = smk_mark_report_content_id(report.get());
      if (outcome.json.empty()) outcome.json = smk_mark_report_json(report.get());
      set(options, "content-id", outcome.content_id);
    }
  });
}

Outcome verify(const std::vector<smk_pixels>& pages, const std::string& carrier) noexcept {
  return guarded([&](Outcome& outcome) {
    const auto context = make<Context>(smk_context_new);
    const auto trust = make<Trust>(smk_trust_open_default, context.get());
    const auto options = make<Options>(smk_options_new, SMK_FLOW_VERIFY);
    if (is_private(carrier)) add_carrier(context, options, carrier.c_str());
    for (const smk_pixels& page : pages) {
      const auto report =
          make<VerifyReport>(smk_verify_pixels, context.get(), &page, trust.get(), options.get());
      keep(report.get(), outcome);
      if (!outcome.content_id.empty()) return;
    }
  });
}

}  // namespace signmark_pictures
