/* SPDX-License-Identifier: Apache-2.0 */
/* The C interface of libsignmark: C99, for host plugins and for every other language.
 *
 *   smk_context* context = NULL;
 *   smk_signer* signer = NULL;
 *   smk_error* error = NULL;
 *   if (smk_context_new(&context, &error) == SMK_OK &&
 *       smk_signer_open(context, NULL, &signer, &error) == SMK_OK &&
 *       smk_mark_file(context, "in.png", "out.png", NULL, signer, NULL, &error) == SMK_OK)
 *     puts("marked");
 *   else
 *     fprintf(stderr, "%s (%s)\n", smk_error_message(error), smk_error_code(error));
 *   smk_error_free(error);
 *   smk_signer_free(signer);
 *   smk_context_free(context);
 *
 * Rules that hold for every function:
 *
 * - Objects are opaque. What a function gives through an `out` parameter belongs to the caller, who
 *   frees it with the _free function of its type. Every _free function takes NULL and does nothing
 *   then. Freeing an object twice, or using it afterwards, is undefined as with free(3): set the
 *   pointer to NULL after freeing it. An `out` parameter is set to NULL when the call fails.
 * - `const char*` and `const uint8_t*` that a function returns belong to the object that was asked
 *   and live as long as it does, unless a shorter life is named. They are never NULL.
 * - Text is UTF-8 and ends with NUL. Paths are bytes as the operating system takes them.
 * - Sizes are bytes, times are seconds since 1970-01-01T00:00:00Z (leap seconds not counted).
 * - A pointer argument may be NULL only where this header says so; anywhere else NULL makes a
 *   function with an `error` parameter fail with `capi.argument`, and an accessor answer 0, "" or
 *   the value named `none` or `unknown`. No function crashes on a NULL.
 * - No C++ exception leaves a function. Callbacks must not throw, and must not longjmp out.
 * - Any function may be called from any thread. Objects other than smk_context and smk_options do
 *   not change after they were made, so several threads may use one at the same time. A context may
 *   be used by several threads at once; its _set functions, and those of options, need the caller's
 *   own lock. Nothing may be freed while another thread uses it.
 * - The library prints nothing, changes no signal handler, and keeps no state outside its objects.
 *   Files are read and written where a path is given, and below the folders of signmark; nothing
 *   is ever fetched from a network.
 * - Values of enumerations never change their meaning. New ones may appear: treat an unknown
 *   smk_status as a failure, and an unknown state or verdict as "could not be judged".
 */
#ifndef SIGNMARK_SIGNMARK_H_
#define SIGNMARK_SIGNMARK_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------------
 * Version
 */

/* Version of this interface, counted up when a program that was built against an older header could
 * break. Functions and enumeration values may be added without that. */
#define SMK_ABI_VERSION 1

/* The SMK_ABI_VERSION of the library that is running. A host that loads the library at run time
 * compares it with its own before it calls anything else. */
uint32_t smk_abi_version(void);

/* Semantic version of the library that is running, e.g. "0.1.0". Static storage. */
const char* smk_version(void);

/* ---------------------------------------------------------------------------------------------
 * Errors
 */

/* The class of an outcome. The numbers are the exit codes of the program `signmark`, so that a
 * plugin that ends its process can pass them on. */
typedef enum smk_status {
  SMK_OK = 0,
  SMK_FAILED = 1,   /* anything not named below: unreadable file, full disk, no memory */
  SMK_USAGE = 2,    /* a wrong argument or option */
  SMK_KEY = 15,     /* no usable key, wrong passphrase, agent refused */
  SMK_REFUSED = 20, /* marking would break a rule: marked already, too small, wording incomplete */
  SMK_CANCELLED = 130 /* smk_context_cancel, or the progress callback said so */
} smk_status;

/* Why a call failed. Every function with a parameter `smk_error** error`
 * - takes NULL when the caller does not want to know;
 * - otherwise sets *error to NULL first, and to a new object when it fails. An object left there by
 *   an earlier call is not freed: free it first;
 * - leaves it NULL although it failed only when there was no memory for the object. */
typedef struct smk_error smk_error;

/* Stable dotted name, e.g. "pipeline.existing"; never changes its meaning. "" for NULL. */
const char* smk_error_code(const smk_error* error);
/* What failed, for people: lower case, no full stop, never a secret. "" for NULL. */
const char* smk_error_message(const smk_error* error);
/* File, position or field that it is about; may be "". */
const char* smk_error_where(const smk_error* error);
/* The cure, if one is known; may be "". */
const char* smk_error_hint(const smk_error* error);
/* The class, as the failed call returned it. SMK_OK for NULL. */
smk_status smk_error_status(const smk_error* error);
void smk_error_free(smk_error* error);

/* ---------------------------------------------------------------------------------------------
 * Bytes
 */

/* Bytes made by the library: a marked picture, a JSON text. */
typedef struct smk_buffer smk_buffer;

/* The bytes, followed by a NUL that is not counted, so that a text can be used as it is. */
const uint8_t* smk_buffer_data(const smk_buffer* buffer);
/* Number of bytes; 0 for NULL. */
size_t smk_buffer_size(const smk_buffer* buffer);
void smk_buffer_free(smk_buffer* buffer);

/* Overwrites secrets in memory in a way that no compiler leaves out. `data` may be NULL. */
void smk_wipe(void* data, size_t size);

/* ---------------------------------------------------------------------------------------------
 * Context: limits, folders and callbacks of one host
 */

typedef struct smk_context smk_context;

/* Standard limits, the folders of the user who runs the process (SIGNMARK_HOME or XDG), system
 * clock, no callbacks. */
