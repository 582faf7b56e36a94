// SPDX-License-Identifier: Apache-2.0
// Marks and judges samples that a host holds: key names in, a report or the reason of failure out.
#ifndef SIGNMARK_PLUGINS_PICTURES_PICTURE_JOB_HPP_
#define SIGNMARK_PLUGINS_PICTURES_PICTURE_JOB_HPP_

#include <signmark/signmark.h>

#include <cstdint>
#include <string>
#include <vector>

namespace signmark_pictures {

// What the user of a host asks for; never a secret. Empty texts are the library's defaults.
struct Wish {
  std::string key;         // signing key by id or label; empty: the newest usable one
  std::string carrier;     // "public" (also when empty), "both" or a private carrier key's name
  std::string content_id;  // 16 hex digits; empty: random
  std::string strength;    // "invisible", "default", "strong"
  bool label = false;      // the visible label, too
};

struct Outcome {
  std::string failure;  // for people, with the stable code; empty: done
  std::string content_id, verdict, sentence, json;
};

// Why so many pages of this size are not taken; empty: they are. Asked before a host copies them.
std::string size_problem(int64_t width, int64_t height, int64_t pages);

// Lays the robust mark, and the label when it is wanted, into the samples of each page, all under
// one content id. After a failure the samples of some pages may have changed: throw them away.
Outcome mark(const std::vector<smk_pixels>& pages, const Wish& wish) noexcept;

// What the robust marks say, of the first page that has one; no other layer lies in samples. The
// public carrier key is always tried, and the private one that `carrier` names, if any.
Outcome verify(const std::vector<smk_pixels>& pages, const std::string& carrier) noexcept;

}  // namespace signmark_pictures

#endif  // SIGNMARK_PLUGINS_PICTURES_PICTURE_JOB_HPP_
