// SPDX-License-Identifier: Apache-2.0
// What a job's sources are, and the identities that follow.
#include "batch/scan.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "batch/description.hpp"
#include "batch/digest.hpp"
#include "batch/part.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::batch;
using namespace signmark::test;

namespace {

namespace fs = std::filesystem;

void put(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::vector<PlannedItem> found(const Job& job, const ScanRules& rules = {}) {
  std::vector<PlannedItem> items;
  REQUIRE_OK(scan(job, "params", rules, [&](PlannedItem item) -> Status {
    items.push_back(std::move(item));
    return {};
  }));
  return items;
}

std::string destinations(const std::vector<PlannedItem>& items) {
  std::string text;
  for (const PlannedItem& item : items)
    text += (text.empty() ? "" : " ") + (item.destination.empty() ? "-" : item.destination);
  return text;
}

Job marking(std::vector<fs::path> paths, const fs::path& output) {
  Job job;
  job.paths = std::move(paths);
  job.output = output;
  return job;
}

}  // namespace

TEST_CASE("a folder is walked in order, without links, temporaries and its own output") {
  const ScratchDir dir;
  for (const char* name :
       {"b.png", "a.png", "sub/z.png", "sub/deeper/y.png", "out/a.png", ".smk-x.part",
        ".a.png.12.0.part", "a.png.c2pa", "alone.c2pa", "report.jsonl"})
    put(dir / name, name);
  fs::create_symlink(dir / "b.png", dir / "link.png");
  fs::create_directory_symlink(dir / "sub", dir / "linked");
  ScanRules rules;
  rules.folders = {dir / "out"};
  rules.files = {dir / "report.jsonl"};
  const auto items = found(marking({dir.path()}, dir / "out"), rules);
  CHECK(destinations(items) == "a.png alone.c2pa b.png sub/deeper/y.png sub/z.png");
  CHECK(items[0].source == dir / "a.png");
  CHECK(items[0].bytes == 5);
  CHECK(items[0].digest == digest_of(as_bytes("a.png")));
  CHECK(items[0].key == item_key(items[0].source, items[0].digest, "params"));
  CHECK(items[0].key != item_key(items[0].source, items[0].digest, "others"));
}

TEST_CASE("what cannot be read is an item that will fail, not silence") {
  const ScratchDir dir;
  put(dir / "in/good.png", "x");
  Job job = marking({dir / "in/good.png", dir / "in/absent.png"}, dir / "out");
  const auto items = found(job);
  REQUIRE(items.size() == 2);
  CHECK(items[1].digest.empty());
  if (::geteuid() == 0) return;  // root reads everything
  fs::permissions(dir / "in", fs::perms::none);
  CHECK(found(marking({dir / "in"}, dir / "out")).front().digest.empty());
  fs::permissions(dir / "in", fs::perms::owner_all);
}

TEST_CASE("two sources with one destination") {
  const ScratchDir dir;
  for (const char* name : {"one/a.png", "one/b.png", "two/a.png"}) put(dir / name, name);
  const auto items = found(marking({dir / "one", dir / "two"}, dir / "out"));
  CHECK(destinations(items) == "a.png b.png -");
  // The same file twice is one item.
  CHECK(destinations(found(marking({dir / "one", dir / "one/a.png"}, dir / "out"))) ==
        "a.png b.png");
}

TEST_CASE("lists with line feeds, carriage returns and NUL") {
  const ScratchDir dir;
  for (const char* name : {"d/a.png", "d/new\nline.png", "top.png"}) put(dir / name, name);
  const std::string absolute = dir.path().native();
  put(dir / "list", absolute + "/d/a.png\r\n\n" + absolute + "/d/../top.png\n" + absolute + "/d\n" +
                        absolute + "/d/a.png");
  Job job = marking({}, dir / "out");
  job.list = dir / "list";
  const std::string below = absolute.substr(1);
  CHECK(destinations(found(job)) == below + "/d/a.png " + below + "/top.png");

  put(dir / "nul", absolute + "/d/new\nline.png" + std::string(1, '\0') + absolute + "/top.png");
  job.list = dir / "nul";
  job.list_nul = true;
  const auto items = found(job);
  REQUIRE(items.size() == 2);
  CHECK(items[0].source == dir / "d/new\nline.png");

  put(dir / "list", std::string(3 << 20, 'x'));
  job.list = dir / "list";
  CHECK(code_of(scan(job, "p", {}, [](const PlannedItem&) { return Status(); })) ==
        "batch.list.syntax");
}

TEST_CASE("a path of a list that leads out of its folder has no destination") {
  const ScratchDir dir;
  put(dir / "a.png", "x");
  put(dir / "here/list", "../a.png\n");
  const fs::path before = fs::current_path();
  fs::current_path(dir / "here");
  Job job = marking({}, dir / "out");
  job.list = "list";
  const auto items = found(job);
  fs::current_path(before);
  REQUIRE(items.size() == 1);
  CHECK(items[0].source == dir / "a.png");
  CHECK(items[0].destination.empty());
}

TEST_CASE("archives are known by their endings") {
  for (const char* name : {"a.zip", "A.ZIP", "b.tar.gz", "c.tgz", "d.7z", "e.tar.zst"})
    CHECK(has_archive_ending(name));
  for (const char* name : {"zip", ".zip", "a.gz", "a.png", "a.zip.png"})
    CHECK_FALSE(has_archive_ending(name));
  const ScratchDir dir;
  put(dir / "a.zip", "x");
  Job job = marking({dir.path()}, {});
  CHECK_FALSE(found(job).front().archive);
  job.archives = true;
  CHECK(found(job).front().archive);
}

TEST_CASE("a description tells all of a job and its identity") {
  const ScratchDir dir;
  put(dir / "in/a.png", "x");
  Job job = marking({dir / "in"}, dir / "out");
  job.options = {{"layers", "metadata"}, {"producer", "Somebody"}};
  job.archives = job.force = true;
  job.existing = Existing::add;
  job.guards.total = 77;
  const auto settled = settle_job(job);
  REQUIRE_OK(settled);
  const JobRow row = row_of(*settled, 5);
  CHECK(is_job_id(row.id));
  CHECK_OK(check_row(row));
  const auto read = read_description(row.description);
  REQUIRE_OK(read);
  CHECK(describe(*read) == row.description);
  CHECK(read->guards.total == 77);
  CHECK(read->existing == Existing::add);

  job.paths = {dir / "in/", dir / "in/../in"};  // the same in other words
  CHECK(row_of(*settle_job(job), 9).id == row.id);
  job.options[1].second = "Somebody else";
  CHECK(row_of(*settle_job(job), 9).id != row.id);

  JobRow edited = row;
  edited.description.replace(edited.description.find("Somebody"), 8, "Nobody!!");
  CHECK(code_of(check_row(edited)) == "batch.job.changed");
  for (const char* text : {"", "{}", "[]", R"({"task":1})"})
    CHECK(code_of(read_description(text)) == "batch.job.damaged");
}

TEST_CASE("paths that are no UTF-8 survive a description") {
  const ScratchDir dir;
  const fs::path odd = dir / "caf\xe9";
  put(odd / "a.png", "x");
  const auto settled = settle_job(marking({odd}, dir / "out"));
  REQUIRE_OK(settled);
  const auto read = read_description(describe(*settled));
  REQUIRE_OK(read);
  CHECK(read->paths.front() == odd);
}

TEST_CASE("jobs that cannot be") {
  const ScratchDir dir;
  put(dir / "in/a.png", "x");
  CHECK(code_of(settle_job(marking({}, dir / "out"))) == "batch.sources");
  CHECK(code_of(settle_job(marking({dir / "in"}, {}))) == "batch.output");
  CHECK(code_of(settle_job(marking({dir / "in"}, dir / "in"))) == "batch.output");
  CHECK(code_of(settle_job(marking({dir / "in"}, dir / "in/a.png"))) == "batch.output");
  CHECK(code_of(settle_job(marking({dir / "absent"}, dir / "out"))) == "base.file.open");
  Job job = marking({dir / "in"}, dir / "out");
  job.task = Task::verify;
  CHECK(code_of(settle_job(job)) == "batch.output");
}

TEST_CASE("names of temporaries") {
  const std::string key(64, 'a');
  for (const std::int64_t epoch : {0, 7})
    for (const bool sidecar : {false, true}) {
      const PartName name{"0123456789abcdef", key, epoch, sidecar};
      const auto read = PartName::parse(name.text());
      REQUIRE(read);
      CHECK(read->text() == name.text());
      CHECK(read->epoch == epoch);
      CHECK(read->sidecar == sidecar);
    }
  const std::string start = ".smk-0123456789abcdef-";
  for (const std::string& text :
       {start + key, start + key + "-0.part", start + key + "-x.part", start + "abc.part",
        ".smk-0123456789ABCDEF-" + key + ".part", start + key + "-5x.part", std::string()})
    CHECK_FALSE(PartName::parse(text));
}

TEST_CASE("temporaries are private, removed unless published, and swept by job") {
  const ScratchDir dir;
  const PartName name{"0123456789abcdef", std::string(64, 'b')};
  {
    auto part = Part::create(dir.path(), name);
    REQUIRE_OK(part);
    CHECK((fs::status(dir / name.text()).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
    // One that a dead process left is replaced.
    REQUIRE_OK(Part::create(dir.path(), name));
  }
  CHECK(fs::is_empty(dir.path()));
  auto part = Part::create(dir.path(), name);
  REQUIRE_OK(part);
  REQUIRE_OK(part->seal(0640));
  put(dir / "there", "old");
  CHECK(code_of(part->publish(dir / "there", false)) == "base.file.exists");
  REQUIRE_OK(part->publish(dir / "new", false));
  CHECK((fs::status(dir / "new").permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read));

  put(dir / "sub" / name.text(), "mine");
  put(dir / ("sub/.smk-fedcba9876543210-" + std::string(64, 'b') + ".part"), "another job's");
  sweep_parts(dir.path(), name.job, [](const PartName&, const fs::path&) { return true; });
  CHECK_FALSE(fs::exists(dir / "sub" / name.text()));
  CHECK(std::distance(fs::directory_iterator(dir / "sub"), {}) == 1);
}
