// SPDX-License-Identifier: Apache-2.0
// Films and sounds that a host hands over piece by piece.
#include "signmark/streams.hpp"

#include <algorithm>
#include <vector>

#include "capi/flow_parts.hpp"

namespace capi = signmark::capi;
using signmark::Context;
using signmark::Status;

namespace {

/// What a marker's options point to.
struct MarkParts {
  const smk_context* context = nullptr;
  std::shared_ptr<signmark::keys::Signer> signer;
  capi::MarkFlow flow;
  std::string content_id;
};

}  // namespace

struct smk_film_marker {
  MarkParts parts;
  std::optional<signmark::FilmMarker> stream;
};

struct smk_sound_marker {
  MarkParts parts;
  std::optional<signmark::SoundMarker> stream;
  std::size_t channels = 0;
  std::vector<std::vector<float>> ready;  ///< by channel
  std::size_t taken = 0;                  ///< of what is ready

  [[nodiscard]] std::size_t size() const { return ready[0].size() - taken; }
};

struct smk_film_detector {
  const smk_context* context = nullptr;
  std::optional<signmark::FilmDetector> stream;
};

struct smk_sound_detector {
  const smk_context* context = nullptr;
  std::size_t channels = 0;
  std::optional<signmark::SoundDetector> stream;
};

namespace signmark::capi {
namespace {

/// Errors: `capi.argument`.
template <class T>
Status check_struct(const T* object, std::string_view name) {
  SIGNMARK_TRY(need(object, name));
  if (object->struct_size < sizeof(T))
    return fail("capi.argument", "struct_size is smaller than the structure", std::string(name),
                "set it to the sizeof of the structure");
  return {};
}

Result<video::FilmForm> form_of(const smk_film* film) {
  SIGNMARK_TRY(check_struct(film, "film"));
  video::FilmForm form;
  form.layout = static_cast<video::FrameLayout>(film->layout);
  form.width = film->width;
  form.height = film->height;
  form.bits = film->bits;
  form.full_range = film->full_range != 0;
  form.interlaced = film->interlaced != 0;
  form.high_dynamic_range = film->high_dynamic_range != 0;
  if (film->pixel_aspect > 0) form.pixel_aspect = film->pixel_aspect;
  form.seconds = film->seconds > 0 ? film->seconds : -1;
  return form;
}

Result<audio::Shape> shape_of(const smk_sound* sound) {
  SIGNMARK_TRY(check_struct(sound, "sound"));
  audio::Shape shape;
  shape.rate = sound->rate;
  shape.channels = sound->channels;
  shape.untouched = sound->untouched;
  shape.live = sound->live != 0;
  return shape;
}

Result<video::FramePlanes> planes_of(const smk_frame* frame) {
  SIGNMARK_TRY(need(frame, "frame"));
  SIGNMARK_TRY(need(frame->planes[0], "frame"));
  video::FramePlanes planes;
  std::copy_n(frame->planes, 3, planes.data.begin());
  std::copy_n(frame->strides, 3, planes.stride.begin());
  return planes;
}

Result<audio::Block> block_of(const float* const* channels, std::size_t count,
                              std::size_t samples) {
  SIGNMARK_TRY(need(channels, "channels"));
  for (std::size_t c = 0; c < count; ++c) SIGNMARK_TRY(need(channels[c], "channels"));
  return audio::Block{{channels, count}, samples};
}

/// What the call needs of its handles; `flow` then points into `parts`, which must not move.
Status prepare(const smk_context* context, const smk_options* options, const smk_signer* signer,
               MarkParts& parts) {
  SIGNMARK_ASSIGN(parts.flow, options_of<MarkFlow>(options));
  parts.context = context;
  if (signer != nullptr) parts.signer = signer->signer;
  use_keys(*context, signer, parts.flow);
  return {};
}

template <class Marker>
smk_status report_of(const Marker* marker, smk_mark_report** out, smk_error** error) {
  return guarded(error, [&]() -> Status {
    SIGNMARK_TRY(need_out(out, "out"));
    SIGNMARK_TRY(need(marker, "marker"));
    give(out, mark_report_of(marker->stream->report()));
    return {};
  });
}

Status keep(const audio::Block& block, std::vector<std::vector<float>>& ready) {
  for (std::size_t c = 0; c < ready.size(); ++c)
    ready[c].insert(ready[c].end(), block.channels[c], block.channels[c] + block.samples);
  return {};
}

}  // namespace
}  // namespace signmark::capi

