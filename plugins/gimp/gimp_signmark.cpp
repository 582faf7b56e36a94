// SPDX-License-Identifier: Apache-2.0
// The plug-in of GIMP 2.10: the procedures signmark-embed and signmark-detect.
#include <libgimp/gimp.h>

#include <array>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "gimp_dialog.hpp"
#include "gimp_samples.hpp"
#include "pictures/picture_job.hpp"

namespace {

using signmark_gimp::Samples;
using signmark_pictures::Outcome;
using signmark_pictures::Wish;

constexpr const char* kEmbed = "signmark-embed";
constexpr const char* kDetect = "signmark-detect";

// Places of the arguments; both procedures begin alike.
enum Argument { kMode, kImage, kDrawable, kKey, kCarrier, kContentId, kStrength, kLabel };
constexpr int kDetectCarrier = kKey;

GimpParamDef define(GimpPDBArgType type, const char* name, const char* description) {
  return {type, const_cast<gchar*>(name), const_cast<gchar*>(description)};  // GIMP copies them
}

std::vector<GimpParamDef> common_arguments() {
  return {define(GIMP_PDB_INT32, "run-mode", "The run mode { RUN-INTERACTIVE (0), ... }"),
          define(GIMP_PDB_IMAGE, "image", "The image"),
          define(GIMP_PDB_DRAWABLE, "drawable", "Its layer, which is taken whole")};
}

void install(const char* name, const char* blurb, const char* help, const char* menu,
             const std::vector<GimpParamDef>& arguments, const std::vector<GimpParamDef>& results) {
  gimp_install_procedure(name, blurb, help, "signmark", "Apache-2.0", "2026", menu, "RGB*, GRAY*",
                         GIMP_PLUGIN, static_cast<gint>(arguments.size()),
                         static_cast<gint>(results.size()), arguments.data(), results.data());
  gimp_plugin_menu_register(name, "<Image>/Filters/signmark");
}

void query() {
  std::vector<GimpParamDef> embed = common_arguments();
  embed.push_back(define(GIMP_PDB_STRING, "key", "Signing key: id or label; empty: the newest"));
  embed.push_back(define(GIMP_PDB_STRING, "carrier",
                         "Carrier key: public (or empty), both, or a private key's name"));
  embed.push_back(define(GIMP_PDB_STRING, "content-id", "16 hex digits; empty: random"));
  embed.push_back(define(GIMP_PDB_STRING, "strength", "invisible, default (or empty) or strong"));
  embed.push_back(define(GIMP_PDB_INT32, "label", "Draw the visible label, too { TRUE, FALSE }"));
  install(kEmbed, "Mark the picture as AI-generated",
          "Lays the robust mark into the pixels of a flat image. Record and manifest follow in the "
          "saved file: signmark mark --layers metadata,manifest --existing add",
          "_Mark as AI-generated...", embed,
          {define(GIMP_PDB_STRING, "content-id", "Content id of the mark")});

  std::vector<GimpParamDef> detect = common_arguments();
  detect.push_back(define(GIMP_PDB_STRING, "carrier", "A private carrier key to try, too"));
  install(kDetect, "Look for marks of AI-generated media",
          "Looks for robust marks in the pixels; the other layers are in files only: signmark "
          "verify. The absence of a mark never proves that a person made it.",
          "_Look for marks", detect,
          {define(GIMP_PDB_STRING, "verdict",
                  "verified, none, untrusted, tampered, marked or inconclusive"),
           define(GIMP_PDB_STRING, "content-id", "Content id of the mark; may be empty"),
           define(GIMP_PDB_STRING, "report", "All that was found, as one JSON object")});
}

std::string text(const GimpParam& parameter) {
  return parameter.data.d_string == nullptr ? std::string() : parameter.data.d_string;
}

// What the person wished last time while GIMP runs; one line a field.
Wish last_wish() {
  std::vector<char> kept(static_cast<size_t>(gimp_get_data_size(kEmbed)) + 1);
  Wish wish;
  if (kept.size() == 1 || gimp_get_data(kEmbed, kept.data()) == FALSE) return wish;
  std::istringstream lines(kept.data());
  std::string label;
  std::getline(lines, wish.key);
  std::getline(lines, wish.carrier);
  std::getline(lines, wish.content_id);
  std::getline(lines, wish.strength);
  std::getline(lines, label);
  wish.label = label == "label";
  return wish;
}

// A content id names one picture: it is not kept for the next.
void keep_wish(const Wish& wish) {
  const std::string lines =
      wish.key + '\n' + wish.carrier + "\n\n" + wish.strength + '\n' + (wish.label ? "label" : "");
  gimp_set_data(kEmbed, lines.c_str(), static_cast<guint32>(lines.size() + 1));
}

// None when the person cancelled.
std::optional<Wish> wish_of(const GimpParam* parameters) {
  const gint32 mode = parameters[kMode].data.d_int32;
  if (mode == GIMP_RUN_NONINTERACTIVE) {
    return Wish{text(parameters[kKey]), text(parameters[kCarrier]), text(parameters[kContentId]),
                text(parameters[kStrength]), parameters[kLabel].data.d_int32 != FALSE};
  }
  Wish wish = last_wish();
  if (mode == GIMP_RUN_INTERACTIVE && !signmark_gimp::ask(wish)) return std::nullopt;
  return wish;
}

// What is saved is the whole image: a mark in one of several layers could be hidden in it.
bool is_flat(gint32 image, gint32 drawable) {
  gint count = 0;
  gint* layers = gimp_image_get_layers(image, &count);
  const bool is_only = count == 1 && layers[0] == drawable;
  g_free(layers);
  if (!is_only || gimp_item_is_group(drawable) != FALSE || gimp_layer_get_mask(drawable) >= 0) {
    return false;
  }
  gint left = 0;
  gint top = 0;
  gimp_drawable_offsets(drawable, &left, &top);
  return left == 0 && top == 0 && gimp_drawable_width(drawable) == gimp_image_width(image) &&
         gimp_drawable_height(drawable) == gimp_image_height(image);
}

Outcome failed(const std::string& why) {
  Outcome outcome;
  outcome.failure = why;
  return outcome;
}

Outcome embed(const GimpParam* parameters, const Wish& wish) {
  const gint32 image = parameters[kImage].data.d_image;
  const gint32 drawable = parameters[kDrawable].data.d_drawable;
  if (const std::string problem = Samples::problem_of(drawable); !problem.empty()) {
    return failed(problem);
  }
  if (!is_flat(image, drawable)) {
    return failed("the mark needs a flat image (gimp.flat); use Image > Flatten Image first");
  }
  Samples samples(drawable);
  Outcome outcome = signmark_pictures::mark({samples.pixels()}, wish);
  if (outcome.failure.empty()) samples.put_back(image);
  return outcome;
}

Outcome detect(const GimpParam* parameters) {
  const gint32 drawable = parameters[kDrawable].data.d_drawable;
  if (const std::string problem = Samples::problem_of(drawable); !problem.empty()) {
    return failed(problem);
  }
  Samples samples(drawable);
  const bool is_script = parameters[kMode].data.d_int32 == GIMP_RUN_NONINTERACTIVE;
  const std::string carrier = is_script ? text(parameters[kDetectCarrier]) : "";
  Outcome outcome = signmark_pictures::verify({samples.pixels()}, carrier);
  if (!is_script && outcome.failure.empty()) g_message("%s", outcome.sentence.c_str());
  return outcome;
}

// What GIMP gets: a status and texts. It reads them after run() has ended.
class Answer {
 public:
  void set_status(GimpPDBStatusType status) {
    values_[0].type = GIMP_PDB_STATUS;
    values_[0].data.d_status = status;
    count_ = 1;
  }
  void add(const std::string& value) {
    values_[count_].type = GIMP_PDB_STRING;
    values_[count_].data.d_string = g_strdup(value.c_str());  // until the process ends, soon
    ++count_;
  }
  void give(gint* count, GimpParam** values) {
    *count = static_cast<gint>(count_);
    *values = values_.data();
  }

