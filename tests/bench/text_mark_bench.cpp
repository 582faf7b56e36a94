// SPDX-License-Identifier: Apache-2.0
// Prints what README and CHANGELOG say of signed text marks: speed and memory, false authentic
// sentences, localisation of edits, excerpts, and the rates of fingerprints.
//   text_mark_bench FOLDER [trials, default 100000] [largest text in MB, default 64]
// FOLDER holds plain text files; names that begin with zh are Chinese, with en English.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <set>

#include "base/file.hpp"
#include "text/characters.hpp"
#include "unit/text/text_support.hpp"

namespace {

using namespace signmark;
using namespace signmark::test;
using text::Outcome;

struct File {
  std::string name, text;
  bool chinese = false;
};

std::vector<File> read_folder(const std::string& folder) {
  std::vector<File> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const auto bytes = read_file(entry.path(), 1U << 26);
    if (entry.path().extension() == ".html" || !bytes) continue;
    std::string text(as_text(*bytes));
    std::erase(text, '\r');
    if (is_utf8(text)) files.push_back({name, text, name.starts_with("zh")});
  }
  std::sort(files.begin(), files.end(),
            [](const File& a, const File& b) { return a.name < b.name; });
  return files;
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// About `bytes` of text whose sentences differ from copy to copy.
std::vector<Passage> long_text(const std::vector<File>& files, bool chinese, std::size_t bytes) {
  std::vector<Passage> passages;
  std::size_t size = 0;
  for (int copy = 0; size < bytes; ++copy)
    for (const File& file : files) {
      if (file.chinese != chinese || file.name.ends_with(".md") || size >= bytes) continue;
      for (Passage& passage : paragraphs(file.text)) {
        passage.text.own().append(" ").append(std::to_string(copy)).append(chinese ? "。" : ".");
        size += passage.text.size();
        passages.push_back(std::move(passage));
      }
    }
  return passages;
}

// ---------------------------------------------------------------------------------------------
// Speed and memory

void print_speed(const std::vector<File>& files, bool chinese, double mb) {
  const TextKey key;
  std::vector<Passage> passages = long_text(files, chinese, static_cast<std::size_t>(mb * 1e6));
  std::size_t size = 0;
  for (const Passage& passage : passages) size += passage.text.size();
  const double start = seconds();
  auto marking = text::mark(Context::standard(), passages, key.request(7)).value();
  const double marked_at = seconds(), mark_peak = peak_mb();
  passages = inserted(std::move(passages), marking.insertions);
  const auto report = marking.report;
  marking = {};
  std::size_t marked_size = 0;
  for (const Passage& passage : passages) marked_size += passage.text.size();
  const double read_at = seconds();
  const auto records = text::find_records(Context::standard(), passages).value();
  const double found_at = seconds();
  const auto good = key.accepted(records);
  const double verified_at = seconds();
  const auto judgement = text::judge(Context::standard(), passages, records, good).value();
  const double end = seconds();
  std::printf(
      "%-7s %7.1f MB %8llu records  mark %7.3f s  verify %7.3f s (find %.3f, signatures "
      "%.3f, judge %.3f)  +%2.0f %%  coverage %.4f  peak %.0f and "
      "%.0f MB\n",
      chinese ? "Chinese" : "English", static_cast<double>(size) / 1e6,
      static_cast<unsigned long long>(report.blocks), marked_at - start, end - read_at,
      found_at - read_at, verified_at - found_at, end - verified_at,
      100.0 * static_cast<double>(marked_size - size) / static_cast<double>(size),
      judgement.coverage(), mark_peak, peak_mb());
}

// ---------------------------------------------------------------------------------------------
// Edits

std::u32string code_points(std::string_view text) { return decode_utf8(text).value(); }

/// Canonical forms of all units that were ever signed.
std::set<std::string> signed_units(const std::vector<File>& files) {
  std::set<std::string> all;
  for (const File& file : files) {
    const auto units = text::units(paragraphs(file.text)).value();
    for (const text::Unit& unit : units) all.insert(unit.canonical);
  }
  return all;
}

struct Trials {
  std::uint64_t texts = 0, sentences = 0, false_authentic = 0;
};

void judge_trial(const std::vector<Passage>& passages, const std::set<std::string>& known,
                 Trials& trials) {
  const Read result = read(passages);
  ++trials.texts;
  trials.sentences += text::units(passages).value().size();
  for (const text::Piece& piece : result.judgement.pieces) {
    if (piece.outcome != Outcome::authentic && piece.outcome != Outcome::reordered) continue;
    std::vector<Passage> alone;
    for (const auto& [passage, range] : text::ranges_of(piece, passages))
      alone.push_back({Passage::Kind::prose,
                       passages[passage].text.view().substr(range.offset, range.size),
                       {}});
    const std::string canonical = text::canonical_text(alone).value();
    if (known.contains(canonical)) continue;
    ++trials.false_authentic;
    std::printf("  falsely authentic: %s\n", canonical.c_str());
  }
}

/// Records of one text on the sentences of another, and texts with edits in every sentence.
void print_false_authentic(const std::vector<File>& files, std::uint64_t wanted) {
  const TextKey key;
  const std::set<std::string> known = signed_units(files);
  std::mt19937_64 random(1);
  Trials foreign, edited;
  std::vector<std::vector<Passage>> all;
  for (const File& file : files)
    if (file.text.size() < 6000)
      all.push_back(marked(paragraphs(file.text), key.request(random())));
  while (foreign.sentences + edited.sentences < wanted) {
    const auto& from = all[random() % all.size()];
    std::vector<Passage> to;
    const auto& other = all[random() % all.size()];
    if (&other != &from) {  // our records behind each of their paragraphs
      const auto records = text::find_records(Context::standard(), from).value().records;
      for (const Passage& passage : other) {
        Passage plain = passage;
        const auto& record = records[random() % records.size()];
        std::u32string kept;
        for (const char32_t c : code_points(passage.text))
          if (!text::is_selector(c)) kept.push_back(c);
        plain.text = encode_utf8(kept);
        plain.text.own() +=
            from[record.passage].text.view().substr(record.where.offset, record.where.size);
        to.push_back(std::move(plain));
      }
      judge_trial(to, known, foreign);
    }
    std::vector<Passage> changed = from;
    for (Passage& passage : changed) {
      std::u32string characters = code_points(passage.text);
      for (char32_t& c : characters)
        if (!text::is_ignorable(c) && !text::is_white(c) && random() % 30 == 0)
          c = text::is_cjk(c) ? 0x4E00 + random() % 0x5000 : 'a' + random() % 26;
      passage.text = encode_utf8(characters);
    }
    judge_trial(changed, known, edited);
  }
  for (const auto& [name, trials] :
       {std::pair("transplanted", foreign), std::pair("edited", edited)})
    std::printf("%-12s %7llu texts %8llu sentences: %llu falsely authentic\n", name,
                static_cast<unsigned long long>(trials.texts),
                static_cast<unsigned long long>(trials.sentences),
                static_cast<unsigned long long>(trials.false_authentic));
}

std::string bare(std::string text) {
  std::erase(text, ' ');
  return text;
}

/// Replaces and deletes every character in turn: what is not authentic must lie in its unit.
void print_localisation(const std::vector<File>& files) {
  const TextKey key;
  std::uint64_t edits = 0, same = 0, exact = 0, two = 0, wider = 0, between = 0, unseen = 0;
  for (const File& file : files) {
    if (file.text.size() > 1600 || file.name.ends_with(".md")) continue;
    const auto marked_text = marked(paragraphs(file.text), key.request(11));
    const std::string whole = text::canonical_text(marked_text).value();
    const std::size_t units = text::units(marked_text).value().size();
    for (std::size_t p = 0; p < marked_text.size(); ++p) {
      const std::u32string original = code_points(marked_text[p].text);
      for (std::size_t i = 0; i < original.size(); ++i) {
        if (text::is_selector(original[i]) || original[i] == text::kGuard) continue;
        for (const bool remove : {false, true}) {
          std::u32string changed = original;
          if (remove)
            changed.erase(i, 1);
          else
            changed[i] = original[i] == U'\u4E03' ? U'\u4E5D' : U'\u4E03';
          auto edited = marked_text;
          edited[p].text = encode_utf8(changed);
          ++edits;
          // White space between two units is in neither.
          const bool equal = bare(text::canonical_text(edited).value()) == bare(whole);
          const auto judgement = read(edited).judgement;
          const std::size_t lost = units - count_of(judgement, Outcome::authentic);
          same += equal && lost == 0 ? 1 : 0;
          exact += equal && lost == 1 ? 1 : 0;
          exact += !equal && lost == 1 ? 1 : 0;
          two += !equal && lost == 2 ? 1 : 0;
          wider += lost > 2 ? 1 : 0;
          between += !equal && lost == 0 && judgement.coverage() < 1 ? 1 : 0;
          unseen += !equal && lost == 0 && judgement.coverage() == 1 ? 1 : 0;
        }
      }
    }
  }
  std::printf(
      "single-character edits %llu: same wording %llu, exactly the edited unit %llu, text between "
      "units %llu, two units %llu, more %llu, unseen %llu\n",
      static_cast<unsigned long long>(edits), static_cast<unsigned long long>(same),
      static_cast<unsigned long long>(exact), static_cast<unsigned long long>(between),
      static_cast<unsigned long long>(two), static_cast<unsigned long long>(wider),
      static_cast<unsigned long long>(unseen));
}

// ---------------------------------------------------------------------------------------------
// Excerpts

/// A visible character with the hidden ones behind it.
std::vector<std::string> visible_characters(const std::string& text) {
  std::vector<std::string> list;
  for (const char32_t c : code_points(text)) {
    std::string bytes;
    text::append_utf8(bytes, c);
    if (list.empty() || (!text::is_selector(c) && c != text::kGuard))
      list.push_back(bytes);
    else
      list.back() += bytes;
  }
  return list;
}

void print_excerpts(const std::vector<File>& files, text::Density density, const char* name) {
  const TextKey key;
  for (const std::size_t length : {100U, 150U, 200U, 250U, 300U, 400U, 600U}) {
    std::uint64_t tried = 0, good = 0;
    double coverage = 0;
    for (const File& file : files) {
      if (!file.chinese || file.name.ends_with(".md")) continue;
      const auto characters =
          visible_characters(joined(marked(paragraphs(file.text), key.request(3, density))));
      for (std::size_t from = 0; from + length <= characters.size(); ++from) {
        std::string excerpt;
        for (std::size_t i = from; i < from + length; ++i) excerpt += characters[i];
        const auto judgement = read(paragraphs(excerpt)).judgement;
        ++tried;
        good += judgement.authentic > 0 ? 1 : 0;
        coverage += judgement.coverage();
        if (judgement.authentic == 0 && length >= 300 && density == text::Density::normal)
          std::printf("  fails: %s from %zu\n", file.name.c_str(), from);
      }
    }
    if (tried > 0)
      std::printf("%-7s %4zu characters: %5llu of %5llu excerpts verify, mean coverage %.2f\n",
                  name, length, static_cast<unsigned long long>(good),
                  static_cast<unsigned long long>(tried), coverage / static_cast<double>(tried));
  }
}

// ---------------------------------------------------------------------------------------------
// Fingerprints

/// 64-bit SimHash over character pairs of canonical text, the design that was not chosen.
std::uint64_t simhash(const std::string& canonical) {
  const std::u32string text = code_points(canonical);
  std::array<int, 64> sums{};
  for (std::size_t i = 0; i + 3 <= text.size(); ++i) {
    std::uint64_t h = 0;
    for (std::size_t k = 0; k < 3; ++k) h = (h ^ text[i + k]) * 0x9E3779B97F4A7C15U ^ (h >> 29);
    h = (h ^ (h >> 31)) * 0xBF58476D1CE4E5B9U;
    h ^= h >> 30;
    for (std::size_t bit = 0; bit < 64; ++bit) sums[bit] += ((h >> bit) & 1) != 0 ? 1 : -1;
  }
  std::uint64_t hash = 0;
  for (std::size_t bit = 0; bit < 64; ++bit) hash |= std::uint64_t{sums[bit] > 0} << bit;
  return hash;
}

struct Rates {
  std::vector<double> min_hash;  ///< similarities
  std::vector<int> sim_hash;     ///< distances
};

void compare(const std::string& a, const std::string& b, Rates& rates) {
  const auto first = text::fingerprint(paragraphs(a)), second = text::fingerprint(paragraphs(b));
  if (!first || !second) return;
  rates.min_hash.push_back(text::similarity(*first, *second));
  rates.sim_hash.push_back(
      __builtin_popcountll(simhash(text::canonical_text(paragraphs(a)).value()) ^
                           simhash(text::canonical_text(paragraphs(b)).value())));
}

void print_rates(const char* name, Rates rates, bool alike) {
  if (rates.min_hash.empty()) return;
  std::sort(rates.min_hash.begin(), rates.min_hash.end());
  std::sort(rates.sim_hash.begin(), rates.sim_hash.end());
  const std::size_t n = rates.min_hash.size(), near = n / 100, far = n - 1 - near;
  const auto above = std::count_if(rates.min_hash.begin(), rates.min_hash.end(),
                                   [](double s) { return s >= text::kNearDuplicate; });
  const auto within =
      std::count_if(rates.sim_hash.begin(), rates.sim_hash.end(), [](int d) { return d <= 10; });
  std::printf(
      "%-30s %6zu pairs  MinHash %s 1 %%: %.3f, median %.3f, near-duplicate %.4f   SimHash "
      "%s 1 %%: %d, within 10 bits %.4f\n",
      name, n, alike ? "least" : "most", alike ? rates.min_hash[near] : rates.min_hash[far],
      rates.min_hash[n / 2], static_cast<double>(above) / static_cast<double>(n),
      alike ? "most" : "least", alike ? rates.sim_hash[far] : rates.sim_hash[near],
      static_cast<double>(within) / static_cast<double>(n));
}

/// Pieces of about `length` characters.
std::vector<std::string> pieces_of(const std::vector<File>& files, bool chinese,
                                   std::size_t length) {
  std::vector<std::string> pieces;
  for (const File& file : files) {
    if (file.chinese != chinese || file.name.ends_with(".md")) continue;
    const std::u32string all = code_points(file.text);
    for (std::size_t i = 0; i + length / 2 < all.size(); i += length)
      pieces.push_back(encode_utf8(std::u32string_view(all).substr(i, length)));
  }
  return pieces;
}

std::string edited(const std::string& text, double share, std::mt19937_64& random) {
  std::u32string characters = code_points(text);
  for (char32_t& c : characters)
    if (!text::is_white(c) && static_cast<double>(random() % 10000) < share * 10000)
      c = text::is_cjk(c) ? 0x4E00 + random() % 0x3000 : 'a' + random() % 26;
  return encode_utf8(characters);
}

void print_fingerprints(const std::vector<File>& files, bool chinese) {
  std::mt19937_64 random(5);
  const auto pieces = pieces_of(files, chinese, chinese ? 400 : 900);
  Rates unrelated;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    for (std::size_t j = i + 1; j < pieces.size(); ++j) compare(pieces[i], pieces[j], unrelated);
  std::printf("%s\n", chinese ? "Chinese, 400 characters" : "English, 900 characters");
  print_rates("unrelated", unrelated, false);
  for (const auto& [name, share] :
       {std::pair("1 % of characters changed", 0.01), std::pair("3 % of characters changed", 0.03),
        std::pair("10 % of characters changed", 0.10)}) {
    Rates rates;
    for (int round = 0; round < 20; ++round)
      for (const std::string& piece : pieces) compare(piece, edited(piece, share, random), rates);
    print_rates(name, rates, true);
  }
  Rates half;
  for (const std::string& piece : pieces) {
    const std::u32string all = code_points(piece);
    compare(piece, encode_utf8(std::u32string_view(all).substr(0, all.size() / 2)), half);
  }
  print_rates("first half against the whole", half, true);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "text_mark_bench: usage: text_mark_bench FOLDER [trials] [MB]\n");
    return 2;
  }
  const std::vector<File> files = read_folder(argv[1]);
  const std::uint64_t trials = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  const double largest = argc > 3 ? std::strtod(argv[3], nullptr) : 64;
  std::printf("== excerpts of Chinese text\n");
  print_excerpts(files, text::Density::dense, "dense");
  print_excerpts(files, text::Density::normal, "normal");
  std::printf("== edits\n");
  print_localisation(files);
  print_false_authentic(files, trials);
  std::printf("== fingerprints\n");
  print_fingerprints(files, true);
  print_fingerprints(files, false);
  std::printf("== speed, one core, normal density, signatures included\n");
  for (const bool chinese : {true, false})
    for (const double mb : {1.0, 1.0, largest}) print_speed(files, chinese, mb);
  return 0;
}
