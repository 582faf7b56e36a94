// SPDX-License-Identifier: Apache-2.0
// Subtitles: cues as passages, the label as a cue, notes in WebVTT.
#include "document_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;
using Lines = std::vector<std::string>;

namespace {

constexpr std::string_view kSrt =
    "\xEF\xBB\xBF"
    "1\r\n00:00:01,500 --> 00:00:03,000\r\n{\\an8}<i>第一</i>句。\r\nSecond <line\r\n\r\n"
    "2\r\n01:02:03,000 --> 01:02:04,000 X1:1\r\n\r\n3\r\n02:00:00,000 --> 02:00:05,250\r\nEnd "
    "&amp;.";
constexpr std::string_view kVtt =
    "WEBVTT - title\nKind: captions\n\nNOTE\na comment\n\nSTYLE\n::cue { color: red }\n\n"
    "id\n00:01.000 --> 00:02.000 line:0\n<v Anna>Hello &amp; <00:01.500><c.x>bye</c>\n\n"
    "01:00:02.000 --> 01:00:03.000\n二\n";

}  // namespace

TEST_CASE("srt: cues", "[document][subtitles]") {
  const ByteView file = as_bytes(kSrt);
  CHECK(probe(file) == Format::srt);
  CHECK(shown(file, "") == Lines{"prose: 第一句。\nSecond <line", "prose: End &amp;."});
  check_flat_insertions(file, "");
  check_paragraphs(file, "", "AI生成");
  const auto labelled = [&](std::size_t before) {
    return std::string(as_text(inserted(file, "", {}, {{before, "AI"}})));
  };
  CHECK(
      labelled(0).starts_with("\xEF\xBB\xBF"
                              "0\r\n00:00:00,000 --> 00:00:03,000\r\nAI\r\n\r\n1\r\n"));
  CHECK(labelled(1).find("\r\n\r\n0\r\n02:00:00,000 --> 02:00:03,000\r\nAI\r\n\r\n3\r\n") !=
        std::string::npos);
  CHECK(labelled(2).ends_with("End &amp;.\r\n\r\n3\r\n02:00:05,250 --> 02:00:08,250\r\nAI\r\n"));
  CHECK(probe(as_bytes("1\n2 --> 3\n")) == Format::text);
  CHECK(code_of(passages(test_context(), as_bytes("1\n00:01 --> 00:02\n\xFF"),
                         look(as_bytes("1\n00:01 --> 00:02\n\xFF")))) == "container.srt.text");
}

TEST_CASE("vtt: cues, record and manifest", "[document][subtitles]") {
  const ByteView file = as_bytes(kVtt);
  CHECK(probe(file) == Format::vtt);
  CHECK(probe(as_bytes("WEBVTTX")) == Format::text);
  CHECK(shown(file, "") == Lines{"prose: Hello & bye", "prose: 二"});
  check_flat_insertions(file, "");
  check_paragraphs(file, "", "AI生成 <b> & c");
  const std::string marked(as_text(check_record(file, "")));
  CHECK(marked.starts_with("WEBVTT - title\nKind: captions\n\nNOTE AIGC {\"Label\":\"1\""));
  check_record(as_bytes("WEBVTT"), "");
  check_manifest(file, "", true);
  check_manifest(as_bytes("WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nx"), "", true);
  Edits edits;
  edits.aigc = bytes_of(R"({"a":"-->"})");
  const Bytes arrow = written(file, edits);
  CHECK(payload_of(look(arrow), BlockKind::aigc) == R"({"a":"--\u003e"})");
  CHECK(shown(arrow, "") == shown(file, ""));
}

TEST_CASE("subtitles: damage", "[document][subtitles]") {
  check_damage(as_bytes(kSrt), "");
  check_damage(as_bytes(kVtt), "");
}
