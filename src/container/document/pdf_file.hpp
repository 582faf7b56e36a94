// SPDX-License-Identifier: Apache-2.0
// As much of PDF (ISO 32000-1) as an incremental update needs: cross-references, dictionaries,
// pages. Nothing of a file is ever rewritten.
#pragma once

#include <map>
#include <set>

#include "container/document/document.hpp"

namespace signmark::container {

/// The next token of PDF syntax (7.2): a delimiter, a string with its delimiters, a name or a word.
/// Empty at the end. `at` moves behind it.
std::string_view pdf_token(std::string_view text, std::size_t& at);

/// The next whole value: a token, a reference, an array or a dictionary.
std::string_view pdf_value(std::string_view text, std::size_t& at);

/// The value of a key of a dictionary; empty when it lacks it.
std::string_view pdf_entry(std::string_view dictionary, std::string_view key);

/// The dictionary with a key set. Errors: `container.pdf.damaged` when it is none.
Result<std::string> pdf_with(std::string_view dictionary, std::string_view key,
                             std::string_view value);

/// The values within an array.
std::vector<std::string_view> pdf_items(std::string_view array);

/// A text string (7.9.2) as UTF-8, and the other way.
std::string pdf_text(std::string_view string);
Result<std::string> pdf_string(std::string_view utf8);
std::string pdf_utf16(std::u32string_view text);  ///< hex digits, high byte first

/// One object: its value, and where its stream's bytes stand.
struct PdfObject {
  std::string value;
  Range stream;  ///< empty when it is no stream or is packed in another one
  Range range;   ///< of the whole object, or of the one it is packed in
};

struct PdfPage {
  std::uint32_t number = 0;
  std::string dictionary;
  std::string resources, box, rotation;  ///< own or inherited
};

class PdfFile {
 public:
  /// Errors: `container.pdf.damaged`, `container.pdf.encrypted`, `container.pdf.limit`.
  static Result<PdfFile> open(const Context& context, ByteView file);

  [[nodiscard]] std::string_view trailer() const { return trailer_; }
  [[nodiscard]] std::uint32_t next_number() const { return next_number_; }
  /// An object by number.
  Result<PdfObject> object(std::uint32_t number);
  /// A value, followed through a reference.
  Result<std::string> resolve(std::string_view value);
  /// Bytes of a stream without its filter. Errors: `container.pdf.filter`.
  Result<Bytes> stream(const PdfObject& object);
  Result<std::vector<PdfPage>> pages();

  /// New objects behind the file's end, in an update that keeps the kind of cross-references.
  struct Update {
    std::uint32_t number = 0;
    std::string body;
  };
  [[nodiscard]] Result<Bytes> update(const std::vector<Update>& objects,
                                     std::string_view trailer) const;

 private:
  struct Place {
    std::uint64_t offset = 0;  ///< in the file; of a packed one its index in the stream
    std::uint32_t stream = 0;  ///< number of the object stream; 0: not packed
    bool free = false;
  };
  PdfFile(const Context& context, ByteView file)
      : context_(context), file_(file), budget_(context.limits.document_text) {}

  Status read_references();
  Status read_table(std::size_t at, std::string& dictionary);
  Status read_reference_stream(std::size_t at, std::string& dictionary);
  Result<PdfObject> object_at(std::uint64_t offset);
  Result<PdfObject> packed_object(std::uint32_t stream, std::uint64_t index);
  Status add(std::uint64_t number, Place place);
  [[nodiscard]] tl::unexpected<Error> damaged(std::string message, std::uint64_t offset) const;
  [[nodiscard]] std::string_view text() const { return as_text(file_); }

  const Context& context_;
  ByteView file_;
  std::uint64_t budget_;
  std::uint64_t start_ = 0;  ///< offset of the newest cross-references
  bool by_stream_ = false;   ///< the newest are a stream
  std::string trailer_;
  std::uint32_t next_number_ = 0;
  std::map<std::uint32_t, Place> places_;
  std::map<std::uint32_t, Bytes> unpacked_;                      ///< object streams
  std::map<std::uint32_t, std::vector<std::uint64_t>> offsets_;  ///< of the objects in them
  std::size_t depth_ = 0;                                        ///< of lookups within lookups
};

/// "12 0 R".
std::string pdf_reference(std::uint32_t number);
/// The number of a reference; 0 when the value is none.
std::uint32_t pdf_reference_number(std::string_view value);

}  // namespace signmark::container