smk_status smk_film_marker_new(const smk_context* context, const smk_film* film,
                               const smk_options* options, const smk_signer* signer,
                               smk_film_marker** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_ASSIGN(const signmark::video::FilmForm form, capi::form_of(film));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    auto object = std::make_unique<smk_film_marker>();
    SIGNMARK_TRY(capi::prepare(context, options, signer, object->parts));
    SIGNMARK_ASSIGN(object->stream,
                    signmark::FilmMarker::open(call, form, object->parts.flow.mark));
    object->parts.content_id = object->stream->report().content_id;
    *out = object.release();
    return {};
  });
}

int smk_film_marker_begins_hold(smk_film_marker* marker, double seconds) {
  return marker != nullptr && marker->stream->begins_hold(seconds) ? 1 : 0;
}

smk_status smk_film_marker_mark(smk_film_marker* marker, const smk_frame* frame, double seconds,
                                smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(marker, "marker"));
    SIGNMARK_ASSIGN(const auto planes, capi::planes_of(frame));
    SIGNMARK_ASSIGN(const Context call, capi::begin(marker->parts.context));
    return marker->stream->mark(planes, seconds);
  });
}

const char* smk_film_marker_content_id(const smk_film_marker* marker) {
  return marker == nullptr ? "" : marker->parts.content_id.c_str();
}

smk_status smk_film_marker_report(const smk_film_marker* marker, smk_mark_report** out,
                                  smk_error** error) {
  return capi::report_of(marker, out, error);
}

void smk_film_marker_free(smk_film_marker* marker) { delete marker; }

smk_status smk_film_detector_new(const smk_context* context, const smk_film* film,
                                 const smk_options* options, const smk_trust* trust,
                                 smk_film_detector** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_ASSIGN(const signmark::video::FilmForm form, capi::form_of(film));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    SIGNMARK_ASSIGN(const auto how, capi::verify_options(options, trust));
    auto object = std::make_unique<smk_film_detector>();
    object->context = context;
    SIGNMARK_ASSIGN(object->stream, signmark::FilmDetector::open(form, how));
    *out = object.release();
    return {};
  });
}

smk_status smk_film_detector_take(smk_film_detector* detector, const smk_frame* frame,
                                  double seconds, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(detector, "detector"));
    SIGNMARK_ASSIGN(const auto planes, capi::planes_of(frame));
    return detector->stream->take(planes, seconds);
  });
}

smk_status smk_film_detector_look(smk_film_detector* detector, smk_verify_report** out,
                                  smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(detector, "detector"));
    SIGNMARK_ASSIGN(const Context call, capi::begin(detector->context));
    SIGNMARK_ASSIGN(signmark::VerifyReport report, detector->stream->look(call));
    capi::give(out, capi::verify_report_of(std::move(report)));
    return {};
  });
}

int smk_film_detector_satisfied(const smk_film_detector* detector) {
  return detector != nullptr && detector->stream->satisfied() ? 1 : 0;
}

void smk_film_detector_free(smk_film_detector* detector) { delete detector; }

smk_status smk_sound_marker_new(const smk_context* context, const smk_sound* sound,
                                const smk_options* options, const smk_signer* signer,
                                smk_sound_marker** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_ASSIGN(const signmark::audio::Shape shape, capi::shape_of(sound));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    auto object = std::make_unique<smk_sound_marker>();
    SIGNMARK_TRY(capi::prepare(context, options, signer, object->parts));
    const double seconds = sound->seconds > 0 ? sound->seconds : -1;
    SIGNMARK_ASSIGN(object->stream,
                    signmark::SoundMarker::open(call, shape, seconds, object->parts.flow.mark));
    object->channels = static_cast<std::size_t>(shape.channels);
    object->ready.resize(object->channels);
    object->parts.content_id = object->stream->report().content_id;
    *out = object.release();
    return {};
  });
}

