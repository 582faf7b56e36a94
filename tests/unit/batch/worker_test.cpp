// SPDX-License-Identifier: Apache-2.0
// Workers: marking and verifying through a process, what they may have signed, and how they end.
#include "batch/worker.hpp"

#include <sys/wait.h>

#include "batch/archive.hpp"
#include "batch/protocol.hpp"
#include "batch/worker_requests.hpp"
#include "unit/batch/worker_support.hpp"

namespace signmark::batch {
namespace {

using test::bytes_of;
using test::code_of;
using test::slurp;
using test::Workplace;

Bytes sample(const std::string& name) { return slurp(test::media("samples/" + name)); }

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

Message request(std::string_view kind, std::string_view type, ByteView body) {
  Message message(kind);
  if (!type.empty()) message.fields["type"] = type;
  message.attach("body", body);
  return message;
}

TEST_CASE("worker: marks a file, and the supervisor's key has signed it") {
  Workplace place;
  place.start();
  const auto outcome = place.mark(sample("rgb.png"), "rgb.png");
  REQUIRE_OK(outcome);
  REQUIRE_OK(
      (outcome->file.error ? Status(tl::unexpected<Error>(*outcome->file.error)) : Status()));
  CHECK(outcome->file.state == ItemState::done);
  CHECK(outcome->file.entry.content_id.size() == 16);
  CHECK(outcome->file.entry.format == "image/png");
  CHECK(parse_json(outcome->file.report).has_value());
  const auto report =
      verify_bytes(Context::standard(), bytes_of(place.out), place.studio().believing());
  REQUIRE_OK(report);
  CHECK(report->verdict == Verdict::verified);
  CHECK(report->content_id == outcome->file.entry.content_id);
}

TEST_CASE("worker: own marks are skipped, others' by the rule") {
  Workplace place, others;
  place.start();
  REQUIRE_OK(place.mark(sample("rgb.png"), "rgb.png"));
  const Bytes marked = bytes_of(place.out);
  const auto again = place.mark(marked, "rgb.png");
  REQUIRE_OK(again);
  CHECK(again->file.state == ItemState::skipped);
  CHECK(again->file.why == "already-marked");
  CHECK(bytes_of(place.out).empty());

  others.start();
  const auto refused = others.mark(marked, "rgb.png");
  REQUIRE_OK(refused);
  REQUIRE(refused->file.error.has_value());
  CHECK(refused->file.error->code == "pipeline.existing");
  others.setup.existing = Existing::skip;
  others.start();
  const auto skipped = others.mark(marked, "rgb.png");
  REQUIRE_OK(skipped);
  CHECK(skipped->file.why == "marked-by-others");
  others.setup.existing = Existing::add;
  others.start();
  const auto added = others.mark(marked, "rgb.png");
  REQUIRE_OK(added);
  CHECK(added->file.state == ItemState::done);
  CHECK(bytes_of(others.out).size() > marked.size());
}

TEST_CASE("worker: verifies with the certificates it was told") {
  Workplace place;
  place.start();
  REQUIRE_OK(place.mark(sample("rgb.png"), "rgb.png"));
  const Bytes marked = bytes_of(place.out);
  place.setup.task = Task::verify;
  place.setup.options = {{"layers", "metadata,manifest"}};
  for (const bool believed : {false, true}) {
    if (believed) place.powers.anchors = {place.studio().root()};
    place.start();
    const auto outcome = place.verify(marked, "rgb.png");
    REQUIRE_OK(outcome);
    CHECK(outcome->file.verdict == (believed ? "verified" : "untrusted"));
    CHECK((outcome->file.report.find("\"trusted\"") != std::string::npos) == believed);
  }
}

/// A ZIP with these files.
Bytes zip_of(const std::vector<std::pair<std::string, Bytes>>& files) {
  const test::Descriptor out = test::file_of({});
  auto writer = ArchiveWriter::create(ArchiveKind::zip, out.get());
  REQUIRE_OK(writer);
  for (const auto& [name, bytes] : files) {
    ArchiveEntry entry;
    entry.name = name;
    REQUIRE_OK((*writer)->add(entry, bytes));
  }
  REQUIRE_OK((*writer)->close());
  return bytes_of(out);
}

TEST_CASE("worker: archives are marked and verified file by file") {
  const Bytes inner = zip_of({{"deep.jpg", sample("baseline.jpg")}});
  const Bytes archive = zip_of({{"a/rgb.png", sample("rgb.png")},
                                {"b.bin", Bytes{0, 1, 2, 3}},
                                {"inner.zip", inner},
                                {"film.mkv", sample("film.mkv")}});
  WorkOrder order;
  order.archive = true;
  Workplace place;
  place.start();
  const auto outcome = place.mark(archive, "works.zip", order);
  REQUIRE_OK(outcome);
  INFO((outcome->file.error ? outcome->file.error->message : ""));
  REQUIRE(outcome->file.state == ItemState::done);
  REQUIRE(outcome->entries.size() == 4);
  CHECK(outcome->entries[0].name == "a/rgb.png");
  CHECK(outcome->entries[0].entry.content_id.size() == 16);
  CHECK(outcome->entries[1].why == "not-media");
  CHECK(outcome->entries[2].name == "inner.zip/deep.jpg");
  CHECK(outcome->entries[3].state == ItemState::done);  // its manifest lies beside it
  const Bytes marked = bytes_of(place.out);
  const auto again = place.mark(marked, "works.zip", order);
  REQUIRE_OK(again);
  for (const FileOutcome& entry : again->entries) CHECK(entry.state == ItemState::skipped);
  CHECK(bytes_of(place.out) == marked);

  Bytes cut = sample("rgb.png");
  cut.resize(60);
  const auto broken =
      place.mark(zip_of({{"x.png", cut}, {"y.png", sample("rgb.png")}}), "x.zip", order);
  REQUIRE_OK(broken);
  REQUIRE(broken->file.error.has_value());
  CHECK(broken->file.error->code == "archive.entry");
  CHECK(broken->file.error->where.starts_with("x.png"));
  REQUIRE(broken->entries.size() == 2);
  CHECK(broken->entries[0].error->code == "pipeline.damaged");
  CHECK(broken->entries[1].state == ItemState::done);

  place.setup.task = Task::verify;
  place.setup.options = {{"layers", "metadata,manifest"}};
  place.powers.anchors = {place.studio().root()};
  place.start();
  const auto verified = place.verify(marked, "works.zip", order);
  REQUIRE_OK(verified);
  CHECK(verified->file.verdict == "verified");
  REQUIRE(verified->entries.size() == 5);
  CHECK(verified->entries[2].verdict == "verified");
  CHECK(verified->entries[3].verdict == "verified");
  CHECK(verified->entries[4].name == "film.mkv.c2pa");
  CHECK(verified->entries[4].why == "sidecar");
}

#ifndef __SANITIZE_ADDRESS__  // which needs memory of its own, and waits for ever without
TEST_CASE("worker: a picture that needs more memory than it may have") {
  Workplace place;
  place.setup.options = {{"producer", "Studio"}, {"layers", "visible,metadata"}};
  place.start();
  WorkOrder order;
  order.memory = 1U << 20;
  CHECK(code_of(place.mark(slurp(test::media("pictures/rocket.jpg")), "rocket.jpg", order)) ==
        "limit.memory");
}
#endif

TEST_CASE("worker: a setup that cannot be carried out is told") {
  Workplace place;
  place.setup.options = {{"colour", "red"}};
  const auto started = Worker::start(
      Context::standard(), std::filesystem::path(SIGNMARK_BINARY_DIR) / "batch_worker_host",
      place.setup, place.powers);
  CHECK(code_of(started) == "pipeline.option.unknown");
  const auto missing =
      Worker::start(Context::standard(), "/nonexistent/signmark", place.setup, place.powers);
  CHECK(code_of(missing) == "batch.worker.start");
}

TEST_CASE("worker: what it may have signed") {
  Workplace place;
  RequestDesk desk(Task::mark, place.powers);
  desk.begin_item(0);
  for (const char* type : {"checkpoint", "trust-bundle", "revocation", "", "image-frame/v2"}) {
    const Message answer = desk.answer(request(kSignObject, type, as_bytes("body")));
    CHECK(answer.kind == kRefused);
  }
  for (const char* type :
       {"image-frame", "video-frame", "audio-frame", "text-record", "aigc-record"})
    CHECK(desk.answer(request(kSignObject, type, as_bytes("body"))).kind == kGranted);
  CHECK(desk.answer(request(kSignObject, "aigc-record", Bytes(65537))).kind == kRefused);
  CHECK(desk.answer(request(kSignCose, {}, as_bytes("signmark/checkpoint/v1"))).kind == kRefused);
  Message medium(kMediumKey);
  medium.fields["medium"] = 1U;
  CHECK(desk.answer(medium).kind == kRefused);  // no private carrier was named

  int granted = 0;
  for (int i = 0; i < 200; ++i)
    granted += desk.answer(request(kSignObject, "aigc-record", as_bytes("x"))).kind == kGranted;
  CHECK(granted < 64);
  RequestDesk verifying(Task::verify, place.powers);
  verifying.begin_item(1U << 20);
  CHECK(verifying.answer(request(kSignObject, "aigc-record", as_bytes("x"))).kind == kRefused);
}

TEST_CASE("worker: messages are read strictly") {
  Message message("order");
  message.attach("name", as_bytes("a.png"));
  message.fields["archive"] = true;
  const Bytes good = encode_message(message);
  const auto read = decode_message(good);
  REQUIRE_OK(read);
  CHECK(as_text(*read->part("name")) == "a.png");
  CHECK(code_of(read->text("archive")) == "batch.worker.protocol");
  CHECK(code_of(read->part("archive")) == "batch.worker.protocol");
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto cut = decode_message(ByteView(good).first(size));
    CHECK((cut ? code_of(cut->part("name")) : code_of(cut)) == "batch.worker.protocol");
  }
  FileOutcome file;
  file.entry.prints = {{PrintKind::film, 2000, {1, 2, 3}}};
  file.entry.tiles = {9, 8};
  file.state = ItemState::skipped;
  file.why = "not-media";
  const auto back = read_file_outcome(file_message(kEntry, file));
  REQUIRE_OK(back);
  CHECK(back->entry.prints == file.entry.prints);
  CHECK(back->entry.tiles == file.entry.tiles);
  CHECK(back->state == file.state);
  file.state = ItemState::failed;  // without an error
  CHECK(code_of(read_file_outcome(file_message(kEntry, file))) == "batch.worker.protocol");
}

TEST_CASE("worker: whatever it does, the supervisor goes on") {
  Workplace place;
  place.start("batch_hostile_host");
  const auto end_of = [&](const char* deed, const WorkOrder& order = {}) {
    return code_of(place.mark(as_bytes(deed), "x", order));
  };
  CHECK(end_of("o").empty());
  CHECK(end_of("a") == "batch.worker.crashed");
  CHECK(end_of("x") == "batch.worker.crashed");
  CHECK(end_of("m") == "limit.memory");
  CHECK(end_of("n") == "batch.worker.protocol");
  CHECK(end_of("d") == "batch.worker.protocol");
  CHECK(end_of("r") == "batch.worker.protocol");
  CHECK(end_of("b") == "batch.worker.protocol");
  WorkOrder brief;
  brief.wall_seconds = 0.2;
  CHECK(end_of("h", brief) == "limit.wall");
  CHECK(end_of("p", brief) == "limit.wall");
  WorkOrder lazy;
  lazy.cpu_seconds = 0.05;
  CHECK(end_of("s", lazy) == "limit.cpu");
  const auto words = place.mark(as_bytes("e"), "x");
  REQUIRE(!words);
  CHECK(words.error().message.find("signal 6") != std::string::npos);
  CHECK(words.error().hint.find("last words") != std::string::npos);
  CHECK(words.error().hint.find('\x1b') == std::string::npos);
  const auto flooded = place.mark(as_bytes("f"), "x");
  REQUIRE_OK(flooded);
  CHECK(flooded->file.why == "64");
  WorkOrder order;
  const test::Descriptor in = test::file_of(as_bytes("h"));
  order.input = in.get();
  CHECK(code_of(place.worker->work(order, [] { return true; })) == "base.cancelled");
  CHECK(end_of("o").empty());
}

TEST_CASE("worker: neither descriptors nor processes are left behind") {
  Workplace place;
  place.start("batch_hostile_host");
  REQUIRE_OK(place.mark(as_bytes("o"), "x"));
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1000; ++i) REQUIRE_OK(place.mark(as_bytes("o"), "x"));
  for (int i = 0; i < 100; ++i)
    REQUIRE(code_of(place.mark(as_bytes("x"), "x")) == "batch.worker.crashed");
  REQUIRE_OK(place.mark(as_bytes("o"), "x"));
  CHECK(open_descriptors() == before);
  place.worker.reset();
  CHECK(open_descriptors() == before - 2);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

}  // namespace
}  // namespace signmark::batch
