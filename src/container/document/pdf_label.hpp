// SPDX-License-Identifier: Apache-2.0
// A label on a PDF page: letters as a Type 3 font of their own, so that they look the same
// everywhere and stay text for whoever searches, copies or reads aloud.
#pragma once

#include "container/document/pdf_file.hpp"

namespace signmark::container {

/// The page as its reader sees it: x to the right, y upwards from the lower left corner.
struct PdfView {
  double width = 612, height = 792;
  std::array<double, 6> to_page = {1, 0, 0, 1, 0, 0};  ///< matrix into the page's coordinates
};

/// Of the four numbers of /CropBox or /MediaBox and /Rotate (7.7.3.3). What is no sound box counts
/// as US Letter, as readers do.
PdfView pdf_view(const std::vector<double>& box, double rotation);

/// "<< /Length 1 >> stream ...".
std::string pdf_stream(std::string_view content);

struct PdfLabel {
  std::vector<PdfFile::Update> objects;  ///< numbered from the first one on without gaps
  std::uint32_t font = 0, content = 0;   ///< numbers of the font and of the content stream
  std::string font_name;                 ///< by which the content speaks of the font
};

/// The label at the upper or lower edge. Errors: `container.pdf.unwritable` for a text that is too
/// long for the page.
Result<PdfLabel> pdf_label(std::string_view text, const Outline& outline, const PdfView& view,
                           const PagePlace& place, std::uint32_t first_number);

}  // namespace signmark::container