smk_status smk_sound_marker_push(smk_sound_marker* marker, const float* const* channels,
                                 size_t samples, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(marker, "marker"));
    SIGNMARK_ASSIGN(const auto block, capi::block_of(channels, marker->channels, samples));
    SIGNMARK_ASSIGN(const Context call, capi::begin(marker->parts.context));
    return marker->stream->push(block,
                                [&](const auto& some) { return capi::keep(some, marker->ready); });
  });
}

smk_status smk_sound_marker_finish(smk_sound_marker* marker, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(marker, "marker"));
    return marker->stream->finish(
        [&](const auto& some) { return capi::keep(some, marker->ready); });
  });
}

size_t smk_sound_marker_ready(const smk_sound_marker* marker) {
  return marker == nullptr ? 0 : marker->size();
}

size_t smk_sound_marker_pull(smk_sound_marker* marker, float* const* channels, size_t samples) {
  if (marker == nullptr || channels == nullptr) return 0;
  const std::size_t count = std::min(samples, marker->size());
  const auto from = static_cast<std::ptrdiff_t>(marker->taken);
  for (std::size_t c = 0; c < marker->channels; ++c)
    if (channels[c] != nullptr) std::copy_n(marker->ready[c].begin() + from, count, channels[c]);
  marker->taken += count;
  // What was taken goes when it is the larger part: each sample moves once.
  if (marker->taken < marker->size()) return count;
  for (auto& channel : marker->ready)
    channel.erase(channel.begin(), channel.begin() + static_cast<std::ptrdiff_t>(marker->taken));
  marker->taken = 0;
  return count;
}

size_t smk_sound_marker_latency(const smk_sound_marker* marker) {
  return marker == nullptr ? 0 : marker->stream->latency();
}

const char* smk_sound_marker_content_id(const smk_sound_marker* marker) {
  return marker == nullptr ? "" : marker->parts.content_id.c_str();
}

smk_status smk_sound_marker_report(const smk_sound_marker* marker, smk_mark_report** out,
                                   smk_error** error) {
  return capi::report_of(marker, out, error);
}

void smk_sound_marker_free(smk_sound_marker* marker) { delete marker; }

smk_status smk_sound_detector_new(const smk_context* context, const smk_sound* sound,
                                  const smk_options* options, const smk_trust* trust,
                                  smk_sound_detector** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_ASSIGN(const signmark::audio::Shape shape, capi::shape_of(sound));
    SIGNMARK_ASSIGN(const Context call, capi::begin(context));
    SIGNMARK_ASSIGN(const auto how, capi::verify_options(options, trust));
    auto object = std::make_unique<smk_sound_detector>();
    object->context = context;
    object->channels = static_cast<std::size_t>(shape.channels);
    SIGNMARK_ASSIGN(object->stream, signmark::SoundDetector::open(shape, how));
    *out = object.release();
    return {};
  });
}

smk_status smk_sound_detector_push(smk_sound_detector* detector, const float* const* channels,
                                   size_t samples, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(detector, "detector"));
    SIGNMARK_ASSIGN(const auto block, capi::block_of(channels, detector->channels, samples));
    return detector->stream->push(block);
  });
}

smk_status smk_sound_detector_finish(smk_sound_detector* detector, smk_verify_report** out,
                                     smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(detector, "detector"));
    SIGNMARK_ASSIGN(const Context call, capi::begin(detector->context));
    SIGNMARK_ASSIGN(signmark::VerifyReport report, detector->stream->finish(call));
    capi::give(out, capi::verify_report_of(std::move(report)));
    return {};
  });
}

void smk_sound_detector_free(smk_sound_detector* detector) { delete detector; }

smk_status smk_paint_slate(const smk_film* film, const smk_frame* frame, const char* reason,
                           smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_ASSIGN(const signmark::video::FilmForm form, capi::form_of(film));
    SIGNMARK_ASSIGN(const auto planes, capi::planes_of(frame));
    return signmark::paint_slate(form, planes, capi::text_of(reason));
  });
}
