// SPDX-License-Identifier: Apache-2.0
// The blocks of Markdown (CommonMark 0.30 sections 4 and 5, with pipe tables and $$ blocks), as far
// as one must know them to find paragraphs.
#include <algorithm>
#include <cctype>

#include "container/document/markdown_text.hpp"

namespace signmark::container {
namespace {

constexpr std::size_t kCodeIndent = 4;

std::size_t indent_of(std::string_view line) {
  std::size_t columns = 0;
  for (const char c : line) {
    if (c != ' ' && c != '\t') return columns;
    columns += c == '\t' ? kCodeIndent : 1;
  }
  return columns;
}

std::string_view trim_start(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
}

/// ```` ``` ```` or `~~~`: the run that opens or closes a code block; empty when there is none.
std::string_view fence_of(std::string_view body) {
  if (!body.starts_with("```") && !body.starts_with("~~~")) return {};
  const std::size_t end = std::min(body.find_first_not_of(body[0]), body.size());
  if (body[0] == '`' && body.find('`', end) != std::string_view::npos) return {};
  return body.substr(0, end);
}

/// The marker of a list item with the spaces behind it; 0 when there is none.
std::size_t list_marker(std::string_view body) {
  std::size_t at = 0;
  while (at < body.size() && at < 9 && body[at] >= '0' && body[at] <= '9') ++at;
  const bool marked =
      at < body.size() && (at > 0 ? body[at] == '.' || body[at] == ')'
                                  : body[0] == '-' || body[0] == '*' || body[0] == '+');
  if (!marked || (at + 1 < body.size() && body[at + 1] != ' ' && body[at + 1] != '\t')) return 0;
  return std::min(body.find_first_not_of(" \t", at + 1), body.size());
}

/// At least three of one of - * _, else nothing but spaces.
bool is_rule(std::string_view body) {
  if (body.empty() || std::string_view("-*_").find(body[0]) == std::string_view::npos) return false;
  std::size_t marks = 0;
  for (const char c : body) {
    if (c == body[0])
      ++marks;
    else if (c != ' ' && c != '\t')
      return false;
  }
  return marks >= 3;
}

bool is_heading(std::string_view body) {
  const std::size_t marks = std::min(body.find_first_not_of('#'), body.size());
  return marks >= 1 && marks <= 6 && (marks == body.size() || body[marks] == ' ');
}

bool is_underline(std::string_view body) {
  if (body.empty() || (body[0] != '=' && body[0] != '-')) return false;
  const std::size_t end = std::min(body.find_first_not_of(body[0]), body.size());
  return trim_start(body.substr(end)).empty();
}

bool is_table_rule(std::string_view body) {
  return body.find('-') != std::string_view::npos && body.find('|') != std::string_view::npos &&
         body.find_first_not_of("-:| \t") == std::string_view::npos;
}

/// 4.7: `[label]: target`.
std::string_view definition_label(std::string_view body) {
  if (!body.starts_with('[') || body.starts_with("[^")) return {};
  const std::size_t end = body.find("]:");
  return end == std::string_view::npos || end < 2 ? std::string_view() : body.substr(1, end - 1);
}

class BlockReader {
 public:
  BlockReader(const Context& context, std::string_view whole, std::size_t begin)
      : context_(context), whole_(whole), begin_(begin) {}

  Result<std::vector<LocatedPassage>> read() {
    collect_labels();
    std::string_view rest = whole_.substr(begin_);
    while (!rest.empty()) {
      line_start_ = whole_.size() - rest.size();
      const std::string_view line = take_line(rest);
      line_end_ = whole_.size() - rest.size();
      read_line(line);
      SIGNMARK_TRY(check_passages(context_, Format::markdown, passages_.size()));
    }
    end_block();
    flush_verbatim();
    return std::move(passages_);
  }

 private:
  /// Labels may be defined behind their use.
  void collect_labels() {
    std::string_view rest = whole_.substr(begin_);
    while (!rest.empty())
      if (const std::string_view label = definition_label(trim_start(take_line(rest)));
          !label.empty())
        labels_.push_back(lower_label(label));
    std::sort(labels_.begin(), labels_.end());
  }

