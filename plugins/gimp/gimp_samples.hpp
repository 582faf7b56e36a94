// SPDX-License-Identifier: Apache-2.0
// A drawable of GIMP as the samples that libsignmark takes, and back.
#ifndef SIGNMARK_PLUGINS_GIMP_GIMP_SAMPLES_HPP_
#define SIGNMARK_PLUGINS_GIMP_GIMP_SAMPLES_HPP_

#include <libgimp/gimp.h>
#include <signmark/signmark.h>

#include <cstdint>
#include <string>
#include <vector>

namespace signmark_gimp {

// All samples of a drawable, in its own precision where libsignmark knows that, else as floats.
class Samples {
 public:
  // Why a drawable is not taken; empty: it is.
  static std::string problem_of(gint32 drawable);

  // Reads the whole drawable; problem_of must have been asked.
  explicit Samples(gint32 drawable);

  // The samples in place. Grey with alpha is its grey alone.
  smk_pixels pixels();

  // Puts them back as one step that can be undone. A selection is ignored, and stays as it was.
  void put_back(gint32 image) const;

 private:
  gint32 drawable_;
  const Babl* format_;
  GeglRectangle area_;
  std::vector<uint8_t> bytes_;
};

}  // namespace signmark_gimp

#endif  // SIGNMARK_PLUGINS_GIMP_GIMP_SAMPLES_HPP_
