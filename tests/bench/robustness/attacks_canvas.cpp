// SPDX-License-Identifier: Apache-2.0
// Things laid over a picture, and canvases that it is laid on.
#include <fmt/format.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "steps.hpp"

namespace signmark::bench {
namespace {

const cv::Scalar kWhite = cv::Scalar::all(255), kBlack = cv::Scalar::all(0);

/// Text whose capitals are `height` pixels high, outlined in black.
void put_caption(cv::Mat& picture, const std::string& text, cv::Point at, int height) {
  constexpr double kCapitals = 22;  // pixels of Hershey's capitals at scale 1
  const double size = height / kCapitals;
  const int stroke = std::max(1, height / 10);
  for (const bool outline : {true, false})
    cv::putText(picture, text, at, cv::FONT_HERSHEY_SIMPLEX, size, outline ? kBlack : kWhite,
                outline ? 3 * stroke : stroke, cv::LINE_AA);
}

cv::Mat captioned(const cv::Mat& picture) {
  cv::Mat out = picture.clone();
  const int height = std::max(6, picture.rows / 12);
  const std::string texts[]{"BREAKING NEWS", "look at this one", "SHARE WITH ALL"};
  const double places[]{0.15, 0.55, 0.94};
  for (int i = 0; i < 3; ++i)
    put_caption(out, texts[i], {picture.cols / 20, static_cast<int>(picture.rows * places[i])},
                height);
  return out;
}

cv::Mat with_logo(const cv::Mat& picture, cv::RNG& random) {
  constexpr double kOpacity = 0.75;
  const int side = std::max(8, std::min(picture.cols, picture.rows) / 5);
  cv::Mat out = picture.clone();
  const int x = random.uniform(0, picture.cols - side + 1);
  const int y = random.uniform(0, picture.rows - side + 1);
  cv::Mat place = out(cv::Rect(x, y, side, side)), drawn(side, side, CV_8UC3, kWhite);
  cv::circle(drawn, {side / 2, side / 2}, side * 2 / 5, {40, 40, 200}, cv::FILLED, cv::LINE_AA);
  put_caption(drawn, "TV", {side / 4, side * 3 / 5}, side / 5);
  cv::addWeighted(drawn, kOpacity, place, 1 - kOpacity, 0, place);
  return out;
}

/// A rectangle of this share of `area`, with a random place and a side ratio of 1:2 to 2:1.
cv::Rect random_part(const cv::Rect& area, double share, cv::RNG& random) {
  const double low = std::max(0.5, share),
               ratio = std::exp(random.uniform(std::log(low), -std::log(low)));
  const int width = std::min(area.width, cvRound(area.width * std::sqrt(share * ratio)));
  const int height = std::min(area.height, cvRound(area.height * std::sqrt(share / ratio)));
  const int x = random.uniform(0, area.width - width + 1);
  const int y = random.uniform(0, area.height - height + 1);
  return {area.x + x, area.y + y, width, height};
}

cv::Scalar random_colour(cv::RNG& random) {
  const int blue = random.uniform(0, 256), green = random.uniform(0, 256);
  return {static_cast<double>(blue), static_cast<double>(green),
          static_cast<double>(random.uniform(0, 256))};
}

cv::Mat erased(const cv::Mat& picture, double area, cv::RNG& random) {
  cv::Mat out = picture.clone();
  out(random_part({{}, picture.size()}, area, random)).setTo(random_colour(random));
  return out;
}

/// One rectangle in each quarter, so that none covers another and the share is exact.
cv::Mat erased_four(const cv::Mat& picture, double area, cv::RNG& random) {
  cv::Mat out = picture.clone();
  const cv::Size half(picture.cols / 2, picture.rows / 2);
  for (const int x : {0, half.width})
    for (const int y : {0, half.height})
      out(random_part({{x, y}, half}, area, random)).setTo(random_colour(random));
  return out;
}

Step canvas_step(std::string name, const std::function<cv::Size(cv::Size)>& size,
                 const cv::Scalar& colour) {
  return {std::move(name),
          [=](const cv::Mat& picture, cv::RNG&) {
            const cv::Size all = size(picture.size());
            const int x = (all.width - picture.cols) / 2, y = (all.height - picture.rows) / 2;
            cv::Mat out(all, CV_8UC3, colour);
            picture.copyTo(out(cv::Rect({x, y}, picture.size())));
            return out;
          },
          size};
}

/// Fine and coarse colour noise under lines and boxes: no flat place, and edges at all angles.
cv::Mat busy_picture(cv::Size size, cv::RNG& random) {
  cv::Mat out(size, CV_32FC3, cv::Scalar::all(128));
  for (int cells = 4; cells <= 256; cells *= 4) {
    cv::Mat coarse(cells, cells, CV_32FC3), fine;
    random.fill(coarse, cv::RNG::NORMAL, 0, 30);
    cv::resize(coarse, fine, size, 0, 0, cv::INTER_CUBIC);
    out += fine;
  }
  out.convertTo(out, CV_8U);
  const auto anywhere = [&] {
    const int x = random.uniform(0, size.width);
    return cv::Point(x, random.uniform(0, size.height));
  };
  for (int i = 0; i < 150; ++i) {
    const cv::Point from = anywhere(), to = anywhere();
    const int thickness = random.uniform(1, std::max(2, size.width / 150));
    cv::line(out, from, to, random_colour(random), thickness, cv::LINE_AA);
  }
  return out;
}

cv::Mat pasted(const cv::Mat& picture, double canvas_factor, double factor, cv::RNG& random) {
  const cv::Size all(cvRound(picture.cols * canvas_factor), cvRound(picture.rows * canvas_factor));
  cv::Mat out = busy_picture(all, random);
  const cv::Mat part = factor == 1 ? picture : scale(factor).run(picture, random);
  const int x = random.uniform(0, all.width - part.cols + 1);
  const int y = random.uniform(0, all.height - part.rows + 1);
  part.copyTo(out(cv::Rect({x, y}, part.size())));
  return out;
}

constexpr double kPageMargin = 0.06, kPageFoot = 0.25;

cv::Size page_size(cv::Size size) {
  const int margin = cvRound(size.width * kPageMargin);
  return {size.width + 2 * margin, size.height + 2 * margin + cvRound(size.height * kPageFoot)};
}

/// Title bar above, lines of text below, as a browser shows a picture.
cv::Mat on_page(const cv::Mat& picture) {
  const cv::Size all = page_size(picture.size());
  cv::Mat out(all, CV_8UC3, cv::Scalar(250, 249, 248));
  const int margin = cvRound(picture.cols * kPageMargin), letter = std::max(5, margin / 4);
  out(cv::Rect(0, 0, all.width, std::max(1, margin * 2 / 3))).setTo(cv::Scalar(90, 70, 60));
  picture.copyTo(out(cv::Rect({margin, margin}, picture.size())));
  for (int y = margin + picture.rows + 2 * letter; y + letter < all.height; y += 2 * letter)
    cv::putText(out, "A picture and what somebody wrote below it, line after line after line.",
                {margin, y}, cv::FONT_HERSHEY_SIMPLEX, letter / 22.0, {40, 40, 40}, 1, cv::LINE_AA);
  return out;
}

}  // namespace

Step captions() { return filter_step("text overlay", captioned); }

Step logo() {
  Step step = nothing();
  step.name = "logo";
  step.run = with_logo;
  return step;
}

Step erase(double area) {
  Step step = nothing();
  step.name = fmt::format("{:.4g} % erased", area * 100);
  step.run = [area](const cv::Mat& picture, cv::RNG& random) {
    return erased(picture, area, random);
  };
  return step;
}

Step erase_four(double area) {
  Step step = nothing();
  step.name = fmt::format("four rectangles, {:.4g} %", area * 100);
  step.run = [area](const cv::Mat& picture, cv::RNG& random) {
    return erased_four(picture, area, random);
  };
  return step;
}

Step white_border(double share_of_longer) {
  return canvas_step(
      fmt::format("white border {:.4g} %", share_of_longer * 100),
      [share_of_longer](cv::Size size) {
        const int border = cvRound(std::max(size.width, size.height) * share_of_longer);
        return cv::Size(size.width + 2 * border, size.height + 2 * border);
      },
      kWhite);
}

Step black_bars() {
  return canvas_step(
      "black bars",
      [](cv::Size size) {
        if (size.width >= size.height) return cv::Size(size.width, cvRound(size.width * 4 / 3.0));
        return cv::Size(cvRound(size.height * 4 / 3.0), size.height);
      },
      kBlack);
}

Step backdrop(double canvas_factor, double factor) {
  return {fmt::format("x{} on a {}x backdrop", factor, canvas_factor),
          [=](const cv::Mat& picture, cv::RNG& random) {
            return pasted(picture, canvas_factor, factor, random);
          },
          [=](cv::Size size) {
            return cv::Size(cvRound(size.width * canvas_factor),
                            cvRound(size.height * canvas_factor));
          }};
}

Step page() {
  return {"on a page", [](const cv::Mat& picture, cv::RNG&) { return on_page(picture); },
          page_size};
}

}  // namespace signmark::bench
