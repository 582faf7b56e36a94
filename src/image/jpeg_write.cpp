// SPDX-License-Identifier: Apache-2.0
// JPEG writing in the manner of a source file.
#include <cstdlib>
#include <cstring>

#include "image/jpeg_io.hpp"

namespace signmark::image {
namespace {

/// libjpeg's compressor and its malloc'ed output buffer.
class Writer {
 public:
  Writer() {
    info_.err = &fence_.manager;
    if (!fenced(fence_, [&] {
          jpeg_create_compress(&info_);
          jpeg_mem_dest(&info_, &buffer_, &size_);
        }))
      throw std::bad_alloc();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    jpeg_destroy_compress(&info_);
    std::free(buffer_);
  }

  jpeg_compress_struct& info() { return info_; }
  template <class Work>
  Result<Bytes> run(const Work& work) {
    if (!fenced(fence_, work))
      return fail("image.jpeg.encode", std::string("cannot encode the JPEG: ") + fence_.message);
    return Bytes(buffer_, buffer_ + size_);
  }

 private:
  JpegFence fence_;
  jpeg_compress_struct info_{};
  unsigned char* buffer_ = nullptr;
  unsigned long size_ = 0;
};

/// Sampling, component ids and table numbers of each component.
void copy_components(const jpeg_decompress_struct& from, jpeg_compress_struct& to) {
  for (int c = 0; c < from.num_components; ++c) {
    const jpeg_component_info& source = from.comp_info[c];
    jpeg_component_info& target = to.comp_info[c];
    target.component_id = source.component_id;
    target.h_samp_factor = source.h_samp_factor;
    target.v_samp_factor = source.v_samp_factor;
    target.quant_tbl_no = source.quant_tbl_no;
  }
}

void copy_tables(const jpeg_decompress_struct& from, jpeg_compress_struct& to) {
  for (int t = 0; t < NUM_QUANT_TBLS; ++t) {
    if (from.quant_tbl_ptrs[t] == nullptr) continue;
    if (to.quant_tbl_ptrs[t] == nullptr)
      to.quant_tbl_ptrs[t] = jpeg_alloc_quant_table(reinterpret_cast<j_common_ptr>(&to));
    std::memcpy(to.quant_tbl_ptrs[t]->quantval, from.quant_tbl_ptrs[t]->quantval,
                sizeof to.quant_tbl_ptrs[t]->quantval);
    to.quant_tbl_ptrs[t]->sent_table = FALSE;
  }
}

/// Every table that the components use gets the values of a quality.
void set_quality(int quality, jpeg_compress_struct& to) {
  constexpr boolean kBaseline = TRUE;
  jpeg_set_quality(&to, quality, kBaseline);  // fills tables 0 (luma) and 1 (chroma)
  for (int c = 0; c < to.num_components; ++c)
    to.comp_info[c].quant_tbl_no = c == 1 || c == 2 ? 1 : 0;
  if (to.jpeg_color_space == JCS_RGB || to.jpeg_color_space == JCS_CMYK)
    for (int c = 0; c < to.num_components; ++c) to.comp_info[c].quant_tbl_no = 0;
}

void copy_coding(const jpeg_decompress_struct& from, jpeg_compress_struct& to) {
  to.arith_code = from.arith_code;
  to.restart_interval = from.restart_interval;
  to.optimize_coding = from.arith_code != 0 ? FALSE : TRUE;  // keeps the file as small as it was
  if (from.progressive_mode != 0) jpeg_simple_progression(&to);
}

}  // namespace

Result<Bytes> encode_like(JpegReader& source, const cv::Mat& pixels, std::optional<int> quality) {
  Writer writer;
  jpeg_compress_struct& info = writer.info();
  const jpeg_decompress_struct& from = source.info();
  return writer.run([&] {
    info.image_width = static_cast<JDIMENSION>(pixels.cols);
    info.image_height = static_cast<JDIMENSION>(pixels.rows);
    info.input_components = pixels.channels();
    info.in_color_space = from.out_color_space;
    jpeg_set_defaults(&info);
    jpeg_set_colorspace(&info, from.jpeg_color_space);
    copy_components(from, info);
    copy_tables(from, info);
    if (quality) set_quality(*quality, info);
    copy_coding(from, info);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      auto* row = const_cast<JSAMPLE*>(pixels.ptr(static_cast<int>(info.next_scanline)));
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
  });
}

Result<Bytes> encode_rgb(const cv::Mat& pixels, int quality) {
  Writer writer;
  jpeg_compress_struct& info = writer.info();
  return writer.run([&] {
    info.image_width = static_cast<JDIMENSION>(pixels.cols);
    info.image_height = static_cast<JDIMENSION>(pixels.rows);
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      auto* row = const_cast<JSAMPLE*>(pixels.ptr<JSAMPLE>(static_cast<int>(info.next_scanline)));
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
  });
}

Result<Bytes> write_coefficients(JpegReader& source, jvirt_barray_ptr* coefficients) {
  Writer writer;
  jpeg_compress_struct& info = writer.info();
  // The source's virtual arrays report trouble through its own fence: aim it here as well.
  return writer.run([&] {
    jpeg_copy_critical_parameters(&source.info(), &info);
    copy_coding(source.info(), info);
    jpeg_write_coefficients(&info, coefficients);
    jpeg_finish_compress(&info);
  });
}

}  // namespace signmark::image
