// SPDX-License-Identifier: Apache-2.0
// Suites by name, seeds, and the running of one attack.
#include "suites.hpp"

#include <algorithm>
#include <stdexcept>

namespace signmark::bench {
namespace {

struct Entry {
  std::string name;
  std::vector<Attack> (*make)();
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all{{"quick", quick_suite},         {"floor", floor_suite},
                                      {"signed", signed_suite},       {"chains", chains_suite},
                                      {"peers", peers_suite},         {"stirmark", stirmark_suite},
                                      {"videoseal", videoseal_suite}, {"waves", waves_suite}};
  return all;
}

}  // namespace

void add(std::vector<Attack>& suite, const std::string& group, const std::vector<Step>& steps,
         const Targets& targets) {
  for (const Step& step : steps) suite.push_back({group, step, targets});
}

const std::vector<std::string>& suite_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Entry& entry : entries()) out.push_back(entry.name);
    return out;
  }();
  return names;
}

std::vector<Suite> suites(std::string_view comma_list) {
  std::vector<Suite> out;
  while (!comma_list.empty()) {
    const auto end = std::min(comma_list.find(','), comma_list.size());
    const auto name = comma_list.substr(0, end);
    comma_list.remove_prefix(std::min(end + 1, comma_list.size()));
    const auto before = out.size();
    for (const Entry& entry : entries())
      if (name == entry.name || (name == "all" && entry.name != "quick"))
        out.push_back({entry.name, entry.make()});
    if (out.size() == before) throw std::invalid_argument("no suite \"" + std::string(name) + "\"");
  }
  return out;
}

std::uint64_t seed_of(std::string_view attack, std::string_view file, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325 ^ seed;  // FNV-1a
  const auto add_text = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash = (hash ^ 0xff) * 0x100000001b3;
  };
  add_text(attack);
  add_text(file);
  return hash;
}

cv::Mat attacked(const Attack& attack, const cv::Mat& picture, std::string_view file,
                 std::uint64_t seed, const Accomplices& accomplices) {
  if (attack.collude) return attack.collude(picture, accomplices);
  cv::RNG random(seed_of(attack.step.name, file, seed));
  return attack.step.run(picture, random);
}

}  // namespace signmark::bench