smk_status smk_context_new(smk_context** out, smk_error** error);
void smk_context_free(smk_context* context);

/* Keys, trust and settings below this folder instead, as SIGNMARK_HOME does for the program. The
 * folder need not exist. Errors: `capi.argument` for a relative path. */
smk_status smk_context_set_home(smk_context* context, const char* directory, smk_error** error);

/* Records every file that is marked in this context in a ledger: the user's own with NULL,
 * otherwise a file or `postgresql://HOST/DATABASE` without a password. Without this call, or with
 * "", nothing is recorded. Errors: `ledger.*`, `database.*`, `keys.home`. */
smk_status smk_context_set_ledger(smk_context* context, const char* place, smk_error** error);

/* Upper bounds on what an input may ask for, by the names that `signmark doctor` lists:
 * "image-pixels", "image-side", "image-frames", "metadata-block", "manifest-store", "file-size",
 * "json-depth", "box-depth", "blocks", "document-text". Every refusal by a limit names it.
 * Errors: `base.limit.unknown`, `base.limit.value` (0 is no limit). */
smk_status smk_context_set_limit(smk_context* context, const char* name, uint64_t value,
                                 smk_error** error);
/* Errors: `base.limit.unknown`. */
smk_status smk_context_get_limit(const smk_context* context, const char* name, uint64_t* value,
                                 smk_error** error);

/* Called at the steps of a call, in the thread of that call.
 * - `phase` names the step ("visible label", "write", "read back"); it lives during the callback.
 * - `done` of `total` parts of the phase are done; `total` 0 means unknown. Not an estimate of
 * time.
 * - Returns non-zero to go on, 0 to cancel: the call then ends with SMK_CANCELLED, and nothing
 *   appears under the name of its output.
 * - May come from several threads at once when several use the context.
 * - May call smk_context_cancel, but no _set function of its context. */
typedef int (*smk_progress_fn)(void* user, const char* phase, uint64_t done, uint64_t total);
/* `callback` may be NULL for none. `user` is handed back and never touched; it may be NULL. */
smk_status smk_context_set_progress(smk_context* context, smk_progress_fn callback, void* user,
                                    smk_error** error);

typedef enum smk_log_level {
  SMK_LOG_DEBUG = 0,
  SMK_LOG_INFO = 1,
  SMK_LOG_WARNING = 2
} smk_log_level;

/* A message for the host's log, without line end; never a secret. It lives during the callback.
 * May come from several threads at once. */
typedef void (*smk_log_fn)(void* user, smk_log_level level, const char* message);
/* As smk_context_set_progress. */
smk_status smk_context_set_log(smk_context* context, smk_log_fn callback, void* user,
                               smk_error** error);

/* Asks a person for the passphrase of a key.
 * - `subject` says which key, for the question; it lives during the callback.
 * - Writes the passphrase without line end to `buffer` and returns its length in bytes. `buffer`
 * has `capacity` (1024) bytes in locked memory, which the library wipes; keep no other copy.
 * - Returns a negative number when the person declined: the call ends with
 *   `keys.passphrase.declined`. A length above `capacity` is the same.
 * - Is called during smk_signer_open, smk_signer_open_file and smk_carrier_open only. */
typedef int (*smk_passphrase_fn)(void* user, const char* subject, char* buffer, size_t capacity);
/* Without a callback, which is the default, protected keys are used through the agent or not at
 * all. The variable SIGNMARK_PASSPHRASE is never read. As smk_context_set_progress. */
smk_status smk_context_set_passphrase(smk_context* context, smk_passphrase_fn callback, void* user,
                                      smk_error** error);

/* Makes the calls that run in this context, and all later ones that mark, verify, inspect or
 * propagate, end with SMK_CANCELLED at their next step, until smk_context_resume. From any thread,
 * at any time. NULL is ignored. */
void smk_context_cancel(smk_context* context);
void smk_context_resume(smk_context* context);

/* ---------------------------------------------------------------------------------------------
 * Keys: names and uses, never secrets
 *
 * A selector names a key: its short id ("sm1-q7fz-2lka-m5xd-jw3t") or a unique beginning of it, its
 * label, its public line, or NULL or "" for the newest usable one.
 */

typedef enum smk_role {
  SMK_ROLE_NONE = 0,
  SMK_ROLE_ISSUER = 1,  /* stands behind signing keys; never used for marking */
  SMK_ROLE_SIGNING = 2, /* signs manifests and records */
  SMK_ROLE_CARRIER = 3  /* says where a robust mark lies */
} smk_role;

/* What may be shown of a key. Part of the object that it was got from: not freed by itself. */
typedef struct smk_key smk_key;

smk_role smk_key_role(const smk_key* key);
/* Short id. Ids collide: a hint for people, never a reason to trust. */
const char* smk_key_id(const smk_key* key);
/* Chosen by the user; may be "". */
const char* smk_key_label(const smk_key* key);
/* "smsign1..." or "smissuer1..."; "" for a carrier key, which has no public half. */
const char* smk_key_public_line(const smk_key* key);
/* "usable", "future", "expired", "stopped", "withdrawn" or "no_secret" (keys.md). */
const char* smk_key_state(const smk_key* key);
int64_t smk_key_created(const smk_key* key);
/* The first second in which the key may no longer be used. */
int64_t smk_key_expires(const smk_key* key);
/* 1 when a passphrase protects the key's file, else 0. Of a key held by the agent: 0. */
int smk_key_is_protected(const smk_key* key);

typedef struct smk_key_list smk_key_list;

