// SPDX-License-Identifier: Apache-2.0
// What the hosts of films and sounds share: the parameters that a user sets, what is opened by them
// when the first picture or sample comes, and what is done when that fails.
#ifndef SIGNMARK_PLUGINS_COMMON_HOST_MARKER_HPP_
#define SIGNMARK_PLUGINS_COMMON_HOST_MARKER_HPP_

#include <string>
#include <string_view>

#include "common/handles.hpp"

namespace signmark_host {

// What the user of a host asks for; names, never a secret. Empty texts are the library's defaults.
struct Wish {
  std::string key;          // signing key by id or label; empty: the newest usable one; "none": no
                            // signature, the content id alone
  std::string carrier;      // "public" (also when empty), "both" or a private carrier key's name
  std::string content_id;   // 16 hex digits; empty: random
  double strength = 0.25;   // 0 invisible, 0.25 default, 1 strong; the nearest one is taken
  bool label = false;       // the visible label of a film, the audible one of a sound
  std::string label_text;   // whole text of the visible label
  std::string corner;       // of the visible label: "bottom-right", ...
  double label_height = 0;  // of its glyphs over the shorter side; 0: the library's default
  std::string notice,
      language;  // of the audible label: "rhythm" or "spoken", and the spoken words'

  bool operator==(const Wish&) const = default;
};

// 16 hex digits that are drawn once for each key name and process: instances of one filter, which a
// host renders in parallel, lay one mark. *drawn, which may be null, tells whether it was now.
std::string shared_content_id(const std::string& key, bool* drawn);

// Opens context, keys and options, at the first call that needs them. Used by one thread at a time.
// Markers and detectors that it made must not outlive it. Nothing here throws.
class HostMarker {
 public:
  // A marker by this wish; null after a failure. Made anew for each film and each changed wish.
  FilmMarker film(const smk_film& film, const Wish& wish) noexcept;
  SoundMarker sound(const smk_sound& sound, const Wish& wish) noexcept;
  // A detector that believes the issuers of this machine, and also knows the private carrier key of
  // this name, if it is not empty, "public" or "both" (which is: the newest private one).
  FilmDetector film_detector(const smk_film& film, const std::string& carrier) noexcept;
  SoundDetector sound_detector(const smk_sound& sound, const std::string& carrier) noexcept;

  // Keeps what a call of the library said; takes `error` over. True: it went well.
  bool good(smk_status status, smk_error* error) noexcept;
  // Of the last call that failed: message, place, code and hint in one line; empty: none did.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  void forget_failure() noexcept { failure_.clear(); }

 private:
  template <typename Owner, typename Work>
  Owner guarded(const Work& work) noexcept;
  const smk_context* context();

  Context context_;
  std::string failure_;
};

// What a host without an error channel does with pictures that could not be marked. From the
// variable SIGNMARK_ON_ERROR; what is unset or unknown there is a slate.
enum class OnError {
  slate,  // they are replaced: no unmarked picture leaves (silence, of a sound)
  abort,  // the process ends with 70: for batches only
  pass    // they leave as they are, which is said once
};
OnError on_error_of(std::string_view word);
OnError on_error_from_environment();

// Says the first failure of an instance on stderr, in one line.
class Complaint {
 public:
  // `who` lives as long as the object: "frei0r.signmark_embed". The policy is read here.
  explicit Complaint(const char* who) : who_(who), policy_(on_error_from_environment()) {}
  // True: the medium is handed on UNMARKED; false: it is replaced. Does not return on `abort`.
  bool passes(const std::string& failure) noexcept;
  [[nodiscard]] OnError policy() const { return policy_; }

 private:
  const char* who_;
  OnError policy_;
  std::string said_;
};

// What a detector tells. The absence of a mark proves nothing, so it is "unknown".
struct Answer {
  std::string word;        // "verified", "untrusted", "tampered", "marked" or "unknown"
  std::string content_id;  // may be empty
  std::string sentence;    // for people
  std::string json;        // {"answer": ..., "content_id": ..., "report": ...} in one line
};
Answer answer_of(const smk_verify_report* report);

}  // namespace signmark_host

#endif  // SIGNMARK_PLUGINS_COMMON_HOST_MARKER_HPP_
