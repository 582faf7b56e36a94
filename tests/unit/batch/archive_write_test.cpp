// SPDX-License-Identifier: Apache-2.0
// Archives that we write: read back by us and by other people's programs.
#include "archive_support.hpp"

using namespace signmark;
using namespace signmark::batch;
using namespace signmark::test;

namespace {

constexpr std::array kWritten = {ArchiveKind::zip, ArchiveKind::tar, ArchiveKind::tar_gz,
                                 ArchiveKind::tar_xz, ArchiveKind::tar_zst};

/// Names, modes, times and sizes that are not all alike.
std::vector<Member> varied() {
  ArchiveEntry folder;
  folder.name = "文件夹";
  folder.folder = true;
  folder.mode = 0755;
  folder.modified = 1'600'000'000;
  return {{folder, ""},
          file_of("文件夹/图 片.txt", std::string(100'000, 'q') + "end"),
          file_of("empty", ""),
          file_of(std::string(150, 'n') + "/" + std::string(120, 'm') + ".txt", "long"),
          file_of("run.sh", "#!/bin/sh\n", 0755, 1'795'348'799),
          file_of("a.png", std::string(as_text(slurp(media("samples/rgb.png")))))};
}

void check_unpacked(const std::filesystem::path& folder) {
  for (const Member& member : varied()) {
    INFO(member.entry.name);
    const std::filesystem::path path = folder / member.entry.name;
    REQUIRE(std::filesystem::exists(path));
    if (member.entry.folder) continue;
    CHECK(as_text(slurp(path)) == member.content);
    const bool executable = (std::filesystem::status(path).permissions() &
                             std::filesystem::perms::owner_exec) != std::filesystem::perms::none;
    CHECK(executable == (member.entry.mode == 0755));
  }
}

}  // namespace

TEST_CASE("what was written is read back", "[archive]") {
  for (const ArchiveKind kind : kWritten) {
    INFO(archive_kind_name(kind));
    const Bytes archive = packed(kind, varied());
    const Walked walked = walk(archive);
    REQUIRE_OK(walked.status);
    const auto members = varied();
    REQUIRE(walked.entries.size() == members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
      const ArchiveEntry &before = members[i].entry, &after = walked.entries[i];
      INFO(before.name);
      CHECK(after.name == before.name);
      CHECK(after.folder == before.folder);
      CHECK(after.mode == before.mode);
      CHECK(after.modified == before.modified);
      CHECK(after.size == members[i].content.size());
      if (!before.folder) CHECK(walked.files.at(before.name) == members[i].content);
    }
  }
}

TEST_CASE("the same entries give the same bytes, whatever the zone and the language", "[archive]") {
  for (const ArchiveKind kind : kWritten) {
    INFO(archive_kind_name(kind));
    const Bytes first = packed(kind, varied());
    ::setenv("TZ", "Asia/Shanghai", 1);
    ::setenv("LC_ALL", "C", 1);
    const Bytes second = packed(kind, varied());
    ::unsetenv("TZ");
    ::unsetenv("LC_ALL");
    CHECK(first == second);
  }
}

TEST_CASE("zip: media is stored, text is deflated", "[archive]") {
  const std::string png(as_text(slurp(media("samples/rgb.png"))));
  const Bytes archive =
      packed(ArchiveKind::zip, {file_of("a.png", png), file_of("a.txt", std::string(10'000, 'x'))});
  CHECK(as_text(archive).find(png) != std::string_view::npos);
  CHECK(archive.size() < png.size() + 500);
}

TEST_CASE("zip: more entries than the old end record can count", "[archive]") {
  std::vector<Member> members;
  members.reserve(66'000);
  for (int i = 0; i < 66'000; ++i) members.push_back(file_of(std::to_string(i), ""));
  const Bytes archive = packed(ArchiveKind::zip, members);
  const Walked walked = walk(archive);
  REQUIRE_OK(walked.status);
  CHECK(walked.entries.size() == members.size());
}

TEST_CASE("entries that do not fit into memory lie in a file without a name", "[archive]") {
  std::string large(20 << 20, 'z');
  for (std::size_t i = 0; i < large.size(); i += 97) large[i] = static_cast<char>(i * 31 >> 5U);
  for (const ArchiveKind kind : {ArchiveKind::zip, ArchiveKind::tar}) {
    const Bytes archive = packed(kind, {file_of("large", large), file_of("small", "s")});
    const ScratchDir scratch;
    ArchiveBudget budget;
    std::vector<bool> same;
    REQUIRE_OK(walk_archive(test_context(), archive, {}, scratch.path(), budget,
                            [&](const ArchiveEntry& entry, ByteView bytes) -> Status {
                              same.push_back(as_text(bytes) ==
                                             (entry.name == "large" ? large : "s"));
                              CHECK(std::filesystem::is_empty(scratch.path()));
                              return {};
                            }));
    CHECK(same == std::vector<bool>{true, true});
  }
}

TEST_CASE("a writer says why it failed", "[archive]") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  for (const ArchiveKind kind : kWritten) {
    INFO(archive_kind_name(kind));
    const auto writer = ArchiveWriter::create(kind, full);
    REQUIRE_OK(writer);
    Status status = (*writer)->add(file_of("a", std::string(1 << 20, 'x')).entry,
                                   as_bytes(std::string(1 << 20, 'x')));
    if (status) status = (*writer)->close();
    CHECK(code_of(status) == "archive.write");
  }
  ::close(full);
}

TEST_CASE("other people's programs read our archives", "[archive][foreign]") {
  const ScratchDir scratch;
  for (const ArchiveKind kind : kWritten) {
    const std::string name(archive_kind_name(kind));
    const auto archive = scratch / ("a." + name);
    pack_into(archive, kind, varied());
    std::vector<std::string> commands;
    if (kind != ArchiveKind::zip) commands.push_back("tar -xf ARCHIVE -C FOLDER");
    if (kind == ArchiveKind::zip && have("unzip"))
      commands.push_back("LC_ALL=C.UTF-8 unzip -q ARCHIVE -d FOLDER");
    if (have("bsdtar")) commands.push_back("LC_ALL=C.UTF-8 bsdtar -xf ARCHIVE -C FOLDER");
    for (std::string command : commands) {
      const auto folder = scratch / "out";
      std::filesystem::create_directory(folder);
      command.replace(command.find("ARCHIVE"), 7, archive.string());
      command.replace(command.find("FOLDER"), 6, folder.string());
      CHECK(shell(command).empty());
      check_unpacked(folder);
      std::filesystem::remove_all(folder);
    }
    const std::string python =
        kind == ArchiveKind::zip
            ? "import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;"
              "print(len(z.namelist()))"
            : "import sys,tarfile;print(len(tarfile.open(sys.argv[1]).getnames()))";
    if (kind != ArchiveKind::tar_zst)
      CHECK(shell("python3 -c '" + python + "' " + archive.string()) == "6\n");
  }
}

TEST_CASE("archives of other people's programs are read", "[archive][foreign]") {
  const ScratchDir scratch;
  const std::string folder = (scratch / "in").string();
  std::filesystem::create_directory(folder);
  for (const std::string name : {"a.txt", "\u56fe.txt"})
    REQUIRE_OK(write_file(std::filesystem::path(folder) / name, as_bytes(name)));
  const std::string in = "cd " + folder + " && ";
  shell(in + "tar -cf ../a.tar . && tar -czf ../a.tgz . && tar -cJf ../a.txz .");
  shell(in + "tar --format=v7 -cf ../b.tar a.txt \u56fe.txt");
  shell(in + "python3 -m zipfile -c ../a.zip a.txt \u56fe.txt");
  // written into a pipe: sizes stand behind the data
  shell(in +
        "python3 -c 'import sys,zipfile\nw=zipfile.ZipFile(open(\"/dev/stdout\",\"wb\"),\"w\","
        "zipfile.ZIP_DEFLATED)\nw.write(\"a.txt\")\nw.write(\"\u56fe.txt\")\nw.close()' "
        "| cat > ../b.zip");
  for (const std::string archive : {"a.tar", "a.tgz", "a.txz", "b.tar", "a.zip", "b.zip"}) {
    INFO(archive);
    const Walked walked = walk(slurp(scratch / archive));
    REQUIRE_OK(walked.status);
    CHECK(walked.files ==
          std::map<std::string, std::string>{{"a.txt", "a.txt"}, {"\u56fe.txt", "\u56fe.txt"}});
  }
}

TEST_CASE("archives of the fuzz target's corpus are whole: ZIP64, long names, Zstandard",
          "[archive]") {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(
           std::filesystem::path(SIGNMARK_SOURCE_DIR) / "tests/fuzz/corpus/archive")) {
    INFO(file.path());
    const Walked walked = walk(slurp(file.path()));
    CHECK_OK(walked.status);
    CHECK_FALSE(walked.files.empty());
    ++files;
  }
  CHECK(files > 0);
}