/* All keys of the user, by role, newest first. Needs no passphrase and no agent. A file that could
 * not be read is reported to the log callback. Errors: `keys.home`, `keys.dir.read`. */
smk_status smk_keys_list(const smk_context* context, smk_key_list** out, smk_error** error);
/* 0 for NULL. */
size_t smk_key_list_size(const smk_key_list* list);
/* NULL when `index` is not below the size. */
const smk_key* smk_key_list_at(const smk_key_list* list, size_t index);
void smk_key_list_free(smk_key_list* list);

/* Something that signs. Keeps nothing of its context but its clock and limits: it may outlive it.
 */
typedef struct smk_signer smk_signer;

/* A signing key by selector (may be NULL). The first that can give it: systemd credentials
 * ($CREDENTIALS_DIRECTORY), the agent (which keeps the key and signs), the key file when it has no
 * passphrase, the passphrase callback. Errors: `keys.select.none`, `keys.select.ambiguous`,
 * `keys.state.*`, `keys.unlock`, `keys.passphrase.*`, `keys.file.*`, `agent.*`. */
smk_status smk_signer_open(const smk_context* context, const char* selector, smk_signer** out,
                           smk_error** error);
/* A signing key from a key file outside the keyring, with its certificate in a `.cert` file beside
 * it. Errors: as above. */
smk_status smk_signer_open_file(const smk_context* context, const char* path, smk_signer** out,
                                smk_error** error);
const smk_key* smk_signer_key(const smk_signer* signer);
void smk_signer_free(smk_signer* signer);

/* Size of a signature, bytes (Ed25519). */
#define SMK_SIGNATURE_SIZE 64

/* Signs "signmark/<type>/v1", a zero byte and `body`, after checking that the key's role may sign
 * the type. `signature` has SMK_SIGNATURE_SIZE bytes. `body` may be NULL when `size` is 0.
 * Errors: `keys.sign.type`, `keys.sign.size`, `keys.sign.expired`, `keys.sign.early`, `agent.*`. */
smk_status smk_sign_object(const smk_signer* signer, const char* type, const uint8_t* body,
                           size_t size, uint8_t* signature, smk_error** error);
/* Sets *good to 1 when `signature` is one of the key with this public line over that object, else
 * to 0. It says nothing about whether that key is believed. `body` may be NULL when `size` is 0.
 * Errors: `keys.text.*` when `public_line` is none. */
smk_status smk_verify_object(const char* public_line, const char* type, const uint8_t* body,
                             size_t size, const uint8_t* signature, int* good, smk_error** error);

/* ---------------------------------------------------------------------------------------------
 * Carrier keys
 */

typedef enum smk_medium {
  SMK_MEDIUM_IMAGE = 1,
  SMK_MEDIUM_VIDEO = 2,
  SMK_MEDIUM_AUDIO = 3,
  SMK_MEDIUM_TEXT = 4
} smk_medium;

/* A carrier key that can be used. Whoever can detect with one can also forge and erase its marks.
 */
typedef struct smk_carrier smk_carrier;

/* The selector "public" opens the one public carrier key, which needs neither keyring nor agent.
 * Anything else as for smk_signer_open. */
smk_status smk_carrier_open(const smk_context* context, const char* selector, smk_carrier** out,
                            smk_error** error);
const smk_key* smk_carrier_key(const smk_carrier* carrier);
/* 1 for the public carrier key, else 0. */
int smk_carrier_is_public(const smk_carrier* carrier);

/* Size of a medium's key, bytes. */
#define SMK_MEDIUM_KEY_SIZE 32

/* Copies the key of one medium to `key`, SMK_MEDIUM_KEY_SIZE bytes of the caller. It is a secret
 * (except of the public carrier key): smk_wipe it as soon as the streams are made.
 * Errors: `capi.argument` (no such medium), `keys.memory`, `agent.*`. */
smk_status smk_carrier_medium_key(const smk_carrier* carrier, smk_medium medium, uint8_t* key,
                                  smk_error** error);
void smk_carrier_free(smk_carrier* carrier);

/* ---------------------------------------------------------------------------------------------
 * Trust: whom to believe
 */

typedef struct smk_trust smk_trust;

/* The issuers that this machine believes, under its local policy. What could not be read is
 * reported to the log callback and not believed. Errors: `trust.store.unreadable`,
 * `trust.policy.*`. */
smk_status smk_trust_open_default(const smk_context* context, smk_trust** out, smk_error** error);
/* Only the issuer of one `issuer.smbundle`. Errors: `trust.file.*`, `trust.bundle.*`,
 * `keys.object.*`, `trust.policy.*`. */
smk_status smk_trust_open_bundle(const smk_context* context, const char* path, smk_trust** out,
                                 smk_error** error);
/* Number of issuer certificates that are believed; 0 for NULL. */
size_t smk_trust_size(const smk_trust* trust);
void smk_trust_free(smk_trust* trust);

