// SPDX-License-Identifier: Apache-2.0
// Every guard of archives with its hostile sample, and names.
#include <archive.h>
#include <archive_entry.h>
#include <sys/resource.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "archive_support.hpp"
#include "batch/archive_charset.hpp"

using namespace signmark;
using namespace signmark::batch;
using namespace signmark::test;

namespace {

/// Lowers a guard by its name in codes.tsv.
void lower(ArchiveGuards& guards, const std::string& name, std::uint64_t value) {
  static const std::map<std::string, std::uint64_t ArchiveGuards::*> kFields = {
      {"total", &ArchiveGuards::total},
      {"entry", &ArchiveGuards::entry},
      {"entries", &ArchiveGuards::entries},
      {"ratio_from", &ArchiveGuards::ratio_from}};
  REQUIRE(kFields.count(name) == 1);
  guards.*kFields.at(name) = value;
}

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("every hostile archive is refused with its code", "[archive]") {
  const ScratchDir scratch;
  shell("python3 " + media("hostile_archives.py").string() + " " + scratch.path().string());
  std::ifstream codes(scratch / "codes.tsv");
  std::size_t rows = 0;
  [[maybe_unused]] const long before = peak_kib();
  for (std::string line; std::getline(codes, line); ++rows) {
    std::istringstream words(line);
    std::string name, code, guard;
    std::uint64_t value = 0;
    words >> name >> code;
    ArchiveGuards guards;
    if (words >> guard >> value) lower(guards, guard, value);
    const Bytes archive = slurp(scratch / name);
    const auto begin = std::chrono::steady_clock::now();
    const Walked walked = walk(archive, guards);
    INFO(name << ": " << (walked.status ? "" : walked.status.error().message));
    CHECK(code_of(walked.status) == code);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
  }
  CHECK(rows == 63);
  // The largest sample has 5 MB, and EntryBytes keep 8 MB of one entry.
#ifndef __SANITIZE_ADDRESS__
  CHECK(peak_kib() - before < 100 << 10);
#endif
}

TEST_CASE("a refusal names the flag and the entry", "[archive]") {
  ArchiveGuards guards;
  guards.entry = 3;
  const Walked walked = walk(packed(ArchiveKind::tar, {file_of("a/b.txt", "four")}), guards);
  REQUIRE_FALSE(walked.status);
  CHECK(walked.status.error().code == "archive.bomb_entry");
  CHECK(walked.status.error().message == "it has 4 bytes or more; --archive-entry allows 3");
  CHECK(walked.status.error().where == "entry a/b.txt");
  CHECK(walked.status.error().hint == "raise it with --archive-entry=N if you trust the archive");
}

TEST_CASE("an archive that is cut off is never taken for whole", "[archive]") {
  const std::vector<Member> members = {file_of("a.txt", std::string(3000, 'a')),
                                       file_of("b/c.txt", "some text that differs"),
                                       file_of("d.bin", std::string(700, '\x7f'))};
  for (const ArchiveKind kind : {ArchiveKind::zip, ArchiveKind::tar, ArchiveKind::tar_gz,
                                 ArchiveKind::tar_xz, ArchiveKind::tar_zst}) {
    const Bytes whole = packed(kind, members);
    CHECK_OK(walk(whole).status);
    // The last block of a tar's end may be missing: many writers leave it away.
    const std::size_t end = whole.size() - (kind == ArchiveKind::tar ? 1024 : 0);
    for (std::size_t size = 0; size < end; size += 1 + end / 97) {
      INFO(archive_kind_name(kind) << " cut to " << size << " of " << whole.size());
      CHECK_FALSE(walk(ByteView(whole).first(size)).status);
    }
  }
}

TEST_CASE("names are given in NFC without a leading dot", "[archive]") {
  const Walked walked = walk(packed(ArchiveKind::tar, {file_of("./a/e\u0301.txt", "x")}));
  REQUIRE_OK(walked.status);
  CHECK(walked.files == std::map<std::string, std::string>{{"a/\u00e9.txt", "x"}});
  ArchiveEntry root;
  root.name = ".";
  root.folder = true;
  const Walked rooted = walk(packed(ArchiveKind::tar, {{root, ""}, file_of("./b", "y")}));
  REQUIRE_OK(rooted.status);
  CHECK(rooted.entries.size() == 1);
}

TEST_CASE("names of ZIP entries are read in the code page of the machine that packed",
          "[archive]") {
  const auto names = [](const std::vector<std::string>& raw, std::uint16_t flags = 0) {
    std::vector<ZipRecord> records(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
      records[i].name = records[i].raw_name = raw[i];
      records[i].flags = flags;
    }
    const NameCharset charset = NameCharset::of(records);
    std::vector<std::string> out;
    for (const ZipRecord& record : records) out.push_back(charset.decode(record));
    return out;
  };
  using Names = std::vector<std::string>;
  // "图片/照片1.png" as Windows packs it in China, beside an ASCII name.
  CHECK(names({"\xCD\xBC\xC6\xAC/\xD5\xD5\xC6\xAC"
               "1.png",
               "a.png"}) == Names{"图片/照片1.png", "a.png"});
  CHECK(names({"\x81"
               "ber.png",
               "caf\x82.png"}) == Names{"über.png", "café.png"});
  CHECK(names({"图片.png"}) == Names{"图片.png"});         // UTF-8 without the flag
  CHECK(names({"\xCD\xBC"}, 0x800) == Names{"\xCD\xBC"});  // a lie, which the guards refuse
  // A backslash as the second byte of a character is no separator, and none appears.
  CHECK(names({"\xB8\x5C\xCD\xBC\xC6\xAC.png"}) == Names{"竆图片.png"});
}

TEST_CASE("archives in archives share one budget", "[archive]") {
  const Bytes inner = packed(ArchiveKind::tar_gz, {file_of("in.txt", std::string(1000, 'i'))});
  const Bytes outer = packed(ArchiveKind::zip, {file_of("one.tgz", std::string(as_text(inner))),
                                                file_of("two.tgz", std::string(as_text(inner)))});
  const Walked walked = walk(outer);
  REQUIRE_OK(walked.status);
  CHECK(walked.files.count("one.tgz!in.txt") + walked.files.count("two.tgz!in.txt") == 2);
  REQUIRE(walked.entries.size() == 4);
  CHECK(walked.entries[0].level == 0);
  CHECK(walked.entries[1].level == 1);
  ArchiveGuards guards;
  guards.entries = 3;
  CHECK(code_of(walk(outer, guards).status) == "archive.too_many");
  guards = {};
  guards.nested = 0;
  CHECK(code_of(walk(outer, guards).status) == "archive.nested");
  guards = {};
  guards.total = 4000;  // one inner tar has 2,560 bytes
  CHECK(code_of(walk(outer, guards).status) == "archive.bomb_total");
}

TEST_CASE("7z is read, never written", "[archive]") {
  std::vector<Byte> buffer(1 << 16);
  std::size_t used = 0;
  ::archive* writer = archive_write_new();
  archive_write_set_format_7zip(writer);
  archive_write_open_memory(writer, buffer.data(), buffer.size(), &used);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, "a/b.txt");
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0755);
  archive_entry_set_size(entry, 5);
  CHECK(archive_write_header(writer, entry) == ARCHIVE_OK);
  CHECK(archive_write_data(writer, "seven", 5) == 5);
  archive_entry_free(entry);
  archive_write_close(writer);
  archive_write_free(writer);
  const ByteView archive = ByteView(buffer).first(used);
  CHECK(probe_archive(archive) == ArchiveKind::seven_zip);
  const Walked walked = walk(archive);
  REQUIRE_OK(walked.status);
  CHECK(walked.files == std::map<std::string, std::string>{{"a/b.txt", "seven"}});
  CHECK(walked.entries.at(0).mode == 0755);
  const ScratchDir scratch;
  const OutputFile file(scratch / "x.7z");
  CHECK(code_of(ArchiveWriter::create(ArchiveKind::seven_zip, file.fd())) == "archive.readonly");
}

