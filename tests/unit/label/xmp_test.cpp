// SPDX-License-Identifier: Apache-2.0
// Room label: reading XMP packets in all their forms, and changing them without touching the rest.
#include <chrono>

#include "signmark/label.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::label;
using namespace signmark::test;

namespace {

const std::string kJson = R"({"Label":"1","ContentProducer":"doubao"})";
const std::string kEscaped =
    "{&quot;Label&quot;:&quot;1&quot;,&quot;ContentProducer&quot;:&quot;doubao&quot;}";
const std::string kTrained =
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
const std::string kRdf = "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"";
const std::string kTc = "xmlns:TC260=\"http://www.tc260.org.cn/ns/AIGC/1.0/\"";
const std::string kIptc = "xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\"";

/// A packet around what stands inside rdf:RDF.
std::string packet(const std::string& inside, const std::string& padding = {}) {
  return "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"
         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF " +
         kRdf + ">" + inside + "</rdf:RDF></x:xmpmeta>" + padding + "<?xpacket end=\"w\"?>";
}

std::string described(const std::string& inside, const std::string& attributes = {}) {
  return "<rdf:Description rdf:about=\"\" " + kTc + " " + attributes + ">" + inside +
         "</rdf:Description>";
}

XmpFields read(const std::string& text) {
  INFO(text.substr(0, 2000));
  const auto fields = read_xmp(as_bytes(text));
  REQUIRE_OK(fields);
  return *fields;
}

std::string update(const std::string& text, const XmpChanges& changes) {
  INFO(text.substr(0, 2000));
  const auto bytes = update_xmp(as_bytes(text), changes);
  REQUIRE_OK(bytes);
  return std::string(as_text(*bytes));
}

std::string update_code(const std::string& text, const XmpChanges& changes = {kJson, {}}) {
  return code_of(update_xmp(as_bytes(text), changes));
}

std::string read_code(const std::string& text) { return code_of(read_xmp(as_bytes(text))); }

using Values = std::vector<std::string>;

std::string utf16(const std::string& ascii, bool big, bool mark) {
  std::string out = !mark ? "" : big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : ascii) {
    if (big) out += '\0';
    out += c;
    if (!big) out += '\0';
  }
  return out;
}

}  // namespace

TEST_CASE("a product's packet: declaration, doubled question mark, entity-escaped element") {
  const std::string wild =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><?xpacket begin=\"\" "
      "id=\"W5M0MpCehiHzreSzNTczkc9d\"?"
      "?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF " +
      kRdf + "><rdf:Description rdf:about=\"\" " + kTc + "><TC260:AIGC>" + kEscaped +
      "</TC260:AIGC></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>";
  CHECK(read(wild).aigc == Values{kJson});
  const auto parsed = parse_record(read(wild).aigc.front());
  REQUIRE_OK(parsed);
  CHECK(parsed->record.content_producer == "doubao");
}

TEST_CASE("every RDF form of the AIGC property is read") {
  const std::string e = kEscaped;
  const std::string attribute = "TC260:AIGC=\"" + e + "\"";
  for (const std::string& inside :
       {described("<TC260:AIGC>" + e + "</TC260:AIGC>"),
        described("<TC260:AIGC>" + kJson + "</TC260:AIGC>"),
        described("<TC260:AIGC><![CDATA[" + kJson + "]]></TC260:AIGC>"),
        described("<TC260:AIGC>{&quot;Label&quot;:<!-- x -->&quot;1&quot;,"
                  "<![CDATA[\"ContentProducer\":\"doubao\"]]>}</TC260:AIGC>"),
        described("<TC260:AIGC xml:lang=\"zh\">" + e + "</TC260:AIGC>"), described("", attribute),
        described("", "TC260:AIGC='" + kJson + "'"),
        "<rdf:Description " + kTc + " " + attribute + "/>",
        described("<TC260:AIGC rdf:value=\"" + e + "\"/>"),
        described("<TC260:AIGC rdf:parseType=\"Resource\"><rdf:value>" + e +
                  "</rdf:value><TC260:q>1</TC260:q></TC260:AIGC>"),
        described("<TC260:AIGC><rdf:Description><rdf:value>" + e +
                  "</rdf:value></rdf:Description></TC260:AIGC>"),
        described("<TC260:AIGC><rdf:Description rdf:value=\"" + e + "\"/></TC260:AIGC>"),
        described("<TC260:AIGC><rdf:Alt><rdf:li xml:lang=\"x-default\">" + e +
                  "</rdf:li></rdf:Alt></TC260:AIGC>"),
        described("<TC260:AIGC>\n <rdf:Seq>\n  <rdf:li>" + e +
                  "</rdf:li>\n </rdf:Seq>\n"
                  "</TC260:AIGC>"),
        described("<TC260:AIGC><rdf:Bag><rdf:li>" + e + "</rdf:li></rdf:Bag></TC260:AIGC>"),
        described("<TC260:AIGC rdf:parseType=\"Resource\"><TC260:Label>1</TC260:Label>"
                  "<TC260:ContentProducer>doubao</TC260:ContentProducer></TC260:AIGC>")})
    CHECK(read(packet(inside)).aigc == Values{kJson});
}