/* ---------------------------------------------------------------------------------------------
 * Options of the flows, by name
 *
 * Names and values are those of the command line, without dashes before the name. A flag takes
 * "true" or "false".
 *
 *   flow       options
 *   mark       layers ("robust,visible,metadata,manifest" or some of them; default all)
 *              producer (27-character provider code or a name; default the key's short id)
 *              produce-id (default the content id), content-id (16 hex digits; default random)
 *              existing ("refuse" or "add": what to do with marks that are there; default refuse)
 *              recipient, agreement (content without a visible label: recorded in the ledger)
 *              sidecar (flag: manifest beside the file), text, wording ("gb45438" or "eu-ai"),
 *              corner ("bottom-right", "bottom-left", "top-right", "top-left", "bottom", "top"),
 *              height (glyphs over the shortest side, "0.05" to "0.5"), font (a file),
 *              quality ("1" to "100"), carrier ("public", "both", or any name for a private key,
 *              which is given by smk_options_add_carrier), strength ("invisible", "default",
 *              "strong"), source-type (URI or term of IPTC), agent, agent-version,
 *              model, title; of film and sound: crf, preset, threads, size-like-source (flag),
 *              label-seconds ("0": the whole film), sei (flag), mark-sound (flag: of a film),
 *              notice ("rhythm", "spoken"), notice-place ("start", "end", "both"), notice-blend
 *              ("mix", "insert"), notice-language, notice-file, notice-in-film (flag); of
 *              documents: field, label-place, density, placement
 *   propagate  propagator (27-character provider code or a name), propagate-id, declared (flag)
 *   both       force (flag: replace an existing output), in-place (flag: output is the input),
 *              backup (with in-place: path that keeps the original); files only
 *   verify     declared (flag: the uploader says that it is generated), at (RFC 3339: judge as of
 *              this time), sidecar (path of the manifest store beside the file; files only),
 *              layers (what is looked at; default all), deep (flag: robust marks in parts of a
 *              picture, too)
 */

typedef enum smk_flow { SMK_FLOW_MARK = 1, SMK_FLOW_VERIFY = 2, SMK_FLOW_PROPAGATE = 3 } smk_flow;

typedef struct smk_options smk_options;

/* Options of one flow with their defaults. Errors: `capi.argument` (no such flow). */
smk_status smk_options_new(smk_flow flow, smk_options** out, smk_error** error);
/* Errors: `pipeline.option.unknown` (no such option of this flow), `pipeline.option.value`,
 * `pipeline.layers`, `base.time`. A failed call changes nothing. */
smk_status smk_options_set(smk_options* options, const char* name, const char* value,
                           smk_error** error);
/* Gives a carrier key. Of mark: the private key, when the option `carrier` is not "public". Of
 * verify: one more key with which pixels are searched, beside the public one; may be called several
 * times. The options keep what they need of the key. Errors: `capi.argument`. */
smk_status smk_options_add_carrier(smk_options* options, const smk_carrier* carrier,
                                   smk_error** error);
void smk_options_free(smk_options* options);

/* ---------------------------------------------------------------------------------------------
 * mark
 */

typedef struct smk_mark_report smk_mark_report;

/* Marks one file. The input is never changed (unless the option in-place is set); the output
 * appears whole or not at all, and only after it was read back and every layer found again.
 * - `output` may be NULL with the option in-place, and only then.
 * - `options` may be NULL for defaults; those of another flow are `capi.argument`.
 * - `signer` may be NULL when the layers leave out the manifest; the robust mark is unsigned then.
 * - `report` may be NULL.
 * Errors: `pipeline.existing` (marked already), `pipeline.format`, `pipeline.damaged`,
 * `pipeline.same-file`, `pipeline.signer`, `pipeline.carrier`, `pipeline.producer`, `label.*`,
 * `image.*` (`image.mark.*`: too little room for the robust mark),
 * `container.*`, `base.file.*`, `keys.sign.*`, `agent.*`. */
smk_status smk_mark_file(const smk_context* context, const char* input, const char* output,
                         const smk_options* options, const smk_signer* signer,
                         smk_mark_report** report, smk_error** error);

/* The same for a file in memory (not for pixels): `data` holds a whole PNG, JPEG, WebP, GIF, TIFF,
 * AVIF or HEIF, which must stay unchanged during the call. The marked file goes to *out. With the
 * option sidecar the manifest store goes to *sidecar, which may be NULL otherwise and is set to
 * NULL when the store is in the file. Errors: as above, without those of files. */
smk_status smk_mark_memory(const smk_context* context, const uint8_t* data, size_t size,
                           const smk_options* options, const smk_signer* signer, smk_buffer** out,
                           smk_buffer** sidecar, smk_mark_report** report, smk_error** error);

/* What one sample is. */
typedef enum smk_sample {
  SMK_SAMPLE_U8 = 1,  /* 0 to 255 */
  SMK_SAMPLE_U16 = 2, /* 0 to 65535, native byte order */
  SMK_SAMPLE_F32 = 3  /* `low` to `high`, native byte order; values outside are clipped */
} smk_sample;

/* A picture in the caller's memory. Strides are bytes and may be negative: interleaved (NHWC),
 * planar (NCHW), RGBA, BGRA, bottom-up rows and parts of a picture are described without copying.
 *   uint8_t rgb[H][W][3]:  row_stride W*3, pixel_stride 3, channel_stride 1
 *   float nchw[3][H][W]:   row_stride W*4, pixel_stride 4, channel_stride H*W*4 */
typedef struct smk_pixels {
  size_t struct_size; /* sizeof(smk_pixels); fields that a later version adds come at the end */
  smk_sample sample;
  int32_t width, height; /* pixels */
  int32_t channels;      /* 1 grey, 3 red, green, blue, 4 with straight alpha, which stays */
  int32_t blue_first;    /* not 0: blue, green, red (, alpha) */
  void* data;            /* first sample of the first channel of the first pixel */
  ptrdiff_t row_stride, pixel_stride, channel_stride;
  double low, high; /* of SMK_SAMPLE_F32: 0 and 1, or -1 and 1 */
} smk_pixels;

