// SPDX-License-Identifier: Apache-2.0
// The C interface from inside the process: keys by name, marking, verifying, cancelling, threads.
#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "base/json.hpp"
#include "host.hpp"

using namespace signmark::test;
using signmark::Bytes;

namespace {

/// Marks without pixels, which would need the media library.
struct Marking {
  explicit Marking(Host& host) {
    REQUIRE_SMK(host.error, smk_signer_open(host.context, nullptr, signer.out(), host.error.out()));
    REQUIRE_SMK(host.error, smk_options_new(SMK_FLOW_MARK, options.out(), host.error.out()));
    set_option(host, options, "layers", "metadata,manifest");
    set_option(host, options, "content-id", "0123456789abcdef");
  }
  SignerHandle signer;
  OptionsHandle options;
};

Bytes mark_in_memory(Host& host, const Marking& marking, const Bytes& picture) {
  BufferHandle out;
  REQUIRE_SMK(host.error,
              smk_mark_memory(host.context, picture.data(), picture.size(), marking.options,
                              marking.signer, out.out(), nullptr, nullptr, host.error.out()));
  return {smk_buffer_data(out), smk_buffer_data(out) + smk_buffer_size(out)};
}

smk_verdict verdict_of(Host& host, const Bytes& file, const smk_trust* trust) {
  VerifyReportHandle report;
  REQUIRE_SMK(host.error, smk_verify_memory(host.context, file.data(), file.size(), nullptr, 0,
                                            trust, nullptr, report.out(), host.error.out()));
  return smk_verify_report_verdict(report);
}

int answer_passphrase(void* user, const char* subject, char* buffer, size_t capacity) {
  const auto* text = static_cast<const char*>(user);
  if (text == nullptr || std::strlen(subject) == 0 || capacity < std::strlen(text)) return -1;
  std::memcpy(buffer, text, std::strlen(text));
  return static_cast<int>(std::strlen(text));
}

}  // namespace

TEST_CASE("versions") {
  CHECK(smk_abi_version() == SMK_ABI_VERSION);
  CHECK(std::string(smk_version()).find('.') != std::string::npos);
}

TEST_CASE("limits by name") {
  Host host;
  uint64_t value = 0;
  REQUIRE_SMK(host.error, smk_context_set_limit(host.context, "file-size", 100, nullptr));
  REQUIRE_SMK(host.error, smk_context_get_limit(host.context, "file-size", &value, nullptr));
  CHECK(value == 100);
  CHECK(smk_context_get_limit(host.context, "files", &value, host.error.out()) == SMK_USAGE);
  CHECK(std::string(smk_error_code(host.error)) == "base.limit.unknown");
  CHECK(smk_context_set_limit(host.context, "blocks", 0, host.error.out()) == SMK_USAGE);
  // The limit counts in the flows as well.
  const std::string file = host.sample("baseline.jpg");
  VerifyReportHandle report;
  CHECK(smk_verify_file(host.context, file.c_str(), nullptr, nullptr, report.out(),
                        host.error.out()) == SMK_FAILED);
  CHECK(std::string(smk_error_code(host.error)) == "base.file.size");
}

TEST_CASE("keys are listed by name, without secrets") {
  Host host;
  KeyListHandle list;
  REQUIRE_SMK(host.error, smk_keys_list(host.context, list.out(), host.error.out()));
  REQUIRE(smk_key_list_size(list) == 3);
  CHECK(smk_key_list_at(list, 3) == nullptr);
  int roles = 0;
  for (size_t i = 0; i < 3; ++i) {
    const smk_key* key = smk_key_list_at(list, i);
    roles |= 1 << smk_key_role(key);
    CHECK(std::string(smk_key_id(key)).starts_with("sm1-"));
    CHECK(std::string(smk_key_label(key)) == "studio");
    CHECK(std::string(smk_key_state(key)) == "usable");
    CHECK(smk_key_is_protected(key) == 0);
    CHECK(smk_key_expires(key) > smk_key_created(key));
    CHECK((std::strlen(smk_key_public_line(key)) == 0) == (smk_key_role(key) == SMK_ROLE_CARRIER));
  }
  CHECK(roles == ((1 << SMK_ROLE_ISSUER) | (1 << SMK_ROLE_SIGNING) | (1 << SMK_ROLE_CARRIER)));
}

