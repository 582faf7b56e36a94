// SPDX-License-Identifier: Apache-2.0
// What a reader sees of inline Markdown (CommonMark 0.30 section 6, with strikethrough and dollar
// mathematics): markers are dropped; code, mathematics and addresses are closed.
#include <algorithm>
#include <array>

#include "container/document/markdown_text.hpp"
#include "container/document/markup.hpp"

namespace signmark::container {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
/// Bounds on what is looked for at each position, so that hostile text stays cheap.
constexpr std::size_t kLongestTag = 4096;
constexpr std::size_t kLongestLabel = 999;  // CommonMark 6.3
constexpr std::size_t kDeepestBrackets = 64;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}
bool is_word(char c) { return !is_space(c) && !is_punctuation(c); }

/// What becomes of a stretch of the source.
struct Piece {
  enum class Kind {
    text,
    dropped,
    opener,
    closed,
    escape,
    reference,
    line_break
  } kind = Kind::text;
  std::size_t begin = 0, end = 0;
};

/// A run of * _ or ~ that may open or close emphasis.
struct Delimiter {
  std::size_t piece = 0;  ///< index of its piece
  char mark = '*';
  std::size_t left = 0;  ///< marks not yet used
  bool opens = false, closes = false;
  bool opened = false;  ///< it did open emphasis
};

class InlineReader {
 public:
  InlineReader(std::string_view text, const std::vector<std::string>& labels)
      : text_(text), labels_(labels) {}

  std::vector<Piece> read() {
    while (at_ < text_.size()) step();
    flush(text_.size());
    match_emphasis();
    return std::move(pieces_);
  }

 private:
  void step() {
    switch (text_[at_]) {
      case '\\':
        return escape();
      case '`':
        return code();
      case '$':
        return mathematics();
      case '&':
        return reference();
      case '<':
        return angle();
      case '!':
        return at_ + 1 < text_.size() && text_[at_ + 1] == '[' ? image() : skip();
      case '[':
        return open_bracket();
      case ']':
        return close_bracket();
      case '*':
      case '_':
      case '~':
        return delimiter();
      case '\n':
        return line_end();
      default:
        return skip();
    }
  }

  void skip() { ++at_; }

  /// Text up to `end`, which has not been put out yet.
  void flush(std::size_t end) {
    if (end > done_) pieces_.push_back({Piece::Kind::text, done_, end});
    done_ = std::max(done_, end);
  }

  void put(Piece::Kind kind, std::size_t end) {
    flush(at_);
    pieces_.push_back({kind, at_, end});
    at_ = done_ = end;
  }

  void escape() {
    if (at_ + 1 >= text_.size()) return skip();
    if (text_[at_ + 1] == '\n') {
      put(Piece::Kind::dropped, at_ + 1);
      return put(Piece::Kind::line_break, at_ + 1);
    }
    if (!is_punctuation(text_[at_ + 1])) return skip();
    put(Piece::Kind::escape, at_ + 2);
  }

  /// 6.1: a run of backticks up to one of the same length.
  void code() {
    const std::size_t size = run(at_);
    std::size_t end = at_ + size;
    while ((end = text_.find('`', end)) != kNone && run(end) != size) end += run(end);
    if (end == kNone) {
      at_ += size;
      return;
    }
    put(Piece::Kind::dropped, at_ + size);
    put(Piece::Kind::closed, end);
    put(Piece::Kind::dropped, end + size);
  }

  /// As pandoc: no space inside the dollars, no digit behind them.
  void mathematics() {
    const std::size_t size = run(at_);
    const std::string_view mark = text_.substr(at_, size);
    if (size > 2 || at_ + size >= text_.size() || (size == 1 && is_space(text_[at_ + size])))
      return static_cast<void>(at_ += size);
    const std::size_t end = text_.find(mark, at_ + size);
    const bool digit = end != kNone && end + size < text_.size() && text_[end + size] >= '0' &&
                       text_[end + size] <= '9';
    if (end == kNone || (size == 1 && (is_space(text_[end - 1]) || digit)))
      return static_cast<void>(at_ += size);
    put(Piece::Kind::closed, end + size);
  }

  void reference() {
    const auto found = character_reference(text_.substr(at_), Dialect::html);
    if (!found) return skip();
    put(Piece::Kind::reference, at_ + found->size);
  }

  /// An address in angle brackets, or inline HTML, of which nothing is seen.
  void angle() {
    const std::size_t size = text_.substr(at_, kLongestTag).find('>');
    if (size == kNone || size == 1) return skip();
    const std::size_t end = at_ + size;
    const std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
    const bool spaced = std::any_of(inner.begin(), inner.end(), is_space);
    if (!spaced && inner.find_first_of(":@") != kNone && inner.find_first_of("<\"=") == kNone) {
      put(Piece::Kind::dropped, at_ + 1);
      put(Piece::Kind::closed, end);
      return put(Piece::Kind::dropped, end + 1);
    }
    const std::size_t letter = inner.front() == '/' || inner.front() == '!' ? 1 : 0;
    const bool tag = letter < inner.size() && (is_word(inner[letter]) || inner[letter] == '-');
    return tag ? put(Piece::Kind::dropped, end + 1) : skip();
  }