TEST_CASE("what is an archive and what is not", "[archive]") {
  for (const ArchiveKind kind : {ArchiveKind::zip, ArchiveKind::tar, ArchiveKind::tar_gz,
                                 ArchiveKind::tar_xz, ArchiveKind::tar_zst}) {
    INFO(archive_kind_name(kind));
    CHECK(probe_archive(packed(kind, {file_of("a", "x")})) == kind);
  }
  CHECK(probe_archive(packed(ArchiveKind::zip, {})) == ArchiveKind::zip);
  CHECK_OK(walk(packed(ArchiveKind::zip, {})).status);
  const Bytes letter = packed(ArchiveKind::zip, {file_of("[Content_Types].xml", "<Types/>"),
                                                 file_of("word/document.xml", "<w:document/>")});
  CHECK_FALSE(probe_archive(letter));
  CHECK_FALSE(probe_archive(slurp(media("samples/rgb.png"))));
  CHECK_FALSE(probe_archive({}));
  // gzip of something that is no tar
  const ScratchDir scratch;
  shell("gzip -c " + media("samples/rgb.png").string() + " > " + (scratch / "a.gz").string());
  CHECK_FALSE(probe_archive(slurp(scratch / "a.gz")));
}

TEST_CASE("an error of the visitor ends the walk; so does a cancelled call", "[archive]") {
  const Bytes archive = packed(ArchiveKind::tar, {file_of("a", "x"), file_of("b", "y")});
  const ScratchDir scratch;
  ArchiveBudget budget;
  int calls = 0;
  const auto visit = [&](const ArchiveEntry&, ByteView) -> Status {
    ++calls;
    return fail("test.enough", "enough");
  };
  CHECK(code_of(walk_archive(test_context(), archive, {}, scratch.path(), budget, visit)) ==
        "test.enough");
  CHECK(calls == 1);
  Context context = test_context();
  context.progress = [](const Progress&) { return false; };
  CHECK(code_of(walk_archive(context, archive, {}, scratch.path(), budget, visit)) ==
        "base.cancelled");
}
