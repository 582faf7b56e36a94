// SPDX-License-Identifier: Apache-2.0
// A worker program that has fallen into wrong hands: the first byte of the input says what it does.
#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/bytes.hpp"
#include "batch/worker_messages.hpp"

namespace signmark::batch {
namespace {

void send_raw(const Channel& channel, const std::string& bytes) {
  if (::write(channel.get(), bytes.data(), bytes.size()) < 0) std::abort();
}

/// Asks for more signatures than an item may have; says how many it got.
std::string flood(Channel& channel) {
  int granted = 0;
  for (int i = 0; i < 500; ++i) {
    Message request(kSignObject);
    request.fields["type"] = "aigc-record";
    request.attach("body", as_bytes("record"));
    if (!channel.send(request)) std::abort();
    const auto answer = channel.receive();
    if (answer && answer->kind == kGranted) ++granted;
  }
  return std::to_string(granted);
}

/// Ways of not answering.
void misbehave(char deed, const Channel& channel) {
  if (deed == 'a') std::abort();
  if (deed == 'm') ::_exit(kMemoryExit);
  if (deed == 'x') ::_exit(5);
  if (deed == 'n') send_raw(channel, std::string(64, '\xff'));
  if (deed == 'd') {
    const std::string text = "{\"kind\":" + std::string(5000, '[');
    const auto size = static_cast<std::uint32_t>(text.size());
    ByteWriter frame;
    frame.u32be(size + 4).u32be(size).text(text);
    send_raw(channel, std::string(as_text(frame.view())));
  }
  if (deed == 'e') {
    std::fputs("last words \x1b[31m\n", stderr);
    std::abort();
  }
  if (deed == 'p') send_raw(channel, std::string(3, '\0'));  // a part of a message, then silence
  while (deed == 's') ::sched_yield();
  ::pause();
}

FileOutcome outcome(char deed, Channel& channel) {
  FileOutcome file;
  if (deed == 'f') file.why = flood(channel);
  if (deed == 'r') file.report = "{}\n{\"type\":\"summary\"";
  if (deed == 'b') file.entry.content_id = "nonsense";
  return file;
}

int live() {
  Channel channel(Descriptor(3), kMaxToWorker, 3);
  if (!channel.receive()) return 1;
  Message ready(kReady);
  ready.fields["sandbox"] = "{}";
  if (!channel.send(ready)) return 1;
  for (;;) {
    auto message = channel.receive();
    if (!message) return 0;
    const auto order = read_order(std::move(*message));
    char deed = 0;
    if (!order || ::pread(order->input.get(), &deed, 1, 0) != 1) return 1;
    if (std::string("ofrb").find(deed) == std::string::npos) misbehave(deed, channel);
    Message answer = file_message(kOutcome, outcome(deed, channel));
    answer.attach("store", {}).attach("thumbnail", {});
    if (!channel.send(answer)) return 1;
  }
}

}  // namespace
}  // namespace signmark::batch

int main() { return signmark::batch::live(); }