TEST_CASE("typed objects are signed and verified") {
  Host host;
  const Marking marking(host);
  const smk_key* key = smk_signer_key(marking.signer);
  const uint8_t body[] = {1, 2, 3};
  uint8_t signature[SMK_SIGNATURE_SIZE] = {};
  int good = 0;
  REQUIRE_SMK(host.error,
              smk_sign_object(marking.signer, "aigc-record", body, 3, signature, host.error.out()));
  REQUIRE_SMK(host.error, smk_verify_object(smk_key_public_line(key), "aigc-record", body, 3,
                                            signature, &good, host.error.out()));
  CHECK(good == 1);
  REQUIRE_SMK(host.error, smk_verify_object(smk_key_public_line(key), "aigc-record", body, 2,
                                            signature, &good, host.error.out()));
  CHECK(good == 0);
  CHECK(smk_sign_object(marking.signer, "trust-bundle", body, 3, signature, host.error.out()) ==
        SMK_KEY);
  CHECK(std::string(smk_error_code(host.error)) == "keys.sign.type");
}

TEST_CASE("a protected key needs the callback's passphrase") {
  Host host(true);
  SignerHandle signer;
  char right[] = "open sesame";
  char wrong[] = "close sesame";
  CHECK(smk_signer_open(host.context, nullptr, signer.out(), host.error.out()) == SMK_KEY);
  CHECK(std::string(smk_error_code(host.error)) == "keys.passphrase.none");
  REQUIRE(smk_context_set_passphrase(host.context, answer_passphrase, wrong, nullptr) == SMK_OK);
  CHECK(smk_signer_open(host.context, nullptr, signer.out(), host.error.out()) == SMK_KEY);
  CHECK(std::string(smk_error_code(host.error)) == "keys.unlock");
  REQUIRE(smk_context_set_passphrase(host.context, answer_passphrase, nullptr, nullptr) == SMK_OK);
  CHECK(smk_signer_open(host.context, "studio", signer.out(), host.error.out()) == SMK_KEY);
  CHECK(std::string(smk_error_code(host.error)) == "keys.passphrase.declined");
  CHECK(static_cast<smk_signer*>(signer) == nullptr);
  REQUIRE(smk_context_set_passphrase(host.context, answer_passphrase, right, nullptr) == SMK_OK);
  REQUIRE_SMK(host.error, smk_signer_open(host.context, "", signer.out(), host.error.out()));
  CHECK(smk_key_role(smk_signer_key(signer)) == SMK_ROLE_SIGNING);
}

TEST_CASE("SIGNMARK_PASSPHRASE is not for hosts") {
  Host host(true);
  SignerHandle signer;
  ::setenv("SIGNMARK_PASSPHRASE", "open sesame", 1);
  CHECK(smk_signer_open(host.context, nullptr, signer.out(), nullptr) == SMK_KEY);
  ::unsetenv("SIGNMARK_PASSPHRASE");
}

TEST_CASE("carrier keys give the key of one medium") {
  Host host;
  CarrierHandle own;
  CarrierHandle open;
  uint8_t image[SMK_MEDIUM_KEY_SIZE] = {};
  uint8_t text[SMK_MEDIUM_KEY_SIZE] = {};
  uint8_t again[SMK_MEDIUM_KEY_SIZE] = {};
  REQUIRE_SMK(host.error, smk_carrier_open(host.context, "public", open.out(), host.error.out()));
  REQUIRE_SMK(host.error, smk_carrier_open(host.context, nullptr, own.out(), host.error.out()));
  CHECK(smk_carrier_is_public(open) == 1);
  CHECK(smk_carrier_is_public(own) == 0);
  CHECK(std::string(smk_key_label(smk_carrier_key(open))) == "public");
  REQUIRE(smk_carrier_medium_key(own, SMK_MEDIUM_IMAGE, image, nullptr) == SMK_OK);
  REQUIRE(smk_carrier_medium_key(own, SMK_MEDIUM_TEXT, text, nullptr) == SMK_OK);
  REQUIRE(smk_carrier_medium_key(own, SMK_MEDIUM_IMAGE, again, nullptr) == SMK_OK);
  CHECK(std::memcmp(image, again, sizeof image) == 0);
  CHECK(std::memcmp(image, text, sizeof image) != 0);
  REQUIRE(smk_carrier_medium_key(open, SMK_MEDIUM_IMAGE, again, nullptr) == SMK_OK);
  CHECK(std::memcmp(image, again, sizeof image) != 0);
  smk_wipe(image, sizeof image);
  CHECK(std::all_of(std::begin(image), std::end(image), [](uint8_t b) { return b == 0; }));
}

