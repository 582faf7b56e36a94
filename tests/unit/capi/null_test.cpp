// SPDX-License-Identifier: Apache-2.0
// NULL everywhere: an error or an empty answer, never a crash.
#include <cstring>

#include "host.hpp"

using namespace signmark::test;

TEST_CASE("every _free function takes NULL") {
  smk_error_free(nullptr);
  smk_buffer_free(nullptr);
  smk_context_free(nullptr);
  smk_key_list_free(nullptr);
  smk_signer_free(nullptr);
  smk_carrier_free(nullptr);
  smk_trust_free(nullptr);
  smk_options_free(nullptr);
  smk_mark_report_free(nullptr);
  smk_verify_report_free(nullptr);
  smk_wipe(nullptr, 7);
  smk_context_cancel(nullptr);
  smk_context_resume(nullptr);
}

TEST_CASE("accessors answer nothing for NULL") {
  for (const char* text : {smk_error_code(nullptr),
                           smk_error_message(nullptr),
                           smk_error_where(nullptr),
                           smk_error_hint(nullptr),
                           smk_key_id(nullptr),
                           smk_key_label(nullptr),
                           smk_key_public_line(nullptr),
                           smk_key_state(nullptr),
                           smk_mark_report_content_id(nullptr),
                           smk_mark_report_manifest_label(nullptr),
                           smk_mark_report_sidecar_file(nullptr),
                           smk_mark_report_json(nullptr),
                           smk_verify_report_verdict_name(nullptr),
                           smk_verify_report_content_id(nullptr),
                           smk_verify_report_sentence(nullptr),
                           smk_verify_report_notice_zh(nullptr),
                           smk_verify_report_notice_en(nullptr),
                           smk_verify_report_json(nullptr),
                           smk_finding_mark(nullptr),
                           smk_finding_basis(nullptr),
                           smk_finding_field_name(nullptr, 0),
                           smk_finding_field_value(nullptr, 0)}) {
    REQUIRE(text != nullptr);
    CHECK(std::strlen(text) == 0);
  }
  CHECK(smk_error_status(nullptr) == SMK_OK);
  CHECK(smk_buffer_size(nullptr) == 0);
  CHECK(*smk_buffer_data(nullptr) == 0);
  CHECK(smk_key_role(nullptr) == SMK_ROLE_NONE);
  CHECK(smk_key_created(nullptr) + smk_key_expires(nullptr) + smk_key_is_protected(nullptr) == 0);
  CHECK(smk_key_list_size(nullptr) == 0);
  CHECK(smk_key_list_at(nullptr, 0) == nullptr);
  CHECK(smk_signer_key(nullptr) == nullptr);
  CHECK(smk_carrier_key(nullptr) == nullptr);
  CHECK(smk_carrier_is_public(nullptr) == 0);
  CHECK(smk_trust_size(nullptr) == 0);
  CHECK(smk_verify_report_findings(nullptr) == 0);
  CHECK(smk_verify_report_finding(nullptr, 0) == nullptr);
  CHECK(smk_finding_fields(nullptr) == 0);
  CHECK(smk_finding_layer(nullptr) == SMK_LAYER_NONE);
  CHECK(smk_finding_state(nullptr) == SMK_STATE_UNREADABLE);
  CHECK(smk_verify_report_verdict(nullptr) == SMK_VERDICT_INCONCLUSIVE);
  CHECK(smk_verify_report_tier(nullptr) == SMK_TIER_UNKNOWN);
}

namespace {

/// Whether a call refused its arguments, with and without a place for the error.
template <class Call>
bool refuses(Call&& call) {
  ErrorHandle error;
  const bool named = call(error.out()) == SMK_USAGE &&
                     std::string(smk_error_code(error)) == "capi.argument" &&
                     smk_error_status(error) == SMK_USAGE && *smk_error_where(error) != '\0';
  return named && call(nullptr) == SMK_USAGE;
}

}  // namespace

