// SPDX-License-Identifier: Apache-2.0
// obs_test_host MODULE DATA PICTURE WIDTH HEIGHT FPS PICTURES OUT [SETTINGS]: libobs without its
// program. Shows a slowly moving picture, through our filter with these settings (JSON) when they
// are given, and writes raw BGRA to OUT. Says the mean time of a picture on stdout.
#include <obs-module.h>
#include <obs-nix-platform.h>

#include <X11/Xlib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

const char* picture_path = nullptr;
uint32_t width = 0, height = 0;
std::atomic<long> rendered = 0;

struct Recording {
  std::FILE* file = nullptr;
  long wanted = 0;
  std::atomic<long> written = 0;
};

[[noreturn]] void stop(const char* why) {
  std::fprintf(stderr, "obs_test_host: %s\n", why);
  std::exit(3);
}

// The source: one picture of a file, larger than the canvas, that drifts by some pixels.
void* create(obs_data_t* /*settings*/, obs_source_t* /*source*/) {
  obs_enter_graphics();
  gs_texture_t* texture = gs_texture_create_from_file(picture_path);
  obs_leave_graphics();
  return texture;
}

void destroy(void* texture) {
  obs_enter_graphics();
  gs_texture_destroy(static_cast<gs_texture_t*>(texture));
  obs_leave_graphics();
}

void render(void* data, gs_effect_t* effect) {
  ++rendered;
  auto* texture = static_cast<gs_texture_t*>(data);
  static const uint64_t begin = obs_get_video_frame_time();
  // It stands still for two seconds, so that the first pictures of several runs can be compared.
  const double seconds =
      std::max(0.0, static_cast<double>(obs_get_video_frame_time() - begin) * 1e-9 - 2);
  gs_effect_set_texture(gs_effect_get_param_by_name(effect, "image"), texture);
  gs_matrix_push();
  gs_matrix_translate3f(static_cast<float>(std::lround(-8 + 4 * std::sin(seconds))),
                        static_cast<float>(std::lround(-16 + 8 * std::cos(seconds))), 0);
  // Somewhat larger than the canvas in both directions, as wide as high.
  const uint32_t side = (width > height ? width : height) + 32;
  gs_draw_sprite(texture, 0, side, side);
  gs_matrix_pop();
}

obs_source_info drifting_picture() {
  obs_source_info type{};
  type.id = "drifting_picture";
  type.type = OBS_SOURCE_TYPE_INPUT;
  type.output_flags = OBS_SOURCE_VIDEO;
  type.get_name = [](void*) { return "drifting picture"; };
  type.create = create;
  type.destroy = destroy;
  type.get_width = [](void*) { return width; };
  type.get_height = [](void*) { return height; };
  type.video_render = render;
  return type;
}

void record(void* data, video_data* frame) {
  auto* recording = static_cast<Recording*>(data);
  if (recording->written >= recording->wanted) return;
  for (uint32_t y = 0; y < height; ++y)
    if (std::fwrite(frame->data[0] + std::size_t{y} * frame->linesize[0], 4, width,
                    recording->file) != width)
      stop("cannot write");
  ++recording->written;
}

void start_video(uint32_t pictures_a_second) {
  obs_video_info video{};
  video.graphics_module = "libobs-opengl";
  video.fps_num = pictures_a_second;
  video.fps_den = 1;
  video.base_width = video.output_width = width;
  video.base_height = video.output_height = height;
  video.output_format = VIDEO_FORMAT_BGRA;  // RGBA gives zeros
  video.colorspace = VIDEO_CS_709;
  video.range = VIDEO_RANGE_FULL;
  video.scale_type = OBS_SCALE_DISABLE;
  if (obs_reset_video(&video) != OBS_VIDEO_SUCCESS) stop("no video");
}

void load_module(const char* path, const char* data) {
  obs_module_t* module = nullptr;
  if (obs_open_module(&module, path, data) != MODULE_SUCCESS) stop("the module does not open");
  if (!obs_init_module(module)) stop("the module does not start");
}

// The properties page, as the program asks for it: it must come without any key, too.
void list_properties(obs_source_t* filter) {
  obs_properties_t* page = obs_source_properties(filter);
  obs_property_t* keys = obs_properties_get(page, "key");
  std::printf("keys:");
  for (std::size_t i = 0; i < obs_property_list_item_count(keys); ++i)
    std::printf(" %s", obs_property_list_item_string(keys, i));
  std::printf("\n");
  obs_properties_destroy(page);
}

obs_source_t* add_filter(obs_source_t* source, const char* json) {
  obs_data_t* settings = obs_data_create_from_json(json);
  if (settings == nullptr) stop("the settings are no JSON");
  obs_source_t* filter = obs_source_create("signmark_embed", "mark", settings, nullptr);
  obs_data_release(settings);
  if (filter == nullptr) stop("there is no filter signmark_embed");
  obs_source_filter_add(source, filter);
  list_properties(filter);
  return filter;
}

void record_source(obs_source_t* source, Recording& recording) {
  obs_set_output_source(0, source);
  obs_add_raw_video_callback(nullptr, record, &recording);
  // On a slow machine libobs hands out one picture several times: that is no work done.
  while (recording.written < recording.wanted || rendered < recording.wanted)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::printf("%.2f ms a picture\n", static_cast<double>(obs_get_average_frame_time_ns()) * 1e-6);
  obs_remove_raw_video_callback(record, &recording);
  obs_set_output_source(0, nullptr);
}

uint32_t number(const char* text) { return static_cast<uint32_t>(std::strtoul(text, nullptr, 10)); }

}  // namespace

int main(int count, char** arguments) {
  if (count < 9) stop("too few arguments");
  picture_path = arguments[3];
  width = number(arguments[4]);
  height = number(arguments[5]);
  Recording recording;
  recording.wanted = number(arguments[7]);
  recording.file = std::fopen(arguments[8], "wbe");
  Display* display = XOpenDisplay(nullptr);
  if (display == nullptr || recording.file == nullptr) stop("no display, or no output");
  obs_set_nix_platform(OBS_NIX_PLATFORM_X11_EGL);
  obs_set_nix_platform_display(display);
  if (!obs_startup("en-US", nullptr, nullptr)) stop("libobs does not start");
  start_video(number(arguments[6]));
  load_module(arguments[1], arguments[2]);
  const obs_source_info type = drifting_picture();
  obs_register_source(&type);
  obs_source_t* source = obs_source_create("drifting_picture", "picture", nullptr, nullptr);
  obs_source_t* filter = count > 9 ? add_filter(source, arguments[9]) : nullptr;
  record_source(source, recording);
  obs_source_release(filter);
  obs_source_release(source);
  obs_shutdown();
  std::fclose(recording.file);
  std::printf("%ld leaks\n", bnum_allocs());
  return bnum_allocs() == 0 ? 0 : 5;
}
