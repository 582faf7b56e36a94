// SPDX-License-Identifier: Apache-2.0
// Options and the four flows: mark, verify, inspect, propagate.
#include "base/text.hpp"
#include "capi/flow_parts.hpp"
#include "signmark/json.hpp"

using signmark::ByteView;
using signmark::Context;
using signmark::Status;
namespace capi = signmark::capi;

namespace signmark::capi {
namespace {

/// Options that a flow shares with another object of it: the second is asked for what the first
/// does not know.
template <class A, class B>
Status set_either(A& first, B& second, std::string_view name, std::string_view value) {
  Status status = set_option(first, name, value);
  if (status || status.error().code != "pipeline.option.unknown") return status;
  return set_option(second, name, value);
}

struct Setter {
  std::string_view name, value;
  Status operator()(MarkFlow& flow) const {
    return set_either(flow.mark, flow.output, name, value);
  }
  Status operator()(VerifyOptions& options) const { return set_option(options, name, value); }
  Status operator()(PropagateFlow& flow) const {
    return set_either(flow.propagate, flow.output, name, value);
  }
};

/// Where a file flow writes. Errors: `capi.argument` when output and in-place contradict.
Status resolve_output(const char* input, const char* output, OutputOptions& options) {
  if ((output == nullptr) != options.in_place)
    return fail("capi.argument",
                options.in_place ? "with in-place there is no other output" : "no output named",
                "output");
  options.file = options.in_place ? input : output;
  return {};
}

smk_buffer json_buffer(nlohmann::json value) {
  const std::string line = json_line(std::move(value), "item");
  const ByteView bytes = as_bytes(line);
  return make_buffer({bytes.begin(), bytes.end()});
}

}  // namespace
}  // namespace signmark::capi

smk_status smk_options_new(smk_flow flow, smk_options** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    smk_options options;
    if (flow == SMK_FLOW_VERIFY)
      options.flow = signmark::VerifyOptions{};
    else if (flow == SMK_FLOW_PROPAGATE)
      options.flow = capi::PropagateFlow{};
    else if (flow != SMK_FLOW_MARK)
      return signmark::fail("capi.argument", "there is no such flow", "flow");
    capi::give(out, std::move(options));
    return {};
  });
}

smk_status smk_options_add_carrier(smk_options* options, const smk_carrier* carrier,
                                   smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(options, "options"));
    SIGNMARK_TRY(capi::need(carrier, "carrier"));
    if (auto* flow = std::get_if<capi::MarkFlow>(&options->flow)) {
      flow->carrier = carrier->carrier;
    } else if (std::holds_alternative<signmark::VerifyOptions>(options->flow)) {
      if (!carrier->carrier.is_public()) options->carriers.push_back(carrier->carrier);
    } else {
      return signmark::fail("capi.argument", "this flow takes no carrier key", "options");
    }
    return {};
  });
}

smk_status smk_options_set(smk_options* options, const char* name, const char* value,
                           smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(options, "options"));
    SIGNMARK_TRY(capi::need(name, "name"));
    SIGNMARK_TRY(capi::need(value, "value"));
    if (!signmark::is_utf8(value))
      return signmark::fail("pipeline.option.value", "the value is not UTF-8", name);
    return std::visit(capi::Setter{name, value}, options->flow);
  });
}

void smk_options_free(smk_options* options) { delete options; }

smk_status smk_mark_file(const smk_context* context, const char* input, const char* output,
                         const smk_options* options, const smk_signer* signer,
                         smk_mark_report** report, smk_error** error) {
  if (report != nullptr) *report = nullptr;
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(input, "input"));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    SIGNMARK_ASSIGN(capi::MarkFlow flow, capi::options_of<capi::MarkFlow>(options));
    SIGNMARK_TRY(capi::resolve_output(input, output, flow.output));
    capi::use_keys(*context, signer, flow);
    SIGNMARK_ASSIGN(signmark::MarkReport made,
                    signmark::mark_file(call, input, flow.output, flow.mark));
    if (report != nullptr) capi::give(report, capi::mark_report_of(std::move(made)));
    return {};
  });
}

