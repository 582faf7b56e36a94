// SPDX-License-Identifier: Apache-2.0
// Job lists, and the HTML summary of the same jobs.
#include "batch/job_list.hpp"

#include <fstream>

#include "batch/digest.hpp"
#include "batch/html_summary.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::batch;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

/// A job file whose items have ended, and its output folder.
class EndedJob {
 public:
  EndedJob() {
    auto store = open_job_file(test_context(), scratch_ / "job.db");
    REQUIRE_OK(store);
    store_ = std::move(*store);
    REQUIRE_OK(store_->open_job({"0123456789abcdef", "params", "{}", 1, false}));
    fs::create_directories(folder());
  }

  void put(const std::string& name, const std::string& content) const {
    fs::create_directories((folder() / name).parent_path());
    std::ofstream(folder() / name, std::ios::binary) << content;
  }

  /// Plans, leases and ends items, all at once.
  void end(const std::vector<std::pair<std::string, ItemEnd>>& ends) {
    std::vector<PlannedItem> items;
    items.reserve(ends.size());
    for (const auto& [name, how] : ends)
      items.push_back({"key-" + name, "in/" + name, name, "blake2b-256:00", 10, false});
    REQUIRE_OK(store_->plan(items));
    const auto leases = store_->claim("test", static_cast<int>(ends.size()), 60);
    REQUIRE_OK(leases);
    REQUIRE(leases->size() == ends.size());
    std::vector<Ending> endings;
    for (std::size_t i = 0; i < ends.size(); ++i) endings.push_back({(*leases)[i], ends[i].second});
    REQUIRE_OK(store_->finish(endings));
  }

  void done(const std::string& name, const std::string& content, const std::string& verdict = "") {
    put(name, content);
    ItemEnd how;
    how.output_digest = digest_of(as_bytes(content));
    how.mark_digest = digest_of(as_bytes("mark of " + name));
    how.verdict = verdict;
    end({{name, how}});
  }

  void failed(const std::string& name, Error error) {
    ItemEnd how;
    how.state = ItemState::failed;
    how.error = std::move(error);
    end({{name, how}});
  }

  [[nodiscard]] fs::path folder() const { return scratch_ / "out"; }
  [[nodiscard]] fs::path file(const std::string& name) const { return scratch_ / name; }
  JobStore& store() { return *store_; }

 private:
  ScratchDir scratch_;
  std::unique_ptr<JobStore> store_;
};

std::map<std::string, std::string> audit_lines(EndedJob& job, JobListAudit& audit) {
  std::map<std::string, std::string> lines;
  auto result = check_job_list(test_context(), job.file("list"), job.folder(),
                               [&](const ListedFile& file) -> Status {
                                 lines[file.path] = std::string(listed_name(file.how)) + file.from;
                                 return {};
                               });
  REQUIRE_OK(result);
  audit = *result;
  return lines;
}

std::string page_of(EndedJob& job, const HtmlSummary& html, const Summary& summary) {
  REQUIRE_OK(html.write(job.file("page.html"), summary, {}, job.store()));
  return std::string(as_text(slurp(job.file("page.html"))));
}

StoredItem item_of(const std::string& name, ItemState state, const std::string& verdict = "") {
  StoredItem item;
  item.item.source = "in/" + name;
  item.state = state;
  item.end.verdict = verdict;
  return item;
}

constexpr std::string_view kJpeg("\xFF\xD8\xFF\xE0 not much of a picture", 26);

}  // namespace

TEST_CASE("a file that was changed and marked anew is listed once, as it is now", "[list]") {
  EndedJob job;
  job.done("a.png", "of the first");
  std::vector<PlannedItem> again{{"key-again", "in/a.png", "a.png", "blake2b-256:01", 10, false}};
  REQUIRE_OK(job.store().plan(again));
  const auto leases = job.store().claim("test", 1, 60);
  REQUIRE_OK(leases);
  ItemEnd how;
  how.output_digest = digest_of(as_bytes("of the second"));
  how.record = R"({"sidecar":{"path":"a.png.c2pa","digest":"blake2b-256:77"}})";
  const Ending ending{leases->front(), how};
  REQUIRE_OK(job.store().finish({&ending, 1}));
  const auto list = write_job_list(job.file("list"), job.store());
  REQUIRE_OK(list);
  CHECK(list->rows == 1);
  CHECK(as_text(slurp(job.file("list"))).find(how.output_digest) != std::string_view::npos);
  // The manifest store beside it is listed, too.
  job.put("a.png", "of the second");
  JobListAudit audit;
  CHECK(audit_lines(job, audit) ==
        std::map<std::string, std::string>{{"a.png", "matched"}, {"a.png.c2pa", "missing"}});
  job.put("a.png.c2pa", "other bytes");
  CHECK(audit_lines(job, audit)["a.png.c2pa"] == "changed");
}

TEST_CASE("a job list: sorted, the same bytes again, and its digest", "[batch][job_list]") {
  EndedJob job;
  job.done("b.png", "two");
  job.done("a/z.png", "one");
  job.done(std::string("\xff.png"), "three");
  job.failed("c.png", {"test.failed", "it failed", {}, {}});
  const auto list = write_job_list(job.file("list"), job.store());
  REQUIRE_OK(list);
  CHECK(list->rows == 3);
  const Bytes bytes = slurp(job.file("list"));
  CHECK(list->digest == digest_of(bytes));
  const std::string text(as_text(bytes));
  const std::string first =
      "{\"mark_digest\":\"" + digest_of(as_bytes("mark of a/z.png")) + "\",\"output_digest\":\"" +
      digest_of(as_bytes("one")) +
      "\",\"path\":\"a/z.png\",\"schema\":\"signmark/1\",\"type\":\"listed\"}\n";
  CHECK(text.starts_with(first));
  CHECK(text.find("\"path_bytes\":\"/y5wbmc=\"") != std::string::npos);
  CHECK(text.find("c.png") == std::string::npos);
  CHECK(write_job_list(job.file("again"), job.store())->digest == list->digest);
}