TEST_CASE("a picture in memory: marked, verified, tampered, untrusted, none") {
  Host host;
  const Marking marking(host);
  const Bytes picture = slurp(host.sample("rgb.png"));
  const Bytes marked = mark_in_memory(host, marking, picture);
  TrustHandle trust;
  REQUIRE_SMK(host.error, smk_trust_open_default(host.context, trust.out(), host.error.out()));
  CHECK(smk_trust_size(trust) == 1);
  CHECK(verdict_of(host, marked, trust) == SMK_VERDICT_VERIFIED);
  CHECK(verdict_of(host, marked, nullptr) == SMK_VERDICT_UNTRUSTED);
  CHECK(verdict_of(host, picture, trust) == SMK_VERDICT_NONE);
  CHECK(verdict_of(host, {}, trust) == SMK_VERDICT_INCONCLUSIVE);
  Bytes flipped = marked;
  flipped[flipped.size() - 20] ^= 1;  // in the pixels: IDAT ends 16 bytes before the end
  CHECK(verdict_of(host, flipped, trust) == SMK_VERDICT_TAMPERED);
}

TEST_CASE("the report names every finding") {
  Host host;
  const Marking marking(host);
  const Bytes marked = mark_in_memory(host, marking, slurp(host.sample("baseline.jpg")));
  VerifyReportHandle report;
  REQUIRE_SMK(host.error, smk_verify_memory(host.context, marked.data(), marked.size(), nullptr, 0,
                                            nullptr, nullptr, report.out(), host.error.out()));
  CHECK(std::string(smk_verify_report_content_id(report)) == "0123456789abcdef");
  CHECK(smk_verify_report_tier(report) == SMK_TIER_CONFIRMED);
  CHECK(std::strlen(smk_verify_report_notice_zh(report)) > 0);
  CHECK(std::string(smk_verify_report_sentence(report)).starts_with("untrusted - "));
  int layers = 0;
  const size_t count = smk_verify_report_findings(report);
  for (size_t i = 0; i < count; ++i) {
    const smk_finding* finding = smk_verify_report_finding(report, i);
    layers |= smk_finding_layer(finding);
    CHECK(std::strlen(smk_finding_mark(finding)) > 0);
    CHECK(std::strlen(smk_finding_basis(finding)) > 0);
    CHECK(*smk_finding_field_name(finding, smk_finding_fields(finding)) == '\0');
  }
  CHECK((layers & SMK_LAYER_METADATA) != 0);
  CHECK((layers & SMK_LAYER_MANIFEST) != 0);
  CHECK(smk_verify_report_finding(report, count) == nullptr);
  const auto json = signmark::parse_json(smk_verify_report_json(report));
  REQUIRE_OK(json);
  CHECK((*json)["verdict"] == "untrusted");
  CHECK((*json)["exit_code"] == SMK_VERDICT_UNTRUSTED);
  CHECK((*json)["findings"].size() == count);
}