 private:
  std::array<GimpParam, 4> values_{};
  size_t count_ = 0;
};

Outcome perform(const std::string& name, gint count, const GimpParam* parameters,
                bool& is_cancelled) {
  if (count <= (name == kEmbed ? kLabel : kDetectCarrier) &&
      (count <= kDrawable || parameters[kMode].data.d_int32 == GIMP_RUN_NONINTERACTIVE)) {
    return failed("too few arguments (capi.argument)");
  }
  gegl_init(nullptr, nullptr);
  if (name == kDetect) return detect(parameters);
  const std::optional<Wish> wish = wish_of(parameters);
  is_cancelled = !wish;
  if (!wish) return {};
  gimp_progress_init("Marking");
  Outcome outcome = embed(parameters, *wish);
  if (parameters[kMode].data.d_int32 == GIMP_RUN_NONINTERACTIVE) return outcome;
  if (outcome.failure.empty()) keep_wish(*wish);
  gimp_displays_flush();
  return outcome;
}

void answer_with(const Outcome& outcome, bool is_cancelled, const std::string& name,
                 Answer& answer) {
  if (is_cancelled) {
    answer.set_status(GIMP_PDB_CANCEL);
  } else if (!outcome.failure.empty()) {
    answer.set_status(GIMP_PDB_EXECUTION_ERROR);
    answer.add(outcome.failure);
  } else {
    answer.set_status(GIMP_PDB_SUCCESS);
    if (name == kDetect) answer.add(outcome.verdict);
    answer.add(outcome.content_id);
    if (name == kDetect) answer.add(outcome.json);
  }
}

void run(const gchar* name, gint count, const GimpParam* parameters, gint* result_count,
         GimpParam** results) {
  static Answer answer;  // GIMP keeps a pointer to it
  bool is_cancelled = false;
  Outcome outcome;
  try {
    outcome = perform(name, count, parameters, is_cancelled);
  } catch (const std::exception&) {  // ours alone: neither GIMP nor the library throws
    outcome.failure = "out of memory";
  }
  answer_with(outcome, is_cancelled, name, answer);
  answer.give(result_count, results);
}

}  // namespace

const GimpPlugInInfo PLUG_IN_INFO = {nullptr, nullptr, query, run};

MAIN()