TEST_CASE("a folder against its job list: complete and valid are two things", "[batch][job_list]") {
  EndedJob job;
  for (const std::string name : {"a", "b/c", "d", "e"}) job.done(name, "content of " + name);
  REQUIRE_OK(write_job_list(job.file("list"), job.store()));
  JobListAudit audit;
  audit_lines(job, audit);
  CHECK(audit.complete());
  CHECK(audit.valid());
  CHECK(audit.digest == digest_of(slurp(job.file("list"))));
  CHECK(audit.files == std::map<Listed, std::uint64_t>{{Listed::matched, 4}});

  job.put("a", "other content");
  audit_lines(job, audit);
  CHECK(audit.complete());
  CHECK_FALSE(audit.valid());

  fs::rename(job.folder() / "b/c", job.folder() / "b/moved");
  fs::remove(job.folder() / "d");
  job.put("copy", "content of e");
  fs::create_symlink("e", job.folder() / "link");
  job.put(".smk-0123456789abcdef-" + std::string(64, '0') + ".part", "at work");
  CHECK(audit_lines(job, audit) == std::map<std::string, std::string>{{"a", "changed"},
                                                                      {"b/moved", "movedb/c"},
                                                                      {"d", "missing"},
                                                                      {"e", "matched"},
                                                                      {"copy", "new"}});
  CHECK_FALSE(audit.complete());
  CHECK_FALSE(audit.valid());
}

TEST_CASE("what is no job list is refused", "[batch][job_list]") {
  EndedJob job;
  for (const std::string text :
       {"junk\n", "{\"type\":\"item\"}\n", "{\"type\":\"listed\",\"path\":\"a\"}\n",
        "{\"type\":\"listed\",\"path\":\"a\",\"output_digest\":\"x\"}\n{\"type\":\"listed\","
        "\"path\":\"a\",\"output_digest\":\"x\"}\n"}) {
    REQUIRE_OK(write_file(job.file("list"), as_bytes(text), {true, 0600, {}}));
    const auto audit = check_job_list(test_context(), job.file("list"), job.folder(), {});
    CHECK(code_of(audit) == "batch.list.syntax");
  }
  CHECK(code_of(check_job_list(test_context(), job.file("none"), job.folder(), {})) ==
        "base.file.open");
}

TEST_CASE("the summary: what went wrong stands first, with its cure", "[batch][html]") {
  EndedJob job;
  job.done("a.png", "1", "verified");
  job.done("b.png", "2", "tampered");
  job.failed("z<script>.png", {"test.failed", "it <failed>", "byte 3", "do \"better\""});
  Summary summary;
  summary.status = *job.store().status();
  summary.status.verdicts = {{"verified", 1}, {"tampered", 1}};
  HtmlSummary html;
  html.thumbnail(item_of("a.png", ItemState::done, "verified"), as_bytes(kJpeg));
  html.thumbnail(item_of("b.png", ItemState::done, "tampered"), as_bytes(kJpeg));
  html.thumbnail(item_of("a.png", ItemState::done, "verified"), as_bytes("no JPEG"));
  const std::string page = page_of(job, html, summary);
  CHECK(page.starts_with("<!doctype html>\n"));
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("<td>test.failed</td><td class=\"number\">1</td>"
                  "<td>it &lt;failed&gt;<br><span class=\"small\">byte 3</span></td>"
                  "<td>do &quot;better&quot;</td>") != std::string::npos);
  const auto place = [&](const std::string& row) { return page.find("<tr><td>in/" + row + "<"); };
  CHECK(place("z&lt;script&gt;.png") < place("b.png"));
  CHECK(place("b.png") < place("a.png"));
  CHECK(place("a.png") < page.size());
  const auto picture = [&](const std::string& name) {
    return page.find("<figure><img alt=\"" + name + "\" src=\"data:image/jpeg;base64,/9j/");
  };
  CHECK(picture("b.png") < picture("a.png"));
  CHECK(picture("a.png") < page.size());
}

TEST_CASE("the summary keeps a bounded number of thumbnails, the same in any order",
          "[batch][html]") {
  EndedJob job;
  const std::size_t items = HtmlSummary::kThumbnails + 20;
  HtmlSummary forward, backward;
  std::vector<std::pair<std::string, ItemEnd>> ends;
  for (std::size_t i = 0; i < items; ++i) {
    const std::string name = std::to_string(1000 + i), last = std::to_string(1000 + items - 1 - i);
    ends.emplace_back(name, ItemEnd());
    forward.thumbnail(item_of(name, ItemState::done), as_bytes(kJpeg));
    backward.thumbnail(item_of(last, ItemState::done), as_bytes(kJpeg));
  }
  job.end(ends);
  Summary summary;
  const std::string page = page_of(job, forward, summary);
  CHECK(page == page_of(job, backward, summary));
  std::size_t pictures = 0;
  for (std::size_t at = 0; (at = page.find("<img", at)) != std::string::npos; ++at) ++pictures;
  CHECK(pictures == HtmlSummary::kThumbnails);
}