TEST_CASE("the manifest beside a picture in memory") {
  Host host;
  const Marking marking(host);
  set_option(host, marking.options, "sidecar", "true");
  const Bytes picture = slurp(host.sample("rgb.png"));
  BufferHandle out;
  BufferHandle sidecar;
  const auto mark = [&](smk_buffer** beside) {
    return smk_mark_memory(host.context, picture.data(), picture.size(), marking.options,
                           marking.signer, out.out(), beside, nullptr, host.error.out());
  };
  CHECK(mark(nullptr) == SMK_USAGE);
  REQUIRE_SMK(host.error, mark(sidecar.out()));
  TrustHandle trust;
  REQUIRE_SMK(host.error, smk_trust_open_default(host.context, trust.out(), host.error.out()));
  VerifyReportHandle report;
  REQUIRE_SMK(host.error,
              smk_verify_memory(host.context, smk_buffer_data(out), smk_buffer_size(out),
                                smk_buffer_data(sidecar), smk_buffer_size(sidecar), trust, nullptr,
                                report.out(), host.error.out()));
  CHECK(smk_verify_report_verdict(report) == SMK_VERDICT_VERIFIED);
}

TEST_CASE("files: marked, refused twice, inspected, propagated") {
  Host host;
  const Marking marking(host);
  const std::string in = host.sample("rgb.png");
  const std::string out = host.file("out.png").string();
  const Bytes before = slurp(in);
  MarkReportHandle report;
  const auto mark = [&](const std::string& from, const std::string& to) {
    return smk_mark_file(host.context, from.c_str(), to.c_str(), marking.options, marking.signer,
                         report.out(), host.error.out());
  };
  REQUIRE_SMK(host.error, mark(in, out));
  CHECK(slurp(in) == before);
  CHECK(std::string(smk_mark_report_content_id(report)) == "0123456789abcdef");
  CHECK(std::string(smk_mark_report_manifest_label(report)).starts_with("urn:c2pa:"));
  CHECK(std::string(smk_mark_report_sidecar_file(report)).empty());
  CHECK(signmark::parse_json(smk_mark_report_json(report)).has_value());
  CHECK(mark(in, out) == SMK_FAILED);
  CHECK(std::string(smk_error_code(host.error)) == "base.file.exists");
  CHECK(mark(out, host.file("twice.png").string()) == SMK_REFUSED);
  CHECK(std::string(smk_error_code(host.error)) == "pipeline.existing");
  CHECK(static_cast<smk_mark_report*>(report) == nullptr);

  BufferHandle tree;
  REQUIRE_SMK(host.error,
              smk_inspect_file(host.context, out.c_str(), tree.out(), host.error.out()));
  const auto json = signmark::parse_json(reinterpret_cast<const char*>(smk_buffer_data(tree)));
  REQUIRE_OK(json);
  CHECK((*json)["tree"].size() > 5);

  OptionsHandle options;
  REQUIRE_SMK(host.error, smk_options_new(SMK_FLOW_PROPAGATE, options.out(), host.error.out()));
  set_option(host, options, "propagator", "Platform");
  const std::string shown = host.file("shown.png").string();
  CHECK(smk_propagate_file(host.context, out.c_str(), shown.c_str(), options, nullptr, nullptr,
                           nullptr, host.error.out()) == SMK_KEY);
  BufferHandle answer;
  REQUIRE_SMK(host.error,
              smk_propagate_file(host.context, out.c_str(), shown.c_str(), options, marking.signer,
                                 nullptr, answer.out(), host.error.out()));
  CHECK(std::strstr(reinterpret_cast<const char*>(smk_buffer_data(answer)), "Platform") != nullptr);
}