  void read_line(std::string_view line) {
    if (!until_.empty()) return continue_verbatim(line);
    if (is_blank_line(line)) return end_block();
    if (indent_of(line) >= kCodeIndent && paragraph_.text.empty() && depth_ == 0)
      return add_verbatim();
    flush_verbatim();
    const std::string_view body = strip_containers(trim_start(line));
    if (body.empty()) return end_block();
    if (opens_verbatim(body)) return;
    read_text_line(body);
  }

  /// Takes quote and list markers off; each item begins a passage of its own.
  std::string_view strip_containers(std::string_view body) {
    const std::size_t outer = depth_;
    bool marked = false;
    for (std::size_t level = 0; level < context_.limits.box_depth; ++level) {
      std::size_t marker = body.starts_with('>') ? 1 : 0;
      if (marker == 0 && !is_rule(body)) marker = list_marker(body);
      if (marker == 0) break;
      if (!body.starts_with('>')) {
        flush(Passage::Kind::prose);
        in_list_ = true;
      }
      body = trim_start(body.substr(marker));
      marked = true;
    }
    const bool at_margin = whole_[line_start_] != ' ' && whole_[line_start_] != '\t';
    if (marked)
      depth_ = 1;
    else if (at_margin && paragraph_.text.empty())
      leave_container();
    if (depth_ == 1 && outer == 0) container_ = line_start_;
    return body;
  }

  void end_block() {
    flush(Passage::Kind::prose);
    end_table();
    if (!in_list_) leave_container();  // a list may go on behind a blank line, a quote does not
  }

  void leave_container() {
    depth_ = 0;
    in_list_ = false;
  }

  /// Code blocks, mathematics, HTML and comments.
  bool opens_verbatim(std::string_view body) {
    if (const std::string_view fence = fence_of(body); !fence.empty()) {
      until_ = fence;
    } else if (body.starts_with("$$") && body.find("$$", 2) == std::string_view::npos) {
      until_ = "$$";
    } else if (body.starts_with("<!--")) {
      flush(Passage::Kind::prose);
      hidden_ = body.find("-->") == std::string_view::npos;
      if (hidden_) until_ = "-->";
      return true;
    } else if (paragraph_.text.empty() && opens_html(body)) {
      until_ = "\n";
    } else if (paragraph_.text.empty() && !definition_label(body).empty()) {
      return true;
    } else {
      return false;
    }
    flush(Passage::Kind::prose);
    add_verbatim();
    return true;
  }

  /// 4.6: a tag at the line's head, but not one that lives in a line.
  static bool opens_html(std::string_view body) {
    if (!body.starts_with('<') || body.size() < 2) return false;
    body.remove_prefix(body[1] == '/' ? 2 : 1);
    const std::string_view name = body.substr(0, body.find_first_of(" \t/>:@"));
    const bool named = !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) != 0;
    const char next = name.size() < body.size() ? body[name.size()] : '>';
    constexpr std::string_view kInline =
        " a abbr b br cite code em font i img kbd mark q s small span strong sub sup u ";
    return named && next != ':' && next != '@' &&
           kInline.find(std::string(" ").append(name).append(" ")) == std::string_view::npos;
  }

  void continue_verbatim(std::string_view line) {
    const std::string_view body = strip_quote(trim_start(line));
    const bool html = until_ == "\n";
    if (html && body.empty()) {
      until_ = {};
      return flush_verbatim();
    }
    if (!hidden_) add_verbatim();
    const bool fence = until_[0] == '`' || until_[0] == '~';
    const bool ends = fence ? body.starts_with(until_) &&
                                  body.find_first_not_of(until_[0]) == std::string_view::npos
                            : !html && body.find(until_) != std::string_view::npos;
    if (!ends) return;
    until_ = {};
    hidden_ = false;
    flush_verbatim();
  }

  static std::string_view strip_quote(std::string_view body) {
    while (body.starts_with('>')) body = trim_start(body.substr(1));
    return body.substr(0, body.find_last_not_of(" \t") + 1);
  }

  void read_text_line(std::string_view body) {
    const auto position = static_cast<std::size_t>(body.data() - whole_.data());
    if (is_heading(body)) {
      flush(Passage::Kind::prose);
      const std::size_t marks = std::min(body.find_first_not_of('#'), body.size());
      const std::string_view title = trim_start(body.substr(marks));
      add_text_line(title.substr(0, title.find_last_not_of("# \t") + 1),
                    position + body.size() - title.size());
      return flush(Passage::Kind::title);
    }
    if (!paragraph_.text.empty() && is_table_rule(body)) return begin_table();
    if (!paragraph_.text.empty() && is_underline(body)) {
      outer_.size = line_end_ - outer_.offset;
      return flush(Passage::Kind::title);
    }
    if (is_rule(body)) return flush(Passage::Kind::prose);
    if (in_table_) return add_row(body, position);
    add_text_line(body, position);
  }