/* Lays the layers robust and visible into the samples, in place; record and manifest need a file.
 * The samples change only when the call succeeds; floats keep their precision. Pixels that carry a
 * mark already are refused. Nothing is recorded in a ledger: what is issued is the file that is
 * made of them. Parameters as for smk_mark_file. Errors: `pipeline.pixels`, `pipeline.layers`,
 * `pipeline.existing`, `image.limit`, `image.mark.*`, `label.*`, `keys.sign.*`, `agent.*`. */
smk_status smk_mark_pixels(const smk_context* context, const smk_pixels* pixels,
                           const smk_options* options, const smk_signer* signer,
                           smk_mark_report** report, smk_error** error);

/* 16 hex digits: the same in record, manifest and ledger; what `verify --expect` takes. */
const char* smk_mark_report_content_id(const smk_mark_report* report);
/* "urn:c2pa:..."; "" without a manifest. */
const char* smk_mark_report_manifest_label(const smk_mark_report* report);
/* Where the manifest store lies when it is not in the file; else "". */
const char* smk_mark_report_sidecar_file(const smk_mark_report* report);
/* The whole report as one JSON object, as `signmark --json mark` prints it. */
const char* smk_mark_report_json(const smk_mark_report* report);
void smk_mark_report_free(smk_mark_report* report);

/* ---------------------------------------------------------------------------------------------
 * verify
 */

/* One layer of marks. The numbers are bits, so that a host can keep a set of them. */
typedef enum smk_layer {
  SMK_LAYER_NONE = 0,
  SMK_LAYER_VISIBLE = 1,
  SMK_LAYER_METADATA = 2,
  SMK_LAYER_MANIFEST = 4,
  SMK_LAYER_ROBUST = 8
} smk_layer;

/* What one layer says (architecture.md section 3). */
typedef enum smk_state {
  SMK_STATE_ABSENT = 0,
  SMK_STATE_PRESENT = 1,   /* there, and not signed by a valid signature */
  SMK_STATE_VALID = 2,     /* validly signed, by an issuer that is not believed here */
  SMK_STATE_TRUSTED = 3,   /* validly signed, by an issuer that is believed */
  SMK_STATE_INVALID = 4,   /* a signature or hash fails */
  SMK_STATE_FOREIGN = 5,   /* belongs to other content */
  SMK_STATE_UNREADABLE = 6 /* could not look */
} smk_state;

/* What all layers come to. The numbers are the exit codes of `signmark verify`. */
typedef enum smk_verdict {
  SMK_VERDICT_VERIFIED = 0,
  SMK_VERDICT_NONE = 10,
  SMK_VERDICT_UNTRUSTED = 11,
  SMK_VERDICT_TAMPERED = 12,
  SMK_VERDICT_MARKED = 13,
  SMK_VERDICT_INCONCLUSIVE = 14
} smk_verdict;

/* The tiers of the Labelling Measures, Article 6. */
typedef enum smk_tier {
  SMK_TIER_UNKNOWN = -1, /* something could not be looked at, and nothing else was found */
  SMK_TIER_NONE = 0,
  SMK_TIER_SUSPECTED = 1,
  SMK_TIER_POSSIBLE = 2,
  SMK_TIER_CONFIRMED = 3
} smk_tier;

typedef struct smk_verify_report smk_verify_report;

/* Looks at every layer of a file. A damaged or unknown file gives a report whose verdict is
 * SMK_VERDICT_INCONCLUSIVE; the call fails only when the file cannot be opened. SMK_OK means that
 * there is a report, never that the file is marked: ask for its verdict.
 * - `trust` may be NULL: nobody is believed.
 * - `options` may be NULL for defaults. The store FILE.c2pa beside the file is used when it exists.
 * Errors: `base.file.*`, `base.cancelled`. */
smk_status smk_verify_file(const smk_context* context, const char* path, const smk_trust* trust,
                           const smk_options* options, smk_verify_report** out, smk_error** error);

/* The same for a file in memory, which must stay unchanged during the call. `data` may be NULL when
 * `size` is 0. `sidecar` is the manifest store beside it, or NULL with `sidecar_size` 0. */
smk_status smk_verify_memory(const smk_context* context, const uint8_t* data, size_t size,
                             const uint8_t* sidecar, size_t sidecar_size, const smk_trust* trust,
                             const smk_options* options, smk_verify_report** out,
                             smk_error** error);

/* Looks for robust marks in samples, which must stay unchanged during the call. The other layers
 * are not there. Parameters as for smk_verify_file. */
smk_status smk_verify_pixels(const smk_context* context, const smk_pixels* pixels,
                             const smk_trust* trust, const smk_options* options,
                             smk_verify_report** out, smk_error** error);

/* SMK_VERDICT_INCONCLUSIVE for NULL: a report that is missing proves nothing. */
smk_verdict smk_verify_report_verdict(const smk_verify_report* report);
/* "verified", "none", "untrusted", "tampered", "marked", "inconclusive". */
const char* smk_verify_report_verdict_name(const smk_verify_report* report);
smk_tier smk_verify_report_tier(const smk_verify_report* report);
/* Of the marks found, 16 hex digits; may be "". */
const char* smk_verify_report_content_id(const smk_verify_report* report);
/* One line that a person can say aloud. */
const char* smk_verify_report_sentence(const smk_verify_report* report);
/* What a platform shows around the content (Article 6), in Chinese and English; may be "". */
const char* smk_verify_report_notice_zh(const smk_verify_report* report);
const char* smk_verify_report_notice_en(const smk_verify_report* report);
/* The whole report as one JSON object: what `signmark --json verify` prints in several lines, with
 * the findings as a list. */
