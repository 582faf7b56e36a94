// SPDX-License-Identifier: Apache-2.0
// Version, errors, buffers: what every other function of signmark.h rests on.
#include <sodium.h>

#include "capi/handles.hpp"

namespace signmark::capi {

smk_status report_failure(smk_error** error, const Error& why) noexcept {
  const auto status = static_cast<smk_status>(exit_code_of(why));
  if (error == nullptr) return status;
  try {
    *error = std::make_unique<smk_error>(smk_error{why, status}).release();
  } catch (...) {
    *error = nullptr;  // no memory even for the reason: the status must do
  }
  return status;
}

Status need(const void* pointer, std::string_view name) {
  if (pointer != nullptr) return {};
  return fail("capi.argument", "this argument must not be NULL", std::string(name));
}

Result<ByteView> view_of(const uint8_t* data, size_t size, std::string_view name) {
  if (size != 0) SIGNMARK_TRY(need(data, name));
  return size == 0 ? ByteView() : ByteView(data, size);
}

smk_buffer make_buffer(Bytes bytes) {
  bytes.push_back(0);
  return {std::move(bytes)};
}

}  // namespace signmark::capi

uint32_t smk_abi_version(void) { return SMK_ABI_VERSION; }

const char* smk_version(void) { return SIGNMARK_VERSION; }

const char* smk_error_code(const smk_error* error) {
  return error == nullptr ? "" : error->error.code.c_str();
}
const char* smk_error_message(const smk_error* error) {
  return error == nullptr ? "" : error->error.message.c_str();
}
const char* smk_error_where(const smk_error* error) {
  return error == nullptr ? "" : error->error.where.c_str();
}
const char* smk_error_hint(const smk_error* error) {
  return error == nullptr ? "" : error->error.hint.c_str();
}
smk_status smk_error_status(const smk_error* error) {
  return error == nullptr ? SMK_OK : error->status;
}
void smk_error_free(smk_error* error) { delete error; }

const uint8_t* smk_buffer_data(const smk_buffer* buffer) {
  static constexpr uint8_t kNothing[1] = {0};
  return buffer == nullptr ? kNothing : buffer->bytes.data();
}
size_t smk_buffer_size(const smk_buffer* buffer) {
  return buffer == nullptr ? 0 : buffer->bytes.size() - 1;
}
void smk_buffer_free(smk_buffer* buffer) { delete buffer; }

void smk_wipe(void* data, size_t size) {
  if (data != nullptr) sodium_memzero(data, size);
}