smk_status smk_mark_memory(const smk_context* context, const uint8_t* data, size_t size,
                           const smk_options* options, const smk_signer* signer, smk_buffer** out,
                           smk_buffer** sidecar, smk_mark_report** report, smk_error** error) {
  if (sidecar != nullptr) *sidecar = nullptr;
  if (report != nullptr) *report = nullptr;
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_ASSIGN(const ByteView bytes, capi::view_of(data, size, "data"));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    SIGNMARK_ASSIGN(capi::MarkFlow flow, capi::options_of<capi::MarkFlow>(options));
    if (flow.mark.sidecar) SIGNMARK_TRY(capi::need(sidecar, "sidecar"));
    capi::use_keys(*context, signer, flow);
    SIGNMARK_ASSIGN(signmark::MarkedBytes marked, signmark::mark_bytes(call, bytes, flow.mark));
    // Everything is made before anything is given: a failure in between would leak.
    auto file = std::make_unique<smk_buffer>(capi::make_buffer(std::move(marked.file)));
    auto store = std::make_unique<smk_buffer>(capi::make_buffer(std::move(marked.sidecar)));
    if (report != nullptr) capi::give(report, capi::mark_report_of(std::move(marked.report)));
    if (sidecar != nullptr && smk_buffer_size(store.get()) != 0) *sidecar = store.release();
    *out = file.release();
    return {};
  });
}

smk_status smk_verify_file(const smk_context* context, const char* path, const smk_trust* trust,
                           const smk_options* options, smk_verify_report** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(path, "path"));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    SIGNMARK_ASSIGN(const auto how, capi::verify_options(options, trust));
    SIGNMARK_ASSIGN(signmark::VerifyReport report, signmark::verify_file(call, path, how));
    capi::give(out, capi::verify_report_of(std::move(report)));
    return {};
  });
}

smk_status smk_verify_memory(const smk_context* context, const uint8_t* data, size_t size,
                             const uint8_t* sidecar, size_t sidecar_size, const smk_trust* trust,
                             const smk_options* options, smk_verify_report** out,
                             smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_ASSIGN(const ByteView bytes, capi::view_of(data, size, "data"));
    SIGNMARK_ASSIGN(const ByteView beside, capi::view_of(sidecar, sidecar_size, "sidecar"));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    SIGNMARK_ASSIGN(const auto how, capi::verify_options(options, trust));
    std::optional<signmark::Bytes> store;
    if (!beside.empty()) store.emplace(beside.begin(), beside.end());
    SIGNMARK_ASSIGN(signmark::VerifyReport report, signmark::verify_bytes(call, bytes, how, store));
    capi::give(out, capi::verify_report_of(std::move(report)));
    return {};
  });
}

smk_status smk_inspect_file(const smk_context* context, const char* path, smk_buffer** out,
                            smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(path, "path"));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    SIGNMARK_ASSIGN(const auto lines, signmark::inspect_file(call, path));
    nlohmann::json tree = nlohmann::json::array();
    for (const signmark::TreeLine& line : lines) tree.push_back(signmark::to_json(line));
    capi::give(out, capi::json_buffer({{"path", path}, {"tree", std::move(tree)}}));
    return {};
  });
}

smk_status smk_propagate_file(const smk_context* context, const char* input, const char* output,
                              const smk_options* options, const smk_signer* signer,
                              const smk_trust* trust, smk_buffer** out, smk_error** error) {
  if (out != nullptr) *out = nullptr;
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(input, "input"));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    SIGNMARK_ASSIGN(capi::PropagateFlow flow, capi::options_of<capi::PropagateFlow>(options));
    SIGNMARK_TRY(capi::resolve_output(input, output, flow.output));
    if (signer != nullptr) {
      flow.propagate.signer = signer->signer.get();
      flow.propagate.signer_root = signer->root_der;
    }
    if (trust != nullptr) flow.propagate.trust = trust->trust;
    SIGNMARK_ASSIGN(const auto report,
                    signmark::propagate_file(call, input, flow.output, flow.propagate));
    if (out != nullptr) capi::give(out, capi::json_buffer(signmark::to_json(report)));
    return {};
  });
}
