// SPDX-License-Identifier: Apache-2.0
// Cross-references (7.5.4, 7.5.8), object streams (7.5.7), pages and incremental updates of PDF.
#include "container/document/pdf_file.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace signmark::container {
namespace {

constexpr std::size_t kDeepestLookup = 8;

std::optional<std::uint64_t> number_of(std::string_view token) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (token.empty() || error != std::errc() || end != token.data() + token.size())
    return std::nullopt;
  return value;
}

/// Undoes PNG's row filters (7.4.4.4), which cross-reference streams use.
Result<Bytes> undo_predictor(const Bytes& data, std::uint64_t columns) {
  constexpr std::uint64_t kWidest = 64;  // bytes of an entry
  if (columns == 0 || columns > kWidest || data.size() % (columns + 1) != 0)
    return fail("container.pdf.filter", "rows of a stream do not fit its predictor");
  Bytes out;
  out.reserve(data.size());
  std::vector<Byte> above(columns), row(columns);
  for (std::size_t at = 0; at < data.size(); at += columns + 1) {
    for (std::size_t i = 0; i < columns; ++i) {
      const int left = i > 0 ? row[i - 1] : 0, up = above[i], corner = i > 0 ? above[i - 1] : 0;
      const int p = left + up - corner;
      const int a = std::abs(p - left), b = std::abs(p - up), c = std::abs(p - corner);
      const std::array<int, 5> guess = {0, left, up, (left + up) / 2,
                                        a <= b && a <= c ? left
                                        : b <= c         ? up
                                                         : corner};
      const Byte filter = data[at];
      if (filter >= guess.size()) return fail("container.pdf.filter", "an unknown row filter");
      row[i] = static_cast<Byte>(data[at + 1 + i] + guess[filter]);
    }
    out.insert(out.end(), row.begin(), row.end());
    above = row;
  }
  return out;
}

