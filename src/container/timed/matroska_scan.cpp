// SPDX-License-Identifier: Apache-2.0
// Splits a Matroska file into the children of its Segment, also one that was written to a pipe.
#include <algorithm>
#include <array>

#include "container/timed/matroska.hpp"

namespace signmark::container {
namespace {

bool is_top_level(std::uint32_t id) {
  using namespace matroska;
  constexpr std::array<std::uint32_t, 10> kTop = {kSeekHead,   kInfo,     kTracks,   kCues,
                                                  kCluster,    kTags,     kChapters, kAttachments,
                                                  ebml::kVoid, ebml::kCrc};
  return std::find(kTop.begin(), kTop.end(), id) != kTop.end();
}

class SegmentScanner {
 public:
  SegmentScanner(const Limits& limits, ByteView file, MatroskaScan& scan)
      : limits_(limits), file_(file), scan_(scan) {}

  Status scan() {
    std::uint64_t at = scan_.segment.data_at;
    while (at < scan_.end) {
      const auto element = read_ebml(file_, at, scan_.end);
      if (!element) {
        scan_.damage = element.error();
        break;
      }
      if (scan_.segment.open && element->id == ebml::kHeader) {  // another document follows
        scan_.end = at;
        break;
      }
      SIGNMARK_TRY(add(*element));
      at = element->range.end();
      if (scan_.damage) break;
    }
    scan_.first_cluster = std::min(scan_.first_cluster, scan_.end);
    return {};
  }

 private:
  /// The blocks of a cluster of unknown size look like children of the Segment.
  Status add(const EbmlElement& element) {
    if (element.id == matroska::kCluster) {
      scan_.first_cluster = std::min(scan_.first_cluster, element.range.offset);
      in_open_cluster_ = element.open;
      return {};
    }
    if (element.open)
      scan_.damage = format_error(Format::matroska, "syntax", "an element has no size",
                                  at_byte(element.range.offset))
                         .value();
    if (in_open_cluster_ &&
        (!is_top_level(element.id) || element.id == ebml::kVoid || element.id == ebml::kCrc))
      return {};
    in_open_cluster_ = false;
    scan_.elements.push_back(element);
    return check_limit("matroska", "blocks", scan_.elements.size(), limits_.blocks,
                       at_byte(element.range.offset));
  }

  const Limits& limits_;
  ByteView file_;
  MatroskaScan& scan_;
  bool in_open_cluster_ = false;
};

/// The element at `offset` even when it leaves the file.
Result<EbmlElement> read_segment(ByteView file, std::uint64_t offset, MatroskaScan& scan) {
  auto segment = read_ebml(file, offset, file.size());
  scan.end = file.size();
  if (segment) {
    if (!segment->open) scan.end = segment->range.end();
    return segment;
  }
  // Its header is there, its end is not.
  scan.damage = segment.error();
  ByteReader reader(file.subspan(offset), "container.matroska", offset);
  SIGNMARK_TRY(reader.skip(4));
  SIGNMARK_ASSIGN(const ByteView first, reader.take(1));
  EbmlElement cut;
  cut.id = static_cast<std::uint32_t>(ebml_number(file.subspan(offset, 4)));
  cut.size_at = offset + 4;
  for (Byte bit = 0x80; (first[0] & bit) == 0 && bit != 0; bit >>= 1) SIGNMARK_TRY(reader.skip(1));
  cut.data_at = offset + reader.position();
  cut.range = {offset, file.size() - offset};
  return cut;
}

}  // namespace

const EbmlElement* MatroskaScan::find(std::uint32_t id) const {
  const auto found = std::find_if(elements.begin(), elements.end(),
                                  [id](const EbmlElement& element) { return element.id == id; });
  return found == elements.end() ? nullptr : &*found;
}

std::string_view ebml_doc_type(ByteView file) {
  const auto head = read_ebml(file, 0, file.size());
  if (!head || head->id != ebml::kHeader || head->open) return {};
  const auto children = ebml_children(Limits(), file, *head);
  if (!children) return {};
  for (const EbmlElement& child : *children)
    if (child.id == ebml::kDocType) {
      const std::string_view type = as_text(ebml_data(file, child));
      return type.substr(0, type.find('\0'));
    }
  return {};
}

Result<MatroskaScan> scan_matroska(const Limits& limits, ByteView file) {
  MatroskaScan scan;
  scan.first_cluster = file.size();
  SIGNMARK_ASSIGN(const EbmlElement head, read_ebml(file, 0, file.size()));
  const auto segment = read_segment(file, head.range.end(), scan);
  if (!segment || segment->id != matroska::kSegment) {
    scan.damage = segment ? format_error(Format::matroska, "syntax", "no Segment behind the head",
                                         at_byte(head.range.end()))
                                .value()
                          : segment.error();
    return scan;
  }
  scan.segment = *segment;
  const std::optional<Error> cut = scan.damage;
  SIGNMARK_TRY(SegmentScanner(limits, file, scan).scan());
  if (cut) scan.damage = cut;
  return scan;
}

}  // namespace signmark::container