TEST_CASE("prefixes are arbitrary and scoped; the namespace decides") {
  const std::string tc = "http://www.tc260.org.cn/ns/AIGC/1.0/";
  CHECK(read("<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><r:Description "
             "xmlns:n=\"" +
             tc + "\"><n:AIGC>a</n:AIGC></r:Description></r:RDF>")
            .aigc == Values{"a"});
  CHECK(read("<RDF xmlns=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><Description>"
             "<AIGC xmlns=\"" +
             tc + "\">a</AIGC></Description></RDF>")
            .aigc == Values{"a"});
  // The innermost declaration counts, and it ends with its element.
  CHECK(read(packet(described("<TC260:AIGC xmlns:TC260=\"urn:x\">a</TC260:AIGC>"
                              "<TC260:AIGC>b</TC260:AIGC>")))
            .aigc == Values{"b"});
  // An undeclared rdf prefix is forgiven.
  CHECK(read("<rdf:RDF><rdf:Description xmlns:t=\"" + tc + "\" t:AIGC=\"a\"/></rdf:RDF>").aigc ==
        Values{"a"});
}

TEST_CASE("AIGC under another namespace is a label in the wrong place") {
  const XmpFields fields = read(packet(
      "<rdf:Description xmlns:o=\"urn:own\" o:AIGC=\"a\" xmlns:h=\"https://www.tc260.org.cn/ns/"
      "AIGC/1.0\"><h:AIGC>b</h:AIGC><U:AIGC>c</U:AIGC><o:aigc>d</o:aigc></rdf:Description>"));
  CHECK(fields.aigc.empty());
  CHECK(fields.aigc_elsewhere == Values{"a", "b", "c", "d"});
}

TEST_CASE("several descriptions and several values are all read") {
  const XmpFields fields =
      read(packet(described("<TC260:AIGC>a</TC260:AIGC>", "TC260:AIGC=\"0\"") +
                  described("<TC260:AIGC><rdf:Bag><rdf:li>b</rdf:li><rdf:li>c</rdf:li></rdf:Bag>"
                            "</TC260:AIGC>") +
                  described("<TC260:AIGC/><TC260:AIGC><rdf:Bag/></TC260:AIGC>")));
  CHECK(fields.aigc == Values{"0", "a", "b", "c", "", ""});
}

TEST_CASE("an ingredient's label is not the file's") {
  const XmpFields fields = read(packet(described(
      "<m:Ingredients xmlns:m=\"http://ns.adobe.com/xap/1.0/mm/\"><rdf:Bag><rdf:li "
      "rdf:parseType=\"Resource\"><TC260:AIGC>a</TC260:AIGC></rdf:li></rdf:Bag></m:Ingredients>")));
  CHECK(fields.aigc.empty());
  CHECK(fields.aigc_elsewhere.empty());
}