  void add_text_line(std::string_view body, std::size_t position) {
    if (paragraph_.text.empty()) {
      outer_ = {depth_ > 0 ? container_ : line_start_, 0};
      paragraph_.lines.clear();
    } else {
      paragraph_.text += '\n';
    }
    outer_.size = line_end_ - outer_.offset;
    paragraph_.lines.push_back({paragraph_.text.size(), body.size(), position, body.size()});
    paragraph_.text += body;
  }

  /// The paragraph's last line turns out to be a table's head.
  void begin_table() {
    const Segment head = paragraph_.lines.back();
    const Range outer = outer_;
    if (paragraph_.lines.size() > 1) {
      paragraph_.text.resize(head.text - 1);
      paragraph_.lines.pop_back();
      flush(Passage::Kind::prose);
    }
    paragraph_ = {};
    in_table_ = true;
    table_ = outer;
    first_cell_ = passages_.size();
    add_row(whole_.substr(head.source, head.source_size), head.source);
  }

  /// Each cell is a passage; a new paragraph never goes between rows.
  void add_row(std::string_view body, std::size_t position) {
    table_.size = line_end_ - table_.offset;
    for (std::size_t at = 0; at < body.size();) {
      std::size_t end = at;
      while (end < body.size() && body[end] != '|') end += body[end] == '\\' ? 2 : 1;
      end = std::min(end, body.size());
      const std::string_view cell = trim_start(body.substr(at, end - at));
      if (!cell.empty()) {
        const std::size_t start = position + end - cell.size();
        paragraph_.text = cell;
        paragraph_.lines = {{0, cell.size(), start, cell.size()}};
        outer_ = table_;
        flush(Passage::Kind::prose);
      }
      at = end + 1;
    }
  }

  /// Only now it is known where the table ends.
  void end_table() {
    if (in_table_)
      for (std::size_t i = first_cell_; i < passages_.size(); ++i) passages_[i].outer = table_;
    in_table_ = false;
  }

  void flush(Passage::Kind kind) {
    if (paragraph_.text.empty()) return;
    PassageBuilder builder(whole_);
    add_inline(builder, paragraph_, labels_);
    paragraph_.text.clear();
    if (!builder.empty()) passages_.push_back(builder.take(kind, outer_));
  }

  void add_verbatim() {
    if (verbatim_closed_) {
      verbatim_ = {depth_ > 0 ? container_ : line_start_, 0};
      verbatim_text_ = line_start_;
      verbatim_closed_ = false;
    }
    verbatim_.size = line_end_ - verbatim_.offset;
  }

  void flush_verbatim() {
    if (verbatim_closed_) return;
    verbatim_closed_ = true;
    PassageBuilder builder(whole_);
    builder.copy(whole_.substr(verbatim_text_, verbatim_.end() - verbatim_text_), verbatim_text_);
    passages_.push_back(builder.take(Passage::Kind::verbatim, verbatim_));
  }

  const Context& context_;
  std::string_view whole_;
  std::size_t begin_;
  std::vector<std::string> labels_;
  std::vector<LocatedPassage> passages_;
  std::size_t line_start_ = 0, line_end_ = 0;
  std::size_t depth_ = 0;  ///< 1 within a list or quote
  bool in_list_ = false;
  std::size_t container_ = 0;  ///< where the outermost list or quote begins
  InlineText paragraph_;
  Range outer_;
  bool in_table_ = false;
  Range table_;
  std::size_t first_cell_ = 0;  ///< passage
  std::string_view until_;      ///< what ends the verbatim block that is open
  bool hidden_ = false;         ///< a comment: no reader sees it
  bool verbatim_closed_ = true;
  std::size_t verbatim_text_ = 0;
  Range verbatim_;
};

}  // namespace

Result<std::vector<LocatedPassage>> read_markdown(const Context& context, std::string_view whole,
                                                  std::size_t begin) {
  return BlockReader(context, whole, begin).read();
}

}  // namespace signmark::container