const char* smk_verify_report_json(const smk_verify_report* report);
void smk_verify_report_free(smk_verify_report* report);

/* What one layer says, and on what that rests. Part of its report: not freed by itself. */
typedef struct smk_finding smk_finding;

/* 0 for NULL. */
size_t smk_verify_report_findings(const smk_verify_report* report);
/* NULL when `index` is not below the number of findings. */
const smk_finding* smk_verify_report_finding(const smk_verify_report* report, size_t index);
smk_layer smk_finding_layer(const smk_finding* finding);
/* SMK_STATE_UNREADABLE for NULL. */
smk_state smk_finding_state(const smk_finding* finding);
/* The mark in question: "AIGC record", "C2PA manifest", ... */
const char* smk_finding_mark(const smk_finding* finding);
const char* smk_finding_basis(const smk_finding* finding);
/* Number of named values, in the order in which a person wants to read them. */
size_t smk_finding_fields(const smk_finding* finding);
/* "" when `index` is not below the number of fields. */
const char* smk_finding_field_name(const smk_finding* finding, size_t index);
const char* smk_finding_field_value(const smk_finding* finding, size_t index);

/* ---------------------------------------------------------------------------------------------
 * Films and sounds that are no files yet: what a host hands over picture by picture and block by
 * block. They take the layers robust and visible (the audible label of a sound); record and
 * manifest need a file, and follow with `signmark mark --layers metadata,manifest --existing add`.
 * Nothing is recorded in a ledger: what is issued is the file that is made of them.
 *
 * Such an object is used by one thread at a time; objects of one context may be used by several.
 * The context must outlive them; signer, carrier, trust and options need not.
 */

/* How the samples of a picture lie in memory. Sides of subsampled planes are rounded up. */
typedef enum smk_layout {
  SMK_LAYOUT_GREY = 1, /* one plane of luma; other planes stay with the caller */
  SMK_LAYOUT_I420 = 2, /* luma, U, V; chroma halved both ways */
  SMK_LAYOUT_I422 = 3, /* the same, chroma halved across */
  SMK_LAYOUT_I444 = 4, /* the same, chroma whole */
  SMK_LAYOUT_NV12 = 5, /* luma, U and V interleaved; chroma halved both ways */
  SMK_LAYOUT_RGBA = 6, /* one plane of R, G, B and a fourth byte, which stays; 8 bits */
  SMK_LAYOUT_BGRA = 7  /* the same with blue first */
} smk_layout;

/* What is known of a film before its first picture. */
typedef struct smk_film {
  size_t struct_size; /* sizeof(smk_film); fields that a later version adds come at the end */
  smk_layout layout;
  int32_t width, height; /* pixels */
  int32_t bits;          /* of a sample: 8, or 9 to 16 in the low bits of little-endian words. P010
                            is 16 bits: its lowest six are zeros */
  int32_t full_range;    /* not 0: luma from 0 to the highest value. Always so in RGBA and BGRA */
  int32_t interlaced, high_dynamic_range; /* flags; the second: PQ or HLG */
  double pixel_aspect;                    /* how much wider than high a pixel is shown; 0 is 1 */
  double seconds;                         /* duration; negative or 0 when unknown */
} smk_film;

/* The planes of one picture, which belong to the caller. Strides are bytes and may be negative.
 * Unused planes are NULL. */
typedef struct smk_frame {
  void* planes[3];
  ptrdiff_t strides[3];
} smk_frame;

/* Marks the pictures of one film. With a signer each 16 s carry a signed frame, unless the film is
 * known to be shorter than 8 s. */
typedef struct smk_film_marker smk_film_marker;

/* `options` as for smk_mark_file; layers that need a file are ignored. With the same content-id and
 * carrier key several markers lay one and the same id mark (a host that renders in parallel), but
 * each its own signed frames. Errors: `capi.argument`, `video.form`, `video.mark.size` (below 96
 * pixels a side), `pipeline.layers`, `pipeline.carrier`, `video.load`, `label.*`. */
smk_status smk_film_marker_new(const smk_context* context, const smk_film* film,
                               const smk_options* options, const smk_signer* signer,
                               smk_film_marker** out, smk_error** error);
/* 1 when an encoder should make the picture at this time (seconds since the first one) a keyframe,
 * which helps readers; else 0. May be left out. */
int smk_film_marker_begins_hold(smk_film_marker* marker, double seconds);
/* Changes one picture in its place. They come in display order, or nearly. When it fails the
 * picture is unchanged and UNMARKED: the host must not show it as marked. Errors: `capi.argument`,
 * `keys.sign.*`, `agent.*`, `label.*`, `base.cancelled`. */
smk_status smk_film_marker_mark(smk_film_marker* marker, const smk_frame* frame, double seconds,
                                smk_error** error);
/* 16 hex digits; "" for NULL. */
const char* smk_film_marker_content_id(const smk_film_marker* marker);
/* What was laid so far, without margins: those are measured after encoding. */
smk_status smk_film_marker_report(const smk_film_marker* marker, smk_mark_report** out,
                                  smk_error** error);
void smk_film_marker_free(smk_film_marker* marker);

/* Looks for marks in pictures. Memory grows by some hundred bytes a picture. */
typedef struct smk_film_detector smk_film_detector;

/* `options` and `trust` as for smk_verify_file. Errors: `capi.argument`, `video.form`,
 * `video.load`. */
smk_status smk_film_detector_new(const smk_context* context, const smk_film* film,
                                 const smk_options* options, const smk_trust* trust,
                                 smk_film_detector** out, smk_error** error);
