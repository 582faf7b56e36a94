/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin does, in C99 on the public header alone: mark a file and a buffer, verify both.
 *   roundtrip IN OUT      keys and trust come from SIGNMARK_HOME */
#include <signmark/signmark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail_at(const char* what, const smk_error* error) {
  fprintf(stderr, "%s: %s: %s (%s) hint: %s\n", what, smk_error_where(error),
          smk_error_message(error), smk_error_code(error), smk_error_hint(error));
  return 1;
}

static int count_steps(void* user, const char* phase, uint64_t done, uint64_t total) {
  (void)phase;
  (void)done;
  (void)total;
  ++*(int*)user;
  return 1;
}

/* The whole of a file; the caller frees it. */
static uint8_t* load(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  uint8_t* data = NULL;
  long end = 0;
  if (file == NULL) return NULL;
  if (fseek(file, 0, SEEK_END) == 0 && (end = ftell(file)) > 0 && fseek(file, 0, SEEK_SET) == 0) {
    data = malloc((size_t)end);
    if (data != NULL) *size = fread(data, 1, (size_t)end, file);
  }
  fclose(file);
  return data;
}

static int is_verified(const char* what, const smk_verify_report* report, const char* content_id) {
  printf("%s: %s\n", what, smk_verify_report_sentence(report));
  if (smk_verify_report_verdict(report) == SMK_VERDICT_VERIFIED &&
      smk_verify_report_tier(report) == SMK_TIER_CONFIRMED &&
      strcmp(smk_verify_report_content_id(report), content_id) == 0)
    return 1;
  fprintf(stderr, "%s is not verified: %s\n", what, smk_verify_report_json(report));
  return 0;
}

struct host {
  smk_context* context;
  smk_signer* signer;
  smk_trust* trust;
  smk_options* options;
};

static int open_host(struct host* host, int* steps) {
  smk_error* error = NULL;
  if (smk_abi_version() != SMK_ABI_VERSION) return fail_at("abi version", NULL);
  if (smk_context_new(&host->context, &error) != SMK_OK ||
      smk_context_set_progress(host->context, count_steps, steps, &error) != SMK_OK ||
      smk_signer_open(host->context, NULL, &host->signer, &error) != SMK_OK ||
      smk_trust_open_default(host->context, &host->trust, &error) != SMK_OK ||
      smk_options_new(SMK_FLOW_MARK, &host->options, &error) != SMK_OK ||
      smk_options_set(host->options, "layers", "metadata,manifest", &error) != SMK_OK) {
    fail_at("opening", error);
    smk_error_free(error);
    return 1;
  }
  return 0;
}

static int file_round(const struct host* host, const char* in, const char* out) {
  smk_error* error = NULL;
  smk_mark_report* marked = NULL;
  smk_verify_report* seen = NULL;
  int bad = 1;
  if (smk_mark_file(host->context, in, out, host->options, host->signer, &marked, &error) !=
          SMK_OK ||
      smk_verify_file(host->context, out, host->trust, NULL, &seen, &error) != SMK_OK)
    fail_at("file", error);
  else
    bad = !is_verified("file", seen, smk_mark_report_content_id(marked));
  smk_error_free(error);
  smk_mark_report_free(marked);
  smk_verify_report_free(seen);
  return bad;
}

static int memory_round(const struct host* host, const char* in) {
  smk_error* error = NULL;
  smk_buffer* out = NULL;
  smk_mark_report* marked = NULL;
  smk_verify_report* seen = NULL;
  size_t size = 0;
  uint8_t* data = load(in, &size);
  int bad = 1;
  if (smk_mark_memory(host->context, data, size, host->options, host->signer, &out, NULL, &marked,
                      &error) != SMK_OK ||
      smk_verify_memory(host->context, smk_buffer_data(out), smk_buffer_size(out), NULL, 0,
                        host->trust, NULL, &seen, &error) != SMK_OK)
    fail_at("memory", error);
  else
    bad = !is_verified("memory", seen, smk_mark_report_content_id(marked));
  free(data);
  smk_error_free(error);
  smk_buffer_free(out);
  smk_mark_report_free(marked);
  smk_verify_report_free(seen);
  return bad;
}

int main(int argc, char** argv) {
  struct host host = {NULL, NULL, NULL, NULL};
  int steps = 0;
  int bad = argc != 3 || open_host(&host, &steps);
  if (!bad) bad = file_round(&host, argv[1], argv[2]) + memory_round(&host, argv[1]);
  if (!bad && steps == 0) bad = fail_at("progress was never reported", NULL);
  smk_options_free(host.options);
  smk_trust_free(host.trust);
  smk_signer_free(host.signer);
  smk_context_free(host.context);
  return bad;
}