TEST_CASE("source type, instance id and provenance") {
  const std::string names = kIptc +
                            " xmlns:m=\"http://ns.adobe.com/xap/1.0/mm/\" "
                            "xmlns:d=\"http://purl.org/dc/terms/\"";
  const XmpFields elements =
      read(packet("<rdf:Description " + names + "><Iptc4xmpExt:DigitalSourceType>" + kTrained +
                  "</Iptc4xmpExt:DigitalSourceType><m:InstanceID>xmp.iid:1</m:InstanceID>"
                  "<d:provenance>https://example.org/m</d:provenance></rdf:Description>"));
  const XmpFields attributes =
      read(packet("<rdf:Description " + names + " Iptc4xmpExt:DigitalSourceType=\"" + kTrained +
                  "\" m:InstanceID=\"xmp.iid:1\" d:provenance=\"https://example.org/m\"/>"));
  for (const XmpFields& fields : {elements, attributes}) {
    CHECK(fields.digital_source_types == std::vector<std::string>{kTrained});
    CHECK(fields.instance_id == "xmp.iid:1");
    CHECK(fields.provenance == "https://example.org/m");
  }
  CHECK(
      read(packet("<rdf:Description " + kIptc + "><Iptc4xmpExt:DigitalSourceType rdf:resource=\"" +
                  kTrained + "\"/></rdf:Description>"))
          .digital_source_types == std::vector<std::string>{kTrained});
}

TEST_CASE("blank packets, packets without RDF, and UTF-16 are read") {
  CHECK(read("").aigc.empty());
  CHECK(read(std::string(" \n\0\0", 4)).aigc.empty());
  CHECK(read("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>").aigc.empty());
  const std::string ascii =
      "<rdf:RDF " + kRdf + ">" + described("<TC260:AIGC>a</TC260:AIGC>") + "</rdf:RDF>";
  for (const bool big : {false, true})
    for (const bool mark : {false, true}) {
      CHECK(read(utf16(ascii, big, mark)).aigc == Values{"a"});
      CHECK(update_code(utf16(ascii, big, mark)) == "label.xmp.encoding");
    }
  CHECK(read(ascii + std::string(3, '\0')).aigc == Values{"a"});
}

TEST_CASE("entities other than XML's own stay unexpanded") {
  const std::string bomb =
      "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">"
      "<!ENTITY f SYSTEM \"file:///etc/passwd\">]>";
  const std::string body = "<rdf:RDF " + kRdf + ">" +
                           described("<TC260:AIGC>&b;&f;&#x41;&lt;</TC260:AIGC>") + "</rdf:RDF>";
  CHECK(read(bomb + body).aigc == Values{"&b;&f;A<"});
  CHECK(update_code(bomb + body) == "label.xmp.doctype");
  CHECK(update_code("<!DOCTYPE x>" + body) == "label.xmp.doctype");
}

TEST_CASE("broken packets and limits have their own codes") {
  for (const std::string& text :
       {std::string("cat"), std::string("<rdf:RDF"), std::string("<a></b>"),
        packet(described("<TC260:AIGC>")), std::string("<a/>\0<b/>", 9)}) {
    INFO(text);
    CHECK(read_code(text) == "label.xmp.syntax");
    CHECK(update_code(text) == "label.xmp.syntax");
  }
  CHECK(update_code("<svg/>") == "label.xmp.syntax");
  std::string deep, end;
  for (int i = 0; i < 100; ++i) {
    deep += "<a>";
    end += "</a>";
  }
  CHECK(read_code(packet(described(deep + end))) == "label.xmp.depth");
  CHECK(read_code(std::string((1U << 20) + 1, ' ') + "<a/>") == "label.xmp.size");
  std::string many;
  for (int i = 0; i < 300; ++i) many += " xmlns:n" + std::to_string(i) + "=\"u\"";
  CHECK(read_code(packet(described("", many))) == "label.xmp.limit");
}

TEST_CASE("a new packet has a writable trailer and two KiB of padding") {
  for (const std::string& blank : {std::string(), std::string(4, '\0')}) {
    const std::string text = update(blank, {kJson, kTrained});
    const XmpFields fields = read(text);
    CHECK(fields.aigc == Values{kJson});
    CHECK(fields.digital_source_types == std::vector<std::string>{kTrained});
    CHECK(text.starts_with("<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"));
    CHECK(text.ends_with("<?xpacket end=\"w\"?>"));
    CHECK(text.find("<TC260:AIGC>" + kEscaped + "</TC260:AIGC>") != std::string::npos);
    CHECK(text.find(kTc) != std::string::npos);
    const std::size_t meta = text.find("</x:xmpmeta>") + 12;
    CHECK(text.find("<?xpacket end") - meta >= 2048);
    CHECK(text.find_first_not_of(" \n", meta) == text.find("<?xpacket end"));
    // The padding is there to be used: the next change keeps the length.
    CHECK(update(text, {std::string(1000, 'a'), {}}).size() == text.size());
  }
}