/* Takes one picture in, of any time; some six a second are enough. It is only read. */
smk_status smk_film_detector_take(smk_film_detector* detector, const smk_frame* frame,
                                  double seconds, smk_error** error);
/* What is known now; more pictures may follow. Seldom: it searches when nothing is known yet. */
smk_status smk_film_detector_look(smk_film_detector* detector, smk_verify_report** out,
                                  smk_error** error);
/* 1 when more pictures cannot make the answer better; asked after smk_film_detector_look. */
int smk_film_detector_satisfied(const smk_film_detector* detector);
void smk_film_detector_free(smk_film_detector* detector);

/* What a sound is. Samples are planar floats from -1 to 1, one pointer a channel. */
typedef struct smk_sound {
  size_t struct_size;     /* sizeof(smk_sound); fields that a later version adds come at the end */
  int32_t rate, channels; /* 8000 Hz and more; 1 to 64 */
  uint64_t untouched;     /* bit mask of channels that carry no mark (LFE) */
  int32_t live;           /* not 0: samples come out as soon as they can (smk_sound_marker_latency);
                             no signed frame then, and peaks are clipped instead of lowered */
  double seconds; /* duration; negative or 0 when unknown. From 32 s on a sound that is not live
                     gets a signed frame, for which its first half minute is held back */
} smk_sound;

typedef struct smk_sound_marker smk_sound_marker;

/* As smk_film_marker_new. The layer visible puts in the audible label (options notice*). Errors:
 * also `audio.mark.shape`, `audio.notice.*`. */
smk_status smk_sound_marker_new(const smk_context* context, const smk_sound* sound,
                                const smk_options* options, const smk_signer* signer,
                                smk_sound_marker** out, smk_error** error);
/* Takes samples in. `channels` has as many pointers as the sound has channels; `samples` is counted
 * per channel. */
smk_status smk_sound_marker_push(smk_sound_marker* marker, const float* const* channels,
                                 size_t samples, smk_error** error);
/* The end: everything that is inside becomes ready. Nothing may be pushed afterwards. */
smk_status smk_sound_marker_finish(smk_sound_marker* marker, smk_error** error);
/* Samples per channel that are ready; 0 for NULL. */
size_t smk_sound_marker_ready(const smk_sound_marker* marker);
/* Takes up to `samples` ready ones out and returns their number. The memory may be that from which
 * others were pushed. In the end as many come out as went in, and with notice-blend insert more. */
size_t smk_sound_marker_pull(smk_sound_marker* marker, float* const* channels, size_t samples);
/* Of a live sound without an audible label: after N samples were pushed at least N minus this many
 * have become ready. About 43 ms. */
size_t smk_sound_marker_latency(const smk_sound_marker* marker);
const char* smk_sound_marker_content_id(const smk_sound_marker* marker);
smk_status smk_sound_marker_report(const smk_sound_marker* marker, smk_mark_report** out,
                                   smk_error** error);
void smk_sound_marker_free(smk_sound_marker* marker);

/* Listens for marks and audible labels. */
typedef struct smk_sound_detector smk_sound_detector;

smk_status smk_sound_detector_new(const smk_context* context, const smk_sound* sound,
                                  const smk_options* options, const smk_trust* trust,
                                  smk_sound_detector** out, smk_error** error);
smk_status smk_sound_detector_push(smk_sound_detector* detector, const float* const* channels,
                                   size_t samples, smk_error** error);
/* Once, after the last push: searches, which takes up to 3 % of the sound's duration when nothing
 * is found. */
smk_status smk_sound_detector_finish(smk_sound_detector* detector, smk_verify_report** out,
                                     smk_error** error);
void smk_sound_detector_free(smk_sound_detector* detector);

/* Fills a picture with opaque red, and in RGBA and BGRA writes `reason` on it (the fourth byte
 * becomes 255): what a host shows that has no way to refuse a picture which could not be marked.
 * `reason` may be NULL. Needs no key and no module. Errors: `capi.argument`, `video.form`. */
smk_status smk_paint_slate(const smk_film* film, const smk_frame* frame, const char* reason,
                           smk_error** error);

/* ---------------------------------------------------------------------------------------------
 * inspect, propagate
 */

/* Everything readable in a file, without judgement: one JSON object with `path` and `tree`, a list
 * of {depth, name, value}. Errors: `base.file.*`, `container.*`, `base.cancelled`. */
smk_status smk_inspect_file(const smk_context* context, const char* path, smk_buffer** out,
                            smk_error** error);

/* A platform's duty (Labelling Measures, Article 6): fills in the propagation fields by tier and
 * keeps the producer's byte for byte. Parameters as for smk_mark_file; `signer` may be NULL when
 * the file has no manifest, `trust` may be NULL. *out, which may be NULL, gets the report as one
 * JSON object, as `signmark --json propagate` prints it. Errors: as smk_mark_file;
 * `pipeline.propagator` (the option is missing), `pipeline.propagate.none` (nothing says that the
 * file is generated), `pipeline.propagate.signer`, `pipeline.propagate.ambiguous`. */
smk_status smk_propagate_file(const smk_context* context, const char* input, const char* output,
                              const smk_options* options, const smk_signer* signer,
                              const smk_trust* trust, smk_buffer** out, smk_error** error);

