// SPDX-License-Identifier: Apache-2.0
// Opens context, keys and options by name, calls the flow, keeps its report.
#include "job.hpp"

#include <exception>

namespace signmark_node {
namespace {

using Context = std::unique_ptr<smk_context, Freer<smk_context_free>>;
using Error = std::unique_ptr<smk_error, Freer<smk_error_free>>;
using Signer = std::unique_ptr<smk_signer, Freer<smk_signer_free>>;
using Carrier = std::unique_ptr<smk_carrier, Freer<smk_carrier_free>>;
using Trust = std::unique_ptr<smk_trust, Freer<smk_trust_free>>;
using Options = std::unique_ptr<smk_options, Freer<smk_options_free>>;
using MarkReport = std::unique_ptr<smk_mark_report, Freer<smk_mark_report_free>>;
using VerifyReport = std::unique_ptr<smk_verify_report, Freer<smk_verify_report_free>>;

// Calls `function(arguments..., &error)`; false, with the failure noted in `job`, when it fails.
template <typename Function, typename... Arguments>
bool call(Job& job, Function function, Arguments... arguments) {
  smk_error* raw = nullptr;
  const smk_status status = function(arguments..., &raw);
  const Error error(raw);
  if (status == SMK_OK) return true;
  job.failure = Failure{status, smk_error_code(raw), smk_error_message(raw), smk_error_where(raw),
                        smk_error_hint(raw)};
  if (raw == nullptr) job.failure->message = "out of memory";
  return false;
}

// The same for a function that makes an object: `function(arguments..., &object, &error)`.
template <typename Owner, typename Function, typename... Arguments>
bool make(Job& job, Owner& owner, Function function, Arguments... arguments) {
  typename Owner::pointer raw = nullptr;
  const bool good = call(job, function, arguments..., &raw);
  owner.reset(raw);
  return good;
}

const char* text_or_null(const std::optional<std::string>& text) {
  return text ? text->c_str() : nullptr;
}

bool open_context(Job& job, Context& context) {
  if (!make(job, context, smk_context_new)) return false;
  if (job.home && !call(job, smk_context_set_home, context.get(), job.home->c_str())) return false;
  if (job.flow != SMK_FLOW_MARK) return true;
  return call(job, smk_context_set_ledger, context.get(), text_or_null(job.ledger));
}

bool open_options(Job& job, const smk_context* context, Options& options) {
  if (!make(job, options, smk_options_new, job.flow)) return false;
  for (const auto& [name, value] : job.options) {
    if (!call(job, smk_options_set, options.get(), name.c_str(), value.c_str())) return false;
  }
  for (const std::string& name : job.carriers) {
    Carrier carrier;
    if (!make(job, carrier, smk_carrier_open, context, name.c_str()) ||
        !call(job, smk_options_add_carrier, options.get(), carrier.get())) {
      return false;
    }
  }
  return true;
}

bool open_trust(Job& job, const smk_context* context, Trust& trust) {
  if (!job.trust) return make(job, trust, smk_trust_open_default, context);
  if (job.trust->empty()) return true;
  return make(job, trust, smk_trust_open_bundle, context, job.trust->c_str());
}

// The samples of `job.data`, whose size the caller has checked, row after row without gaps.
smk_pixels describe(Job& job) {
  smk_pixels pixels{};
  pixels.struct_size = sizeof pixels;
  pixels.sample = SMK_SAMPLE_U8;
  pixels.width = job.width;
  pixels.height = job.height;
  pixels.channels = job.channels;
  pixels.data = job.data.data();
  pixels.row_stride = static_cast<ptrdiff_t>(job.width) * job.channels;
  pixels.pixel_stride = job.channels;
  pixels.channel_stride = 1;
  return pixels;
}

bool mark_memory(Job& job, const smk_context* context, const smk_options* options,
                 const smk_signer* signer, MarkReport& report) {
  smk_buffer* marked = nullptr;
  smk_buffer* store = nullptr;
  const bool good = make(job, report, smk_mark_memory, context, job.data.data(), job.data.size(),
                         options, signer, &marked, &store);
  job.marked.reset(marked);
  job.store.reset(store);
  return good;
}

void mark(Job& job, const smk_context* context, const smk_options* options) {
  Signer signer;
  if (!job.is_unsigned && !make(job, signer, smk_signer_open, context, text_or_null(job.signer))) {
    return;
  }
  MarkReport report;
  bool good = false;
  if (job.subject == Subject::kFile) {
    good = make(job, report, smk_mark_file, context, job.source.c_str(), text_or_null(job.target),
                options, signer.get());
  } else if (job.subject == Subject::kMemory) {
    good = mark_memory(job, context, options, signer.get(), report);
  } else {
    const smk_pixels pixels = describe(job);
    good = make(job, report, smk_mark_pixels, context, &pixels, options, signer.get());
  }
  if (good) job.report = smk_mark_report_json(report.get());
}

void verify(Job& job, const smk_context* context, const smk_options* options) {
  Trust trust;
  if (!open_trust(job, context, trust)) return;
  VerifyReport report;
  bool good = false;
  if (job.subject == Subject::kFile) {
    good = make(job, report, smk_verify_file, context, job.source.c_str(), trust.get(), options);
  } else if (job.subject == Subject::kMemory) {
    const uint8_t* sidecar = job.sidecar.empty() ? nullptr : job.sidecar.data();
    good = make(job, report, smk_verify_memory, context, job.data.data(), job.data.size(), sidecar,
                job.sidecar.size(), trust.get(), options);
  } else {
    const smk_pixels pixels = describe(job);
    good = make(job, report, smk_verify_pixels, context, &pixels, trust.get(), options);
  }
  if (good) job.report = smk_verify_report_json(report.get());
}

}  // namespace

void run(Job& job) noexcept {
  try {
    Context context;
    Options options;
    if (!open_context(job, context) || !open_options(job, context.get(), options)) return;
    if (job.flow == SMK_FLOW_MARK) {
      mark(job, context.get(), options.get());
    } else {
      verify(job, context.get(), options.get());
    }
  } catch (const std::exception&) {  // ours alone: the library throws nothing
    job.failure = Failure{SMK_FAILED, "node.memory", "out of memory", "", ""};
  }
}

}  // namespace signmark_node