/// Inflates up to `budget` bytes, which shrinks.
Result<Bytes> inflate_within(ByteView packed, std::uint64_t& budget) {
  Bytes out, piece(std::size_t{1} << 16U);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return fail("container.pdf.internal", "inflate cannot start");
  stream.next_in = const_cast<Bytef*>(packed.data());  // NOLINT: zlib's type; it only reads
  stream.avail_in = static_cast<uInt>(packed.size());
  int status = Z_OK;
  while (status == Z_OK && out.size() <= budget) {
    stream.next_out = piece.data();
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.insert(out.end(), piece.begin(), piece.end() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (out.size() > budget)
    return fail("container.pdf.limit", "streams unpack beyond the limit document-text", {},
                "raise it with --limit document-text=N if you trust the file");
  budget -= out.size();
  if (status != Z_STREAM_END) return fail("container.pdf.filter", "a stream cannot be unpacked");
  return out;
}

}  // namespace

tl::unexpected<Error> PdfFile::damaged(std::string message, std::uint64_t offset) const {
  return fail("container.pdf.damaged", std::move(message), at_byte(offset));
}

Result<PdfFile> PdfFile::open(const Context& context, ByteView file) {
  PdfFile pdf(context, file);
  const std::size_t mark = pdf.text().rfind("startxref");
  if (mark == std::string_view::npos)
    return pdf.damaged("the file has no end: it is cut off", file.size());
  std::size_t at = mark + 9;
  const auto start = number_of(pdf_token(pdf.text(), at));
  if (!start || *start >= file.size()) return pdf.damaged("the end points nowhere", mark);
  pdf.start_ = *start;
  SIGNMARK_TRY(pdf.read_references());
  if (!pdf_entry(pdf.trailer_, "/Encrypt").empty())
    return fail("container.pdf.encrypted", "the file is encrypted", {},
                "remove its password first: qpdf --decrypt");
  const auto size = number_of(pdf_entry(pdf.trailer_, "/Size")).value_or(0);
  const std::uint64_t known =
      pdf.places_.empty() ? 0 : pdf.places_.rbegin()->first + std::uint64_t{1};
  pdf.next_number_ = static_cast<std::uint32_t>(std::max(size, known));
  if (std::max(size, known) > 0x7FFFFFFF)
    return pdf.damaged("an impossible number of objects", mark);
  return pdf;
}

/// From the newest section to the oldest; the first that names an object counts.
Status PdfFile::read_references() {
  std::set<std::uint64_t> seen;
  std::vector<std::uint64_t> due = {start_};
  while (!due.empty()) {
    const std::uint64_t at = due.back();
    due.pop_back();
    if (at >= file_.size() || !seen.insert(at).second) continue;
    std::size_t word = at;
    const bool table = pdf_token(text(), word) == "xref";
    std::string dictionary;
    SIGNMARK_TRY(table ? read_table(word, dictionary) : read_reference_stream(at, dictionary));
    if (seen.size() == 1) {
      trailer_ = dictionary;
      by_stream_ = !table;
    }
    if (const auto previous = number_of(pdf_entry(dictionary, "/Prev"))) due.push_back(*previous);
    if (const auto hybrid = number_of(pdf_entry(dictionary, "/XRefStm"))) due.push_back(*hybrid);
  }
  return {};
}

Status PdfFile::add(std::uint64_t number, Place place) {
  if (number > 0x7FFFFFFF) return {};
  places_.emplace(static_cast<std::uint32_t>(number), place);
  return check_limit("pdf", "blocks", places_.size() / 10, context_.limits.blocks,
                     "objects, 10 of which count as a block");
}

Status PdfFile::read_table(std::size_t at, std::string& dictionary) {
  while (true) {
    const std::size_t where = at;
    const std::string_view word = pdf_token(text(), at);
    if (word == "trailer") break;
    const auto first = number_of(word), count = number_of(pdf_token(text(), at));
    if (!first || !count || *count > file_.size())
      return damaged("the cross-references are broken", where);
    for (std::uint64_t i = 0; i < *count; ++i) {
      const auto offset = number_of(pdf_token(text(), at));
      pdf_token(text(), at);
      const std::string_view kind = pdf_token(text(), at);
      if (!offset || (kind != "n" && kind != "f"))
        return damaged("the cross-references are broken", at);
      SIGNMARK_TRY(add(*first + i, {*offset, 0, kind == "f"}));
    }
  }
  dictionary = pdf_value(text(), at);
  return {};
}

Status PdfFile::read_reference_stream(std::size_t at, std::string& dictionary) {
  SIGNMARK_ASSIGN(const PdfObject object, object_at(at));
  dictionary = object.value;
  if (pdf_entry(dictionary, "/Type") != "/XRef")
    return damaged("the end points at no cross-references", at);
  SIGNMARK_ASSIGN(const Bytes data, stream(object));
  std::vector<std::uint64_t> widths;
  for (const std::string_view item : pdf_items(pdf_entry(dictionary, "/W")))
    widths.push_back(number_of(item).value_or(99));
  if (widths.size() != 3 || *std::max_element(widths.begin(), widths.end()) > 8)
    return damaged("the cross-references are broken", at);
  std::vector<std::string_view> index = pdf_items(pdf_entry(dictionary, "/Index"));
  const std::string_view size = pdf_entry(dictionary, "/Size");
  if (index.empty()) index = {"0", size};
  std::size_t position = 0;
  for (std::size_t pair = 0; pair + 1 < index.size(); pair += 2) {
    const std::uint64_t first = number_of(index[pair]).value_or(0);
    const std::uint64_t count = number_of(index[pair + 1]).value_or(0);
    for (std::uint64_t i = 0; i < count; ++i) {
      std::array<std::uint64_t, 3> field = {widths[0] == 0 ? 1U : 0U, 0, 0};
      for (std::size_t f = 0; f < 3; ++f)
        for (std::uint64_t byte = 0; byte < widths[f]; ++byte) {
          if (position >= data.size()) return damaged("the cross-references are cut off", at);
          field[f] = field[f] << 8U | data[position++];
        }
      const bool packed = field[0] == 2 && field[1] <= 0x7FFFFFFF;
      const Place place{packed ? field[2] : field[1],
                        packed ? static_cast<std::uint32_t>(field[1]) : 0, field[0] == 0};
      SIGNMARK_TRY(add(first + i, place));
      if (widths[0] + widths[1] + widths[2] == 0)
        return damaged("the cross-references are broken", at);
    }
  }
  return {};
}

Result<PdfObject> PdfFile::object_at(std::uint64_t offset) {
  if (offset >= file_.size()) return damaged("an object lies beyond the end", offset);
  std::size_t at = offset;
  const bool numbered = number_of(pdf_token(text(), at)) && number_of(pdf_token(text(), at));
  if (!numbered || pdf_token(text(), at) != "obj")
    return damaged("no object where one should be", offset);
  PdfObject object;
  object.value = pdf_value(text(), at);
  std::size_t word = at;
  if (pdf_token(text(), word) == "stream") {
    word += text().substr(word).starts_with("\r\n") ? 2 : 1;
    SIGNMARK_ASSIGN(const std::string length, resolve(pdf_entry(object.value, "/Length")));
    const auto size = number_of(length);
    if (!size || word > file_.size() || *size > file_.size() - word)
      return damaged("a stream leaves the file", offset);
    object.stream = {word, *size};
    at = word + *size;
  }
  object.range = {offset, at - offset};
  return object;
}

Result<PdfObject> PdfFile::packed_object(std::uint32_t stream_number, std::uint64_t index) {
  SIGNMARK_ASSIGN(const PdfObject holder, object(stream_number));
  const bool fresh = !unpacked_.contains(stream_number);
  if (fresh) {
    SIGNMARK_ASSIGN(Bytes bytes, stream(holder));
    unpacked_[stream_number] = std::move(bytes);
  }
  const std::string_view inner = as_text(unpacked_[stream_number]);
  std::vector<std::uint64_t>& offsets = offsets_[stream_number];
  const auto count = number_of(pdf_entry(holder.value, "/N")).value_or(0);
  std::size_t at = 0;
  while (fresh && offsets.size() < count) {
    pdf_token(inner, at);
    const auto offset = number_of(pdf_token(inner, at));
    if (!offset) break;
    offsets.push_back(*offset);
  }
  const auto first = number_of(pdf_entry(holder.value, "/First"));
  if (!first || index >= offsets.size() || *first > inner.size() ||
      offsets[index] >= inner.size() - *first)
    return damaged("an object stream is broken", holder.range.offset);
  at = *first + offsets[index];
  return PdfObject{std::string(pdf_value(inner, at)), {}, holder.range};
}

Result<PdfObject> PdfFile::object(std::uint32_t number) {
  const auto place = places_.find(number);
  if (place == places_.end() || place->second.free) return PdfObject{"null", {}, {}};  // 7.3.10
  if (depth_ >= kDeepestLookup) return damaged("objects point at each other", place->second.offset);
  ++depth_;
  const Place& at = place->second;
  auto found = at.stream == 0 ? object_at(at.offset) : packed_object(at.stream, at.offset);
  --depth_;
  return found;
}

Result<std::string> PdfFile::resolve(std::string_view value) {
  std::string current(value);
  for (std::size_t i = 0; i < kDeepestLookup; ++i) {
    const std::uint32_t number = pdf_reference_number(current);
    if (number == 0) return current;
    SIGNMARK_ASSIGN(PdfObject found, object(number));
    current = std::move(found.value);
  }
  return damaged("references point at each other", 0);
}

Result<Bytes> PdfFile::stream(const PdfObject& object) {
  const ByteView packed = file_.subspan(object.stream.offset, object.stream.size);
  std::string_view filter = pdf_entry(object.value, "/Filter");
  std::string_view parameters = pdf_entry(object.value, "/DecodeParms");
  if (const auto filters = pdf_items(filter); filters.size() == 1) filter = filters.front();
  if (const auto all = pdf_items(parameters); all.size() == 1) parameters = all.front();
  if (filter.empty()) return Bytes(packed.begin(), packed.end());
  if (filter != "/FlateDecode")
    return fail("container.pdf.filter", "a filter that we do not know: " + std::string(filter));
  SIGNMARK_ASSIGN(Bytes bytes, inflate_within(packed, budget_));
  if (number_of(pdf_entry(parameters, "/Predictor")).value_or(1) < 10) return bytes;
  return undo_predictor(bytes, number_of(pdf_entry(parameters, "/Columns")).value_or(1));
}

/// 7.7.3: the leaves of the page tree, with what they inherit.
Result<std::vector<PdfPage>> PdfFile::pages() {
  SIGNMARK_ASSIGN(const std::string root, resolve(pdf_entry(trailer_, "/Root")));
  std::vector<PdfPage> found, due;
  std::set<std::uint32_t> seen;
  due.push_back({pdf_reference_number(pdf_entry(root, "/Pages")), {}, {}, {}, {}});
  while (!due.empty()) {
    PdfPage node = std::move(due.back());
    due.pop_back();
    if (node.number == 0 || !seen.insert(node.number).second) continue;
    SIGNMARK_TRY(check_limit("pdf", "blocks", seen.size(), context_.limits.blocks, "pages"));
    SIGNMARK_ASSIGN(const PdfObject object, this->object(node.number));
    node.dictionary = object.value;
    const auto inherit = [&](std::string& to, std::string_view key) {
      if (const std::string_view own = pdf_entry(node.dictionary, key); !own.empty()) to = own;
    };
    inherit(node.resources, "/Resources");
    inherit(node.box, "/MediaBox");
    inherit(node.box, "/CropBox");
    inherit(node.rotation, "/Rotate");
    SIGNMARK_ASSIGN(const std::string kids, resolve(pdf_entry(node.dictionary, "/Kids")));
    if (kids.empty()) {
      found.push_back(std::move(node));
      continue;
    }
    auto items = pdf_items(kids);
    for (auto kid = items.rbegin(); kid != items.rend(); ++kid)
      due.push_back({pdf_reference_number(*kid), {}, node.resources, node.box, node.rotation});
  }
  return found;
}

Result<Bytes> PdfFile::update(const std::vector<Update>& objects, std::string_view trailer) const {
  ByteWriter out;
  if (!text().ends_with('\n')) out.text("\n");
  std::map<std::uint32_t, std::uint64_t> offsets;
  for (const Update& object : objects) {
    offsets[object.number] = file_.size() + out.size();
    out.text(fmt::format("{} 0 obj\n{}\nendobj\n", object.number, object.body));
  }
  const std::uint64_t start = file_.size() + out.size();
  const std::uint32_t own = std::max(next_number_, offsets.rbegin()->first + 1);
  if (by_stream_) offsets[own] = start;
  std::string index, table;
  ByteWriter entries;
  for (const auto& [number, offset] : offsets) {
    index += fmt::format("{} 1 ", number);
    table += fmt::format("{} 1\n{:010} 00000 n \n", number, offset);
    entries.u8(1).u64be(offset).u8(0);
  }
  SIGNMARK_ASSIGN(std::string dictionary, pdf_with(trailer, "/Prev", std::to_string(start_)));
  SIGNMARK_ASSIGN(dictionary,
                  pdf_with(dictionary, "/Size", std::to_string(own + (by_stream_ ? 1 : 0))));
  if (by_stream_) {
    dictionary =
        fmt::format("<< /Type /XRef /W [1 8 1] /Index [{}] /Length {} /Root {} /Prev {} /Size {}",
                    index, entries.size(), pdf_entry(trailer, "/Root"), start_, own + 1);
    for (const std::string_view key : {"/Info", "/ID"})
      if (const std::string_view value = pdf_entry(trailer, key); !value.empty())
        dictionary += fmt::format(" {} {}", key, value);
    out.text(fmt::format("{} 0 obj\n{} >>\nstream\n", own, dictionary)).bytes(entries.view());
    out.text("\nendstream\nendobj\n");
  } else {
    out.text("xref\n" + table + "trailer\n" + dictionary + "\n");
  }
  out.text(fmt::format("startxref\n{}\n%%EOF\n", start));
  return out.take();
}

}  // namespace signmark::container
