// SPDX-License-Identifier: Apache-2.0
// Objects of the C interface that free themselves, and its failures as exceptions of the plugin.
#ifndef SIGNMARK_PLUGINS_COMMON_HANDLES_HPP_
#define SIGNMARK_PLUGINS_COMMON_HANDLES_HPP_

#include <signmark/signmark.h>

#include <memory>
#include <string>

namespace signmark_host {

// Frees an object of the library with its own _free function.
template <auto Free>
struct Freer {
  template <typename Object>
  void operator()(Object* object) const {
    Free(object);
  }
};
using Context = std::unique_ptr<smk_context, Freer<smk_context_free>>;
using Error = std::unique_ptr<smk_error, Freer<smk_error_free>>;
using Signer = std::unique_ptr<smk_signer, Freer<smk_signer_free>>;
using Carrier = std::unique_ptr<smk_carrier, Freer<smk_carrier_free>>;
using Trust = std::unique_ptr<smk_trust, Freer<smk_trust_free>>;
using Options = std::unique_ptr<smk_options, Freer<smk_options_free>>;
using VerifyReport = std::unique_ptr<smk_verify_report, Freer<smk_verify_report_free>>;
using FilmMarker = std::unique_ptr<smk_film_marker, Freer<smk_film_marker_free>>;
using FilmDetector = std::unique_ptr<smk_film_detector, Freer<smk_film_detector_free>>;
using SoundMarker = std::unique_ptr<smk_sound_marker, Freer<smk_sound_marker_free>>;
using SoundDetector = std::unique_ptr<smk_sound_detector, Freer<smk_sound_detector_free>>;

// Thrown inside a plugin only: no exception leaves it.
struct Failure {
  std::string text;
};

// "message: where (code); hint". Never a secret: the library's messages hold none.
std::string text_of(const smk_error* error);

// Calls `function(arguments..., &error)`. Throws Failure.
template <typename Function, typename... Arguments>
void call(Function function, Arguments... arguments) {
  smk_error* raw = nullptr;
  const smk_status status = function(arguments..., &raw);
  const Error error(raw);
  if (status != SMK_OK) throw Failure{text_of(raw)};
}

// The same for a function that makes an object: `function(arguments..., &object, &error)`.
template <typename Owner, typename Function, typename... Arguments>
Owner make(Function function, Arguments... arguments) {
  typename Owner::pointer raw = nullptr;
  call(function, arguments..., &raw);
  return Owner(raw);
}

}  // namespace signmark_host

#endif  // SIGNMARK_PLUGINS_COMMON_HANDLES_HPP_
