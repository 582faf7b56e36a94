// SPDX-License-Identifier: Apache-2.0
// Marks in samples that the host holds.
#include "signmark/pixels.hpp"

#include "capi/flow_parts.hpp"

namespace capi = signmark::capi;
using signmark::Context;
using signmark::Status;

namespace signmark::capi {
namespace {

/// Errors: `capi.argument` (an unknown structure or kind of sample).
Result<PixelBuffer> buffer_of(const smk_pixels* pixels) {
  SIGNMARK_TRY(need(pixels, "pixels"));
  if (pixels->struct_size < sizeof(smk_pixels))
    return fail("capi.argument", "struct_size is not that of smk_pixels", "pixels",
                "set it to sizeof(smk_pixels)");
  if (pixels->sample != SMK_SAMPLE_U8 && pixels->sample != SMK_SAMPLE_U16 &&
      pixels->sample != SMK_SAMPLE_F32)
    return fail("capi.argument", "there is no such kind of sample", "pixels");
  PixelBuffer buffer;
  buffer.sample = static_cast<Sample>(pixels->sample);
  buffer.width = pixels->width;
  buffer.height = pixels->height;
  buffer.channels = pixels->channels;
  buffer.blue_first = pixels->blue_first != 0;
  buffer.data = pixels->data;
  buffer.row_stride = pixels->row_stride;
  buffer.pixel_stride = pixels->pixel_stride;
  buffer.channel_stride = pixels->channel_stride;
  buffer.low = pixels->low;
  buffer.high = pixels->high;
  return buffer;
}

}  // namespace
}  // namespace signmark::capi

smk_status smk_mark_pixels(const smk_context* context, const smk_pixels* pixels,
                           const smk_options* options, const smk_signer* signer,
                           smk_mark_report** report, smk_error** error) {
  if (report != nullptr) *report = nullptr;
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_ASSIGN(const signmark::PixelBuffer buffer, capi::buffer_of(pixels));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    SIGNMARK_ASSIGN(capi::MarkFlow flow, capi::options_of<capi::MarkFlow>(options));
    capi::use_keys(*context, signer, flow);
    SIGNMARK_ASSIGN(signmark::MarkReport made, signmark::mark_pixels(call, buffer, flow.mark));
    if (report != nullptr) capi::give(report, capi::mark_report_of(std::move(made)));
    return {};
  });
}

smk_status smk_verify_pixels(const smk_context* context, const smk_pixels* pixels,
                             const smk_trust* trust, const smk_options* options,
                             smk_verify_report** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_ASSIGN(const signmark::PixelBuffer buffer, capi::buffer_of(pixels));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    SIGNMARK_ASSIGN(const auto how, capi::verify_options(options, trust));
    SIGNMARK_ASSIGN(signmark::VerifyReport report, signmark::verify_pixels(call, buffer, how));
    capi::give(out, capi::verify_report_of(std::move(report)));
    return {};
  });
}