TEST_CASE("options are refused by name and value") {
  Host host;
  OptionsHandle options;
  const auto code = [&](smk_flow flow, const char* name, const char* value) {
    REQUIRE_SMK(host.error, smk_options_new(flow, options.out(), host.error.out()));
    smk_options_set(options, name, value, host.error.out());
    return std::string(smk_error_code(host.error));
  };
  CHECK(code(SMK_FLOW_MARK, "force", "true").empty());
  CHECK(code(SMK_FLOW_MARK, "force", "maybe") == "pipeline.option.value");
  CHECK(code(SMK_FLOW_MARK, "height", "0.06").empty());
  CHECK(code(SMK_FLOW_MARK, "height", "nan") == "pipeline.option.value");
  CHECK(code(SMK_FLOW_MARK, "height", "0.6") == "pipeline.option.value");
  CHECK(code(SMK_FLOW_MARK, "quality", "100.5") == "pipeline.option.value");
  CHECK(code(SMK_FLOW_MARK, "layers", "sound") == "pipeline.layers");
  CHECK(code(SMK_FLOW_MARK, "layers", "robust,manifest").empty());
  CHECK(code(SMK_FLOW_MARK, "carrier", "both").empty());
  CHECK(code(SMK_FLOW_MARK, "carrier", "") == "pipeline.option.value");
  CHECK(code(SMK_FLOW_MARK, "strength", "strong").empty());
  CHECK(code(SMK_FLOW_MARK, "strength", "loud") == "pipeline.option.value");
  CHECK(code(SMK_FLOW_VERIFY, "layers", "robust").empty());
  CHECK(code(SMK_FLOW_VERIFY, "deep", "true").empty());
  CHECK(code(SMK_FLOW_MARK, "text", "\xff") == "pipeline.option.value");
  CHECK(code(SMK_FLOW_MARK, "declared", "true") == "pipeline.option.unknown");
  CHECK(code(SMK_FLOW_VERIFY, "declared", "true").empty());
  CHECK(code(SMK_FLOW_VERIFY, "at", "yesterday") == "base.time");
  CHECK(code(SMK_FLOW_PROPAGATE, "in-place", "true").empty());
  CHECK(code(SMK_FLOW_PROPAGATE, "layers", "visible") == "pipeline.option.unknown");
}

TEST_CASE("cancelling leaves no output") {
  Host host;
  const Marking marking(host);
  const std::string in = host.sample("rgb.png");
  const std::string out = host.file("out.png").string();
  const auto mark = [&] {
    return smk_mark_file(host.context, in.c_str(), out.c_str(), marking.options, marking.signer,
                         nullptr, host.error.out());
  };
  // At every step in turn, by the callback; in the end it goes through.
  struct Steps {
    int left;
  } steps{0};
  const auto stop_later = [](void* user, const char*, uint64_t, uint64_t) -> int {
    return static_cast<Steps*>(user)->left-- > 0;
  };
  REQUIRE(smk_context_set_progress(host.context, stop_later, &steps, nullptr) == SMK_OK);
  int tries = 0;
  for (; tries < 50; ++tries) {
    steps.left = tries;
    if (mark() == SMK_OK) break;
    REQUIRE(smk_error_status(host.error) == SMK_CANCELLED);
    // The last step comes after the rename: then the output is there, whole.
    if (!std::filesystem::exists(out)) continue;
    std::filesystem::remove(out);
  }
  CHECK(tries > 2);
  CHECK(tries < 50);
  std::filesystem::remove(out);
  REQUIRE(smk_context_set_progress(host.context, nullptr, nullptr, nullptr) == SMK_OK);
  smk_context_cancel(host.context);
  CHECK(mark() == SMK_CANCELLED);
  CHECK_FALSE(std::filesystem::exists(out));
  smk_context_resume(host.context);
  CHECK(mark() == SMK_OK);
}

TEST_CASE("eight threads use one context, one trust and one signer") {
  Host host;
  const Marking marking(host);
  const Bytes picture = slurp(host.sample("rgb.png"));
  const Bytes marked = mark_in_memory(host, marking, picture);
  TrustHandle trust;
  REQUIRE_SMK(host.error, smk_trust_open_default(host.context, trust.out(), host.error.out()));
  std::atomic<int> good{0};
  const auto work = [&] {
    for (int i = 0; i < 4; ++i) {
      VerifyReportHandle report;
      BufferHandle again;
      const bool verified = smk_verify_memory(host.context, marked.data(), marked.size(), nullptr,
                                              0, trust, nullptr, report.out(), nullptr) == SMK_OK &&
                            smk_verify_report_verdict(report) == SMK_VERDICT_VERIFIED;
      const bool made =
          smk_mark_memory(host.context, picture.data(), picture.size(), marking.options,
                          marking.signer, again.out(), nullptr, nullptr, nullptr) == SMK_OK;
      if (verified && made) ++good;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 32);
}