  void open_bracket() {
    flush(at_);
    if (text_.substr(at_).starts_with("[^")) {  // a footnote's mark
      const std::size_t size = text_.substr(at_, kLongestLabel).find(']');
      if (size != kNone) return put(Piece::Kind::closed, at_ + size + 1);
    }
    if (brackets_.size() >= kDeepestBrackets) return skip();
    brackets_.push_back({pieces_.size(), false});
    put(Piece::Kind::text, at_ + 1);
  }

  void image() {
    flush(at_);
    if (brackets_.size() >= kDeepestBrackets) return skip();
    brackets_.push_back({pieces_.size(), true});
    put(Piece::Kind::text, at_ + 2);
  }

  /// 6.3: a link's text is seen, its target is not; of an image nothing is.
  void close_bracket() {
    if (brackets_.empty()) return skip();
    const Bracket open = brackets_.back();
    brackets_.pop_back();
    flush(at_);
    const std::size_t target = end_of_target(pieces_[open.piece].end);
    if (target == 0) return skip();
    pieces_[open.piece].kind = Piece::Kind::dropped;
    if (open.image)
      for (std::size_t i = open.piece; i < pieces_.size(); ++i)
        pieces_[i].kind = Piece::Kind::dropped;
    // A link that is named by its own text would lose its target by a mark within.
    if (target == at_ + 1 || text_.substr(at_, target - at_) == "][]")
      for (std::size_t i = open.piece + 1; i < pieces_.size(); ++i)
        if (pieces_[i].kind == Piece::Kind::text) pieces_[i].kind = Piece::Kind::closed;
    put(Piece::Kind::dropped, target);
  }

  /// Where "](target)" or "][label]" or "]" of a defined label ends; 0 when this is no link.
  [[nodiscard]] std::size_t end_of_target(std::size_t inner) const {
    const std::size_t next = at_ + 1;
    if (next < text_.size() && text_[next] == '(') return end_of_parentheses(next);
    if (next < text_.size() && text_[next] == '[') {
      const std::size_t end = text_.find(']', next);
      if (end == kNone) return 0;
      const std::string_view label = text_.substr(next + 1, end - next - 1);
      return is_defined(label.empty() ? text_.substr(inner, at_ - inner) : label) ? end + 1 : 0;
    }
    return is_defined(text_.substr(inner, at_ - inner)) ? next : 0;
  }

  [[nodiscard]] std::size_t end_of_parentheses(std::size_t at) const {
    constexpr int kDeepest = 32;
    int depth = 0;
    for (; at < text_.size(); ++at) {
      if (text_[at] == '\\') {
        ++at;
      } else if (text_[at] == '(') {
        if (++depth > kDeepest) return 0;
      } else if (text_[at] == ')' && --depth == 0) {
        return at + 1;
      }
    }
    return 0;
  }

  [[nodiscard]] bool is_defined(std::string_view label) const {
    if (labels_.empty() || label.size() > kLongestLabel) return false;
    return std::binary_search(labels_.begin(), labels_.end(), lower_label(label));
  }

  /// 6.2: flanking decides what a run may do.
  void delimiter() {
    const char mark = text_[at_];
    const std::size_t size = run(at_);
    const char before = at_ == 0 ? ' ' : text_[at_ - 1];
    const char after = at_ + size < text_.size() ? text_[at_ + size] : ' ';
    const bool left = !is_space(after) && (!is_punctuation(after) || !is_word(before));
    const bool right = !is_space(before) && (!is_punctuation(before) || !is_word(after));
    Delimiter found{0, mark, size, left, right};
    if (mark == '_') {
      found.opens = left && (!right || is_punctuation(before));
      found.closes = right && (!left || is_punctuation(after));
    }
    if (mark == '~' && size != 2) return static_cast<void>(at_ += size);
    flush(at_);
    found.piece = pieces_.size();
    delimiters_.push_back(found);
    put(Piece::Kind::text, at_ + size);
  }

  /// Drops the marks of each pair. A stack a mark keeps it linear.
  void match_emphasis() {
    constexpr std::string_view kMarks = "*_~";
    std::array<std::vector<Delimiter*>, 3> stacks;
    for (Delimiter& closer : delimiters_) {
      if (pieces_[closer.piece].kind != Piece::Kind::text) continue;  // within an image
      auto& stack = stacks[kMarks.find(closer.mark)];
      while (closer.closes && closer.left > 0 && !stack.empty()) {
        Delimiter& opener = *stack.back();
        const std::size_t used = std::min(opener.left, closer.left);
        opener.left -= used;
        opener.opened = true;
        closer.left -= used;
        if (opener.left == 0) stack.pop_back();
      }
      if (closer.opens && closer.left > 0) stack.push_back(&closer);
    }
    for (auto found = delimiters_.rbegin(); found != delimiters_.rend(); ++found) {
      Piece& piece = pieces_[found->piece];
      if (piece.kind != Piece::Kind::text || found->left == piece.end - piece.begin) continue;
      const std::size_t kept = piece.begin + found->left;
      const Piece dropped{found->opened ? Piece::Kind::opener : Piece::Kind::dropped, kept,
                          piece.end};
      piece.end = kept;
      cuts_.push_back({found->piece, dropped});
    }
    apply_cuts();
  }

