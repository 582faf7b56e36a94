// SPDX-License-Identifier: Apache-2.0
// The operations that suites are made of. Parameters as in image-mark.md 13 and peers.md 6.1 and 9.
#pragma once

#include <utility>
#include <vector>

#include "attacks.hpp"

namespace signmark::bench {

// Composition -----------------------------------------------------------------------------------
Step chain(const std::vector<Step>& steps);
Step named(std::string name, Step step);
/// A step that keeps the size and needs no random numbers.
Step filter_step(std::string name, std::function<cv::Mat(const cv::Mat&)> run);
Step nothing();

// Codecs ----------------------------------------------------------------------------------------
Step jpeg(int quality);  ///< 4:2:0
Step webp(int quality);  ///< lossy
Step avif(int quality);  ///< by heif-enc and heif-convert; see avif_missing()
std::string avif_missing();

// Geometry --------------------------------------------------------------------------------------
Step scale(double factor);  ///< area filter down, bicubic up
Step stretch(double width_factor, double height_factor);
Step longest_side(int pixels);  ///< only down
Step down_and_up(int longest);  ///< halves where the picture is smaller already
enum class CropPlace { random, centre };
Step crop(double area, CropPlace place);
Step cut_edges(int left, int top);
/// A random window of this share of the area, brought back to the original size.
Step resized_crop(double area);
enum class Canvas { same, expanded, inner, inner_rescaled };  ///< black corners; or none
Step rotate(double degrees, Canvas canvas);
Step rotate_random(Canvas canvas);  ///< any angle
Step quarter_turns(int turns);
enum class Axis { horizontal, vertical };
Step flip(Axis axis);

// Warps -----------------------------------------------------------------------------------------
Step affine(double a, double b, double c, double d);
Step shear(double x_percent, double y_percent);
/// Each corner moves inwards by a random share of the side, at most this; black outside.
Step perspective(double share);
Step bending(double pixels);  ///< smooth random displacement
Step stirmark_bending();      ///< StirMark 3.1's -i2.0% -o0.7 -d1.5
Step remove_lines(int rows, int columns);

// Tone and colour -------------------------------------------------------------------------------
Step brightness(double factor);
Step contrast(double factor);       ///< about 127.5
Step contrast_mean(double factor);  ///< about the mean luma, as torchvision
Step gamma(double exponent);
Step hue(double turns);
Step saturation(double factor);
Step grey();
Step equalise();
Step posterise(int bits);
enum class Dither { none, floyd_steinberg };
Step palette256(Dither dither);  ///< median cut

// Filters and noise -----------------------------------------------------------------------------
Step blur(double sigma);
Step gaussian_kernel(int side);  ///< sigma = 0.3 ((k - 1) / 2 - 1) + 0.8
Step gaussian3();                ///< [1 2 1; 2 4 2; 1 2 1]
Step median(int side);           ///< odd sides, and 2 and 4
Step sharpen3();                 ///< [0 -1 0; -1 5 -1; 0 -1 0]
Step unsharp(double sigma, double amount);
Step denoise(double strength);  ///< non-local means, windows 5 and 15
Step laplacian_removal();       ///< FMLR
Step noise(double sigma);
Step salt_and_pepper(double share);

// Things laid over, and canvases ----------------------------------------------------------------
Step captions();
Step logo();
Step erase(double area);       ///< one rectangle
Step erase_four(double area);  ///< four rectangles, one in each quarter
Step white_border(double share_of_longer);
Step black_bars();                                   ///< to 3:4, or to 4:3 for upright pictures
Step backdrop(double canvas_factor, double factor);  ///< pasted into a busy picture
Step page();                                         ///< on a web page, unscaled

// Chains that several suites share --------------------------------------------------------------
Step screenshot();    ///< 13.1: 0.83x on a page, JPEG 85
Step meta_chain();    ///< JPEG 40, crop 50 %, brightness 0.5
Step print_camera();  ///< rotate 3 degrees, gamma, blur 1, noise 4, JPEG 60
Step messenger();
Step thumbnail();
Step shifted_jpegs();

}  // namespace signmark::bench