/* ---------------------------------------------------------------------------------------------
 * Marks laid while a language model generates (text-mark.md section 6): token ids in, token ids
 * out. A model's host calls, for each token of an answer,
 *
 *   smk_wm_process(mark, ids, logits, n, &selected, &error);   after top-k, top-p and temperature
 *   token = selected != SMK_NONE_SELECTED ? ids[selected] : a sample of softmax(logits);
 *   smk_wm_accept(mark, token);
 *
 * and a detector needs the same profile and key, and the tokens of the text alone.
 *
 * A profile is one JSON object: {"scheme": "signmark"} for ours, which takes a carrier key, or a
 * foreign scheme with its own keys:
 *   {"scheme": "synthid-hf", "layer_keys": [654, 400, ...]}    (also "synthid-2025")
 *   {"scheme": "gumbel-vllm", "seed": "42", "context_width": 4}
 *   {"scheme": "kgw-lefthash", "seed": 15485863, "vocabulary": 151936, "green_ratio": 0.25,
 *    "bias": 2}                                                 (also "kgw-selfhash")
 * Ours also knows "free_tokens" (so many tokens at the beginning are drawn freely: a chat wants 2,
 * so that asking again gives another answer) and "payload_bits" (8 to 16) with "payload".
 * "tokenizer" (SHA-256 of the vocabulary) may be noted in any profile.
 *
 * Whoever can detect can also forge, and the absence of a mark never means that a person wrote.
 */

typedef struct smk_wm smk_wm;

/* What *selected is when the host samples itself. */
#define SMK_NONE_SELECTED SIZE_MAX

/* The mark of one answer at a time. One thread at a time may use it. Creation marks and detects a
 * short sample. `carrier` is needed by the scheme "signmark" and must be NULL for the others.
 * Errors: `base.json.*`, `generation.profile`, `generation.self-test`, `capi.argument`,
 * `keys.memory`, `agent.*`. */
smk_status smk_wm_new(const char* profile, const smk_carrier* carrier, smk_wm** out,
                      smk_error** error);
/* The same state once more, for beams and branches. */
smk_status smk_wm_clone(const smk_wm* mark, smk_wm** out, smk_error** error);
/* A new answer begins. NULL is ignored. */
void smk_wm_reset(smk_wm* mark);
/* A token of the answer, marked or not; none of the prompt, except for the kgw schemes.
 * Errors: `generation.candidates` (a negative id). */
smk_status smk_wm_accept(smk_wm* mark, int32_t token, smk_error** error);
/* Changes the logits of `count` candidates so that sampling from their softmax gives the marked
 * token. A scheme that chooses itself sets *selected to its index and all other logits to
 * -infinity; otherwise, and when nothing is marked here, it is SMK_NONE_SELECTED.
 * Errors: `generation.candidates`. */
smk_status smk_wm_process(smk_wm* mark, const int32_t* ids, float* logits, size_t count,
                          size_t* selected, smk_error** error);
/* Evidence so far as a detector would find it in these tokens: log10 of the p-value; 0 for NULL. */
double smk_wm_log10_p(const smk_wm* mark);
/* About so many tokens of this kind reach p = 1e-9; 0: not known. */
size_t smk_wm_tokens_needed(const smk_wm* mark);
void smk_wm_free(smk_wm* mark);

/* Finds marks of one profile and key. Parameters and errors as smk_wm_new. */
typedef struct smk_det smk_det;
smk_status smk_det_new(const char* profile, const smk_carrier* carrier, smk_det** out,
                       smk_error** error);
void smk_det_free(smk_det* detector);

typedef struct smk_detection smk_detection;

/* Scores the tokens [from, to) of `count`; a prompt before them is excluded. `log10_budget`, below
 * 0, is the false-positive probability for which a text counts as marked (-9). `ids` may be NULL
 * when `count` is 0. Errors: `generation.range`, `generation.candidates`. */
smk_status smk_det_ids(const smk_det* detector, const int32_t* ids, size_t count, size_t from,
                       size_t to, double log10_budget, smk_detection** out, smk_error** error);

typedef enum smk_det_answer {
  SMK_DET_NOT_FOUND = 0,
  SMK_DET_PRESENT = 1,
  SMK_DET_NOT_ENOUGH_TOKENS = 2 /* a mark would not show in so few */
} smk_det_answer;

/* SMK_DET_NOT_FOUND for NULL. */
smk_det_answer smk_detection_answer(const smk_detection* detection);
/* log10 of the exact p-value of all tokens in the range, of the best window (times the number of
 * windows tried), and of both together. 0 for NULL. */
double smk_detection_log10_p(const smk_detection* detection);
double smk_detection_log10_p_scan(const smk_detection* detection);
double smk_detection_log10_p_best(const smk_detection* detection);
double smk_detection_statistic(const smk_detection* detection);
/* Tokens that were scored, and that were left out because their context was there before. */
size_t smk_detection_scored(const smk_detection* detection);
size_t smk_detection_repeated(const smk_detection* detection);
/* Evidence of one token; NaN when it was not scored. */
float smk_detection_score(const smk_detection* detection, size_t index);
/* Stretches that are marked by themselves. */
size_t smk_detection_regions(const smk_detection* detection);
/* Tokens [*from, *to) and their log10 p; 1 when `index` is below the number of regions, else 0 and
 * nothing is written. Each out parameter may be NULL. */
int smk_detection_region(const smk_detection* detection, size_t index, size_t* from, size_t* to,
                         double* log10_p);
/* The payload of a present mark that carries one, else -1. */
int64_t smk_detection_payload(const smk_detection* detection);
/* About so many tokens reach the budget; 0: not known. */
size_t smk_detection_tokens_needed(const smk_detection* detection);
/* For people; may be "". */
const char* smk_detection_note(const smk_detection* detection);
void smk_detection_free(smk_detection* detection);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* SIGNMARK_SIGNMARK_H_ */
