// SPDX-License-Identifier: Apache-2.0
// Between the codecs and the robust mark.
#include "image/change.hpp"

namespace signmark::image {

Result<cv::Mat> ask_changer(const Job& job, const LumaPicture& picture) {
  if (job.changer == nullptr) return cv::Mat();
  SIGNMARK_TRY(job.context.report("robust mark", 0, 1));
  SIGNMARK_ASSIGN(cv::Mat change, (*job.changer)(picture));
  CV_Assert(change.type() == CV_32FC1 && change.size() == picture.luma.size());
  return change;
}

Status apply_changer(const Job& job, cv::Mat& pixels, const PixelLayout& layout) {
  if (job.changer == nullptr) return {};
  SIGNMARK_ASSIGN(const cv::Mat change, ask_changer(job, luma_of(pixels, layout)));
  add_luma(pixels, layout, change);
  return {};
}

Status apply_changer(const Job& job, Planes& picture) {
  if (job.changer == nullptr) return {};
  SIGNMARK_ASSIGN(const cv::Mat change, ask_changer(job, luma_of(picture)));
  add_luma(picture, change);
  return {};
}

}  // namespace signmark::image