TEST_CASE("an update changes its own bytes only") {
  const std::string before = "<!-- c --><dc:x xmlns:dc='urn:d' a = \"&#x41;\">&amp; é</dc:x>";
  const std::string text =
      packet(described(before + "<TC260:AIGC>old</TC260:AIGC>\n<b:c xmlns:b=\"u\"/>"));
  CHECK(update(text, {kJson, {}}) == packet(described(before + "<TC260:AIGC>" + kEscaped +
                                                      "</TC260:AIGC>\n<b:c xmlns:b=\"u\"/>")));
  const std::string fresh = update(packet(described(before)), {kJson, kTrained});
  CHECK(fresh.find(described(before)) != std::string::npos);
  CHECK(read(fresh).digital_source_types == std::vector<std::string>{kTrained});
}

TEST_CASE("the length stays while the padding lasts, both ways") {
  const std::string padding = std::string(400, ' ') + "\n";
  const std::string text = packet(described("<TC260:AIGC>old</TC260:AIGC>"), padding);
  const std::string longer = update(text, {std::string(300, 'a'), {}});
  CHECK(longer.size() == text.size());
  CHECK(read(longer).aigc == Values{std::string(300, 'a')});
  const std::string shorter = update(longer, {"a", {}});
  CHECK(shorter.size() == text.size());
  CHECK(read(shorter).aigc == Values{"a"});
  const std::string overflow = update(text, {std::string(1000, 'a'), {}});
  CHECK(overflow == packet(described("<TC260:AIGC>" + std::string(1000, 'a') + "</TC260:AIGC>")));
  // Without a closing instruction there is no padding to speak of.
  const std::string bare = "<rdf:RDF " + kRdf + "/>   ";
  CHECK(read(update(bare, {"a", {}})).aigc == Values{"a"});
  CHECK(update(bare, {"a", {}}).ends_with("   "));
  const std::string nuls = text + std::string(5, '\0');
  CHECK(update(nuls, {std::string(300, 'a'), {}}) == longer + std::string(5, '\0'));
}

TEST_CASE("every form is replaced in its place, and only one TC260:AIGC stays") {
  for (const std::string& inside :
       {described("<TC260:AIGC>x</TC260:AIGC>"), described("<TC260:AIGC/>"),
        described("", "TC260:AIGC=\"x\""), described("", "TC260:AIGC='x'"),
        "<rdf:Description " + kTc + " TC260:AIGC = \"x\" />",
        described("<TC260:AIGC rdf:value=\"x\"/>"),
        described("<TC260:AIGC rdf:parseType=\"Resource\"><rdf:value>x</rdf:value>"
                  "<!-- </TC260:AIGC> --></TC260:AIGC>"),
        described("<TC260:AIGC><rdf:Alt><rdf:li xml:lang=\"x-default\">x</rdf:li></rdf:Alt>"
                  "</TC260:AIGC>"),
        described("<n:AIGC xmlns:n=\"http://www.tc260.org.cn/ns/AIGC/1.0/\" rdf:value='>'/>"),
        described("<TC260:AIGC><![CDATA[</TC260:AIGC>]]></TC260:AIGC>"),
        described("<TC260:AIGC>x</TC260:AIGC>\n <TC260:AIGC>y</TC260:AIGC>", "TC260:AIGC=\"z\"") +
            described("<TC260:AIGC>w</TC260:AIGC>", "TC260:AIGC='v'")}) {
    const std::string out = update(packet(inside), {kJson, {}});
    CHECK(read(out).aigc == Values{kJson});
    CHECK(update(out, {kJson, {}}) == out);
  }
}

