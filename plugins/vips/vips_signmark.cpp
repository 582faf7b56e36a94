// SPDX-License-Identifier: Apache-2.0
// The operations signmark_embed and signmark_detect, and the entry point of the module.
#include <exception>

#include "pictures/picture_job.hpp"
#include "vips_pages.hpp"

namespace {

using signmark_pictures::Outcome;

// libvips reads and writes the arguments by their place in these structures, so they are plain.
struct SignmarkEmbed {
  VipsOperation parent;
  VipsImage* in;
  VipsImage* out;
  char* key;
  char* carrier;
  char* content_id;
  char* strength;
  gboolean label;
  char* report;
};
struct SignmarkDetect {
  VipsOperation parent;
  VipsImage* in;
  char* carrier;
  char* verdict;
  char* content_id;
  char* report;
};
using SignmarkEmbedClass = VipsOperationClass;
using SignmarkDetectClass = VipsOperationClass;

G_DEFINE_TYPE(SignmarkEmbed, signmark_embed, VIPS_TYPE_OPERATION)
G_DEFINE_TYPE(SignmarkDetect, signmark_detect, VIPS_TYPE_OPERATION)

std::string text(const char* given) { return given == nullptr ? std::string() : given; }

int fail(VipsObject* object, const std::string& why) {
  vips_error(VIPS_OBJECT_GET_CLASS(object)->nickname, "%s", why.c_str());
  return -1;
}

// A copy of the image to work on, or NULL with vips_error. It belongs to the caller.
VipsImage* take(VipsObject* object, VipsImage* in) {
  const std::string problem = signmark_vips::problem_of(in);
  if (problem.empty()) return signmark_vips::copy_of(in);
  fail(object, problem);
  return nullptr;
}

int embed(VipsObject* object) {
  auto* self = reinterpret_cast<SignmarkEmbed*>(object);
  if (VIPS_OBJECT_CLASS(signmark_embed_parent_class)->build(object) != 0) return -1;
  VipsImage* copy = take(object, self->in);
  if (copy == nullptr) return -1;
  const signmark_pictures::Wish wish{text(self->key), text(self->carrier), text(self->content_id),
                                     text(self->strength), self->label != FALSE};
  const Outcome outcome = signmark_pictures::mark(signmark_vips::pages_of(copy), wish);
  if (!outcome.failure.empty()) {
    g_object_unref(copy);
    return fail(object, outcome.failure);
  }
  vips_image_set_string(copy, "signmark-content-id", outcome.content_id.c_str());
  g_object_set(object, "out", copy, "report", outcome.json.c_str(), nullptr);  // "out" keeps it
  return 0;
}

int detect(VipsObject* object) {
  auto* self = reinterpret_cast<SignmarkDetect*>(object);
  if (VIPS_OBJECT_CLASS(signmark_detect_parent_class)->build(object) != 0) return -1;
  VipsImage* copy = take(object, self->in);
  if (copy == nullptr) return -1;
  const Outcome outcome =
      signmark_pictures::verify(signmark_vips::pages_of(copy), text(self->carrier));
  g_object_unref(copy);
  if (!outcome.failure.empty()) return fail(object, outcome.failure);
  g_object_set(object, "verdict", outcome.verdict.c_str(), "content-id", outcome.content_id.c_str(),
               "report", outcome.json.c_str(), nullptr);
  return 0;
}

// What C calls must not throw; only our own allocations can.
template <int (*Build)(VipsObject*)>
int guarded(VipsObject* object) {
  try {
    return Build(object);
  } catch (const std::exception&) {
    return fail(object, "out of memory");
  }
}

void describe(gpointer type, const char* name, const char* description, int (*build)(VipsObject*)) {
  G_OBJECT_CLASS(type)->set_property = vips_object_set_property;
  G_OBJECT_CLASS(type)->get_property = vips_object_get_property;
  VIPS_OBJECT_CLASS(type)->nickname = name;
  VIPS_OBJECT_CLASS(type)->description = description;
  VIPS_OBJECT_CLASS(type)->build = build;
  // Keys expire and content ids are drawn anew: a result of yesterday is not one of today.
  VIPS_OPERATION_CLASS(type)->flags =
      static_cast<VipsOperationFlags>(VIPS_OPERATION_SEQUENTIAL | VIPS_OPERATION_NOCACHE);
}

// Texts are optional; without them the library's defaults hold.
void add_text(gpointer type, const char* name, int place, const char* description, int flags,
              size_t offset) {
  VIPS_ARG_STRING(type, name, place, name, description, flags, offset, nullptr);
}

void signmark_embed_class_init(SignmarkEmbedClass* type) {
  describe(type, "signmark_embed", "lay the robust mark of AI-generated media into the pixels",
           guarded<embed>);
  VIPS_ARG_IMAGE(type, "in", 1, "Input", "Input image", VIPS_ARGUMENT_REQUIRED_INPUT,
                 offsetof(SignmarkEmbed, in));
  VIPS_ARG_IMAGE(type, "out", 2, "Output", "Marked image", VIPS_ARGUMENT_REQUIRED_OUTPUT,
                 offsetof(SignmarkEmbed, out));
  add_text(type, "key", 3, "Signing key: id or label (default: the newest)",
           VIPS_ARGUMENT_OPTIONAL_INPUT, offsetof(SignmarkEmbed, key));
  add_text(type, "carrier", 4, "Carrier key: public (default), both, or a private key's name",
           VIPS_ARGUMENT_OPTIONAL_INPUT, offsetof(SignmarkEmbed, carrier));
  add_text(type, "content-id", 5, "Content id, 16 hex digits (default: random)",
           VIPS_ARGUMENT_OPTIONAL_INPUT, offsetof(SignmarkEmbed, content_id));
  add_text(type, "strength", 6, "Robust mark: invisible, default or strong",
           VIPS_ARGUMENT_OPTIONAL_INPUT, offsetof(SignmarkEmbed, strength));
  VIPS_ARG_BOOL(type, "label", 7, "Label", "Draw the visible label, too",
                VIPS_ARGUMENT_OPTIONAL_INPUT, offsetof(SignmarkEmbed, label), FALSE);
  add_text(type, "report", 8, "What was laid, as one JSON object", VIPS_ARGUMENT_OPTIONAL_OUTPUT,
           offsetof(SignmarkEmbed, report));
}

void signmark_detect_class_init(SignmarkDetectClass* type) {
  describe(type, "signmark_detect", "look for robust marks of AI-generated media in the pixels",
           guarded<detect>);
  VIPS_ARG_IMAGE(type, "in", 1, "Input", "Input image", VIPS_ARGUMENT_REQUIRED_INPUT,
                 offsetof(SignmarkDetect, in));
  add_text(type, "verdict", 2, "verified, none, untrusted, tampered, marked or inconclusive",
           VIPS_ARGUMENT_REQUIRED_OUTPUT, offsetof(SignmarkDetect, verdict));
  add_text(type, "carrier", 3, "Name of a private carrier key to try, too",
           VIPS_ARGUMENT_OPTIONAL_INPUT, offsetof(SignmarkDetect, carrier));
  add_text(type, "content-id", 4, "Content id of the mark; may be empty",
           VIPS_ARGUMENT_OPTIONAL_OUTPUT, offsetof(SignmarkDetect, content_id));
  add_text(type, "report", 5, "All that was found, as one JSON object",
           VIPS_ARGUMENT_OPTIONAL_OUTPUT, offsetof(SignmarkDetect, report));
}

void signmark_embed_init(SignmarkEmbed* /*self*/) {}
void signmark_detect_init(SignmarkDetect* /*self*/) {}

}  // namespace

// What GModule calls when libvips has loaded the file.
extern "C" G_MODULE_EXPORT const gchar* g_module_check_init(GModule* module) {
  g_module_make_resident(module);  // its types cannot be unregistered
  signmark_embed_get_type();
  signmark_detect_get_type();
  return nullptr;
}