TEST_CASE("functions that make something refuse a missing out parameter or context") {
  smk_signer* signer = nullptr;
  smk_carrier* carrier = nullptr;
  smk_trust* trust = nullptr;
  smk_key_list* list = nullptr;
  smk_options* options = nullptr;
  ContextHandle context;
  REQUIRE(smk_context_new(context.out(), nullptr) == SMK_OK);
  CHECK(refuses([&](smk_error** e) { return smk_context_new(nullptr, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_keys_list(nullptr, &list, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_keys_list(context, nullptr, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_signer_open(nullptr, nullptr, &signer, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_signer_open(context, nullptr, nullptr, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_signer_open_file(context, nullptr, &signer, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_carrier_open(nullptr, "public", &carrier, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_carrier_open(context, "public", nullptr, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_trust_open_default(nullptr, &trust, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_trust_open_bundle(context, nullptr, &trust, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_options_new(SMK_FLOW_MARK, nullptr, e); }));
  CHECK(refuses(
      [&](smk_error** e) { return smk_options_new(static_cast<smk_flow>(99), &options, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_options_set(nullptr, "text", "AI", e); }));
  CHECK((signer == nullptr && carrier == nullptr && trust == nullptr && list == nullptr &&
         options == nullptr));
}

TEST_CASE("functions that use something refuse NULL") {
  uint8_t bytes[SMK_SIGNATURE_SIZE] = {};
  uint64_t number = 0;
  int good = 1;
  ContextHandle context;
  CarrierHandle carrier;
  OptionsHandle options;
  REQUIRE(smk_context_new(context.out(), nullptr) == SMK_OK);
  REQUIRE(smk_carrier_open(context, "public", carrier.out(), nullptr) == SMK_OK);
  REQUIRE(smk_options_new(SMK_FLOW_MARK, options.out(), nullptr) == SMK_OK);
  CHECK(refuses([&](smk_error** e) { return smk_context_set_home(context, nullptr, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_context_set_home(context, "relative", e); }));
  CHECK(refuses([&](smk_error** e) { return smk_context_set_limit(context, nullptr, 1, e); }));
  CHECK(
      refuses([&](smk_error** e) { return smk_context_get_limit(nullptr, "blocks", &number, e); }));
  CHECK(
      refuses([&](smk_error** e) { return smk_context_get_limit(context, "blocks", nullptr, e); }));
  CHECK(refuses(
      [&](smk_error** e) { return smk_context_set_progress(nullptr, nullptr, nullptr, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_context_set_log(nullptr, nullptr, nullptr, e); }));
  CHECK(refuses(
      [&](smk_error** e) { return smk_context_set_passphrase(nullptr, nullptr, nullptr, e); }));
  CHECK(refuses([&](smk_error** e) { return smk_options_set(options, nullptr, "AI", e); }));
  CHECK(refuses([&](smk_error** e) { return smk_options_set(options, "text", nullptr, e); }));
  CHECK(refuses(
      [&](smk_error** e) { return smk_sign_object(nullptr, "checkpoint", bytes, 1, bytes, e); }));
  CHECK(refuses([&](smk_error** e) {
    return smk_verify_object(nullptr, "checkpoint", bytes, 1, bytes, &good, e);
  }));
  CHECK(good == 0);
  CHECK(refuses([&](smk_error** e) {
    return smk_carrier_medium_key(carrier, SMK_MEDIUM_IMAGE, nullptr, e);
  }));
  CHECK(refuses([&](smk_error** e) {
    return smk_carrier_medium_key(carrier, static_cast<smk_medium>(5), bytes, e);
  }));
}

TEST_CASE("flows refuse NULL and contradictions") {
  const uint8_t byte = 0;
  ContextHandle context;
  OptionsHandle in_place;
  BufferHandle buffer;
  VerifyReportHandle report;
  REQUIRE(smk_context_new(context.out(), nullptr) == SMK_OK);
  REQUIRE(smk_options_new(SMK_FLOW_MARK, in_place.out(), nullptr) == SMK_OK);
  REQUIRE(smk_options_set(in_place, "in-place", "true", nullptr) == SMK_OK);
  CHECK(refuses([&](smk_error** e) {
    return smk_mark_file(nullptr, "a", "b", nullptr, nullptr, nullptr, e);
  }));
  CHECK(refuses([&](smk_error** e) {
    return smk_mark_file(context, nullptr, "b", nullptr, nullptr, nullptr, e);
  }));
  CHECK(refuses([&](smk_error** e) {
    return smk_mark_file(context, "a", nullptr, nullptr, nullptr, nullptr, e);
  }));
  CHECK(refuses([&](smk_error** e) {
    return smk_mark_file(context, "a", "b", in_place, nullptr, nullptr, e);
  }));
  CHECK(refuses([&](smk_error** e) {
    return smk_mark_memory(context, nullptr, 1, nullptr, nullptr, buffer.out(), nullptr, nullptr,
                           e);
  }));
  CHECK(refuses([&](smk_error** e) {
    return smk_mark_memory(context, &byte, 1, nullptr, nullptr, nullptr, nullptr, nullptr, e);
  }));
  CHECK(refuses([&](smk_error** e) {
    return smk_verify_file(context, nullptr, nullptr, nullptr, report.out(), e);
  }));
  CHECK(refuses([&](smk_error** e) {
    return smk_verify_file(context, "a", nullptr, in_place, report.out(), e);
  }));
  CHECK(refuses([&](smk_error** e) {
    return smk_verify_memory(context, nullptr, 9, nullptr, 0, nullptr, nullptr, report.out(), e);
  }));
  CHECK(refuses([&](smk_error** e) {
    return smk_verify_memory(context, &byte, 1, nullptr, 9, nullptr, nullptr, report.out(), e);
  }));
  CHECK(
      refuses([&](smk_error** e) { return smk_inspect_file(context, nullptr, buffer.out(), e); }));
  CHECK(refuses([&](smk_error** e) {
    return smk_propagate_file(context, "a", "b", in_place, nullptr, nullptr, nullptr, e);
  }));
}