TEST_CASE("a property is added to any packet that can hold one") {
  const std::string meta = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"";
  for (const std::string& text :
       {packet(""), packet("<rdf:Description rdf:about=\"uuid:1&quot;\"/>"),
        "<rdf:RDF " + kRdf + "/>", "<rdf:RDF " + kRdf + " />", meta + "/>", meta + "></x:xmpmeta>",
        std::string("<RDF xmlns=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"></RDF>"),
        std::string("\xEF\xBB\xBF") + "<rdf:RDF " + kRdf + "><!-- <rdf:RDF> --></rdf:RDF>",
        packet("<rdf:Description xmlns:TC260=\"urn:other\" TC260:x=\"1\"/>")})
    CHECK(read(update(text, {kJson, kTrained})).digital_source_types ==
          std::vector<std::string>{kTrained});
  const std::string about =
      update(packet("<rdf:Description rdf:about=\"uuid:1&quot;\"/>"), {kJson, {}});
  CHECK(about.find("<rdf:Description rdf:about=\"uuid:1&quot;\" xmlns") != std::string::npos);
}

TEST_CASE("the source type is set in element, attribute and resource form") {
  for (const std::string& inside :
       {"<rdf:Description " + kIptc + " Iptc4xmpExt:DigitalSourceType=\"old\"/>",
        "<rdf:Description " + kIptc +
            "><Iptc4xmpExt:DigitalSourceType>old"
            "</Iptc4xmpExt:DigitalSourceType></rdf:Description>",
        "<rdf:Description " + kIptc +
            "><Iptc4xmpExt:DigitalSourceType rdf:resource=\"old\"/>"
            "</rdf:Description>"}) {
    const std::string out = update(packet(inside), {{}, kTrained});
    CHECK(read(out).digital_source_types == std::vector<std::string>{kTrained});
    CHECK(out.find("old") == std::string::npos);
    CHECK(read(out).aigc.empty());
  }
}

TEST_CASE("nothing to change leaves every byte; impossible values are refused") {
  const std::string text = packet(described("<TC260:AIGC>x</TC260:AIGC>"), "  ");
  CHECK(update(text, {}) == text);
  CHECK(update_code(text, {std::string("a\0b", 3), {}}) == "label.xmp.syntax");
  CHECK(update_code(text, {"\xff", {}}) == "label.xmp.syntax");
  CHECK(update_code(text, {{}, "\x01"}) == "label.xmp.syntax");
  const std::string odd = "\t\n\r <>&'\" 人工智能 😀";
  CHECK(read(update(text, {odd, {}})).aigc == Values{odd});
  CHECK(read(update(packet(described("", "TC260:AIGC='x'")), {odd, {}})).aigc == Values{odd});
  CHECK(update_code("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rdf:RDF " + kRdf +
                    ">\xe9</rdf:RDF>") == "label.xmp.encoding");
}

TEST_CASE("packets of one MiB take no quadratic time") {
  constexpr std::size_t kSize = 1'000'000;
  const auto repeated = [](const std::string& piece) {
    std::string out;
    while (out.size() + piece.size() < kSize) out += piece;
    return out;
  };
  std::string names;
  for (int i = 0; i < 250; ++i) names += " xmlns:n" + std::to_string(i) + "=\"u\"";
  for (const std::string& text :
       {packet(described(repeated("<a/>"))), packet(described(repeated("<q:a q:b=\"\"/>"), names)),
        packet(described("", repeated("q:a=\"\" "))), packet(repeated("<rdf:Description/>")),
        packet(described(repeated("<TC260:AIGC/>\n"))),
        packet(described("", repeated("TC260:AIGC='' "))),
        packet(described("<TC260:AIGC>" + repeated("<!---->") + "</TC260:AIGC>")),
        packet(
            described("<TC260:AIGC><rdf:Bag>" + repeated("<rdf:li/>") + "</rdf:Bag></TC260:AIGC>")),
        packet("", repeated(" "))}) {
    const auto start = std::chrono::steady_clock::now();
    (void)read_xmp(as_bytes(text));
    (void)update_xmp(as_bytes(text), {kJson, kTrained});
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    INFO(text.substr(300, 120));
    CHECK(spent.count() < 3);  // about 0.1 s; a quadratic step takes minutes
  }
}

TEST_CASE("packets cut at every byte and with bytes changed return") {
  const std::string text =
      packet(described("<TC260:AIGC a='1'>" + kEscaped + "</TC260:AIGC><!-- x --><![CDATA[y]]>",
                       "TC260:AIGC=\"z\""),
             "   ");
  for (std::size_t i = 0; i < text.size(); ++i) {
    (void)update_xmp(as_bytes(text.substr(0, i)), {kJson, {}});
    std::string changed = text;
    for (const char with : {'\0', '<', '>', '"', '/', '\xff', '&', ' '}) {
      changed[i] = with;
      const auto result = update_xmp(as_bytes(changed), {kJson, {}});
      if (!result) CHECK(result.error().code.starts_with("label.xmp."));
      if (result) CHECK(read(std::string(as_text(*result))).aigc == Values{kJson});
    }
  }
}