  /// Puts the dropped marks behind the piece they were cut from, in one pass.
  void apply_cuts() {
    std::vector<Piece> result;
    result.reserve(pieces_.size() + cuts_.size());
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      result.push_back(pieces_[i]);
      if (cuts_.empty() || cuts_.back().first != i) continue;
      result.push_back(cuts_.back().second);
      cuts_.pop_back();
    }
    pieces_ = std::move(result);
  }

  /// 6.7: two spaces make a line end hard; it is a space otherwise.
  void line_end() {
    std::size_t spaces = 0;
    while (spaces < at_ - done_ && text_[at_ - 1 - spaces] == ' ') ++spaces;
    flush(at_);
    if (spaces >= 2) return put(Piece::Kind::line_break, at_ + 1);
    skip();
  }

  [[nodiscard]] std::size_t run(std::size_t at) const {
    const std::size_t end = text_.find_first_not_of(text_[at], at);
    return std::min(end, text_.size()) - at;
  }

  struct Bracket {
    std::size_t piece = 0;
    bool image = false;
  };

  std::string_view text_;
  const std::vector<std::string>& labels_;
  std::size_t at_ = 0, done_ = 0;
  std::vector<Piece> pieces_;
  std::vector<Bracket> brackets_;
  std::vector<Delimiter> delimiters_;
  std::vector<std::pair<std::size_t, Piece>> cuts_;  // from the last piece to the first
};

/// Writes pieces into a passage, line by line, since each stands elsewhere in the source.
class PieceWriter {
 public:
  PieceWriter(PassageBuilder& builder, const InlineText& paragraph)
      : builder_(builder), paragraph_(paragraph) {}

  void write(const Piece& piece) {
    switch (piece.kind) {
      case Piece::Kind::dropped:
        return;
      case Piece::Kind::opener:  // it could not open behind a mark: CommonMark 6.2
        return builder_.keep_behind_markup();
      case Piece::Kind::line_break:
        return line_end("\n", piece.begin);
      case Piece::Kind::escape:
        return builder_.decoded(view(piece).substr(1), source(piece.begin), 2);
      case Piece::Kind::reference:
        return builder_.decoded(decode_references(view(piece), Dialect::html), source(piece.begin),
                                piece.end - piece.begin);
      case Piece::Kind::closed:
        builder_.open_closed();
        copy(piece.begin, piece.end);
        return builder_.close_closed();
      case Piece::Kind::text:
        return copy(piece.begin, piece.end);
    }
  }

 private:
  [[nodiscard]] std::string_view view(const Piece& piece) const {
    return std::string_view(paragraph_.text).substr(piece.begin, piece.end - piece.begin);
  }

  /// Position in the file; pieces come in order, so the line only ever moves on.
  std::size_t source(std::size_t at) {
    const auto& lines = paragraph_.lines;
    while (line_ + 1 < lines.size() && lines[line_ + 1].text <= at) ++line_;
    return lines[line_].source + (at - lines[line_].text);
  }

  void copy(std::size_t begin, std::size_t end) {
    const std::string_view text = std::string_view(paragraph_.text).substr(0, end);
    while (begin < end) {
      const std::size_t stop = std::min(text.find('\n', begin), end);
      if (stop > begin) builder_.copy(text.substr(begin, stop - begin), source(begin));
      if (stop < end && !builder_.empty() && !builder_.ends_with_space()) line_end(" ", stop);
      begin = stop + 1;
    }
  }

  /// Stands for all between two lines' contents: line end, indentation, markers of containers.
  void line_end(std::string_view text, std::size_t at) {
    const std::size_t begin = source(at);
    builder_.decoded(text, begin, source(at + 1) - begin);
  }

  PassageBuilder& builder_;
  const InlineText& paragraph_;
  std::size_t line_ = 0;
};

}  // namespace

std::string escape_markdown(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>&|~$").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string lower_label(std::string_view label) {
  std::string result;
  for (const char c : label) {
    if (!is_space(c))
      result += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

void add_inline(PassageBuilder& builder, const InlineText& paragraph,
                const std::vector<std::string>& labels) {
  PieceWriter writer(builder, paragraph);
  for (const Piece& piece : InlineReader(paragraph.text, labels).read()) writer.write(piece);
}

}  // namespace signmark::container
