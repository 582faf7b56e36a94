// SPDX-License-Identifier: Apache-2.0
// Room `generation`: marks laid while a language model chooses its words. Tokens in, tokens out;
// there is no text and no model in it (text-mark.md section 6, whose numbers stand below).
//
// A statistical mark proves presence, never origin: whoever can detect can also forge, and its
// absence never means that a person wrote the text.
#ifndef SIGNMARK_GENERATION_HPP_
#define SIGNMARK_GENERATION_HPP_

#include <limits>
#include <span>

#include "signmark/base.hpp"

namespace signmark::generation {

/// Id of a token in its tokenizer's vocabulary; not negative.
using Token = std::int32_t;

// ---------------------------------------------------------------------------------------------
// Profiles

enum class Scheme {
  signmark,      ///< ours: exact sampling by exponential races under a keyed PRF (section 6.2)
  synthid_hf,    ///< SynthID-Text as in Hugging Face transformers on a CPU (section 6.1)
  synthid_2025,  ///< SynthID-Text as in Google's repository since June 2025 (section 6.1)
  gumbel_vllm,   ///< Gumbel-max of vLLM, `philox4x32-10-v1` (section 6.3)
  kgw_lefthash,  ///< green lists of Hugging Face transformers on a CPU (section 6.4)
  kgw_selfhash
};

/// "signmark", "synthid-hf", "synthid-2025", "gumbel-vllm", "kgw-lefthash", "kgw-selfhash".
std::string_view scheme_name(Scheme scheme);
std::optional<Scheme> scheme_from_name(std::string_view name);

/// What marking and detecting must agree on. The foreign schemes are for interoperability: each has
/// the key that its own program takes, and 16 effective bits a layer (SynthID) or 64 bits at most.
struct Profile {
  Scheme scheme = Scheme::signmark;
  /// signmark: the 32 bytes of keys::Medium::text; the stream below it is named "generation/1".
  std::array<Byte, 32> text_key{};
  std::vector<std::int64_t> layer_keys;  ///< synthid: one a layer, 1 to 64
  std::uint64_t seed = 0;                ///< gumbel_vllm: the key; kgw: the hashing key
  /// Tokens before a token that decide about it, 1 to 16; 0: the scheme's own default (signmark 2,
  /// and up to 3 more where these were there before; synthid and gumbel_vllm 4, kgw_lefthash 1,
  /// kgw_selfhash 4 with the token itself).
  int context_width = 0;
  /// signmark: so many tokens at the beginning of an answer are drawn freely. With 0 the same
  /// question under the same key gets the same answer; a chat wants 2 or more.
  std::uint32_t free_tokens = 0;
  std::uint32_t vocabulary = 0;  ///< kgw: size of the model's output; others ignore it
  double green_ratio = 0.25;     ///< kgw: gamma
  double bias = 2;               ///< kgw: delta, added to green logits
  /// signmark: 0, or 8 to 16 bits that each text carries by choosing its key (section 6.10).
  int payload_bits = 0;
  std::uint32_t payload = 0;  ///< marking: below 2^payload_bits
  /// SHA-256 of the tokenizer's vocabulary, hex; kept for whoever detects, not used here. May be
  /// empty.
  std::string tokenizer;
};

/// Reads a profile: one JSON object with `scheme` and the fields above by their names, without
/// `text_key`; `layer_keys` is a list of integers; `seed` an integer, or a text of decimal digits
/// above 2^53. Errors: `base.json.*`, `generation.profile` (unknown or wrong field; `where` names
/// it).
Result<Profile> parse_profile(std::string_view json);

// ---------------------------------------------------------------------------------------------
// Marking

/// What the marked tokens should be worth to a detector with the key; from the model's own
/// probabilities.
struct Forecast {
  std::size_t marked = 0;          ///< tokens chosen under the mark so far
  double log10_p = 0;              ///< expected evidence so far; at most 0
  double bits_per_token = 0;       ///< mean entropy of the model's choice, where it was marked
  std::size_t tokens_for_1e9 = 0;  ///< about so many tokens reach p = 1e-9; 0: unknown yet
};

/// The mark of one answer. Stands after top-k, top-p and temperature. Copying it clones the state.
/// Not thread-safe.
class Marker {
 public:
  /// Checks the profile and that a short sample that it marks is detected again.
  /// Errors: `generation.profile`, `generation.self-test` (internal).
  static Result<Marker> create(const Profile& profile);
  Marker(const Marker& other);
  Marker& operator=(const Marker& other);
  Marker(Marker&&) noexcept;
  Marker& operator=(Marker&&) noexcept;
  ~Marker();

  /// Begins a new answer: the next token is its first.
  void reset();
  /// A token that was generated, marked or not. Tokens of the prompt are not accepted here, except
  /// for the kgw schemes, where Hugging Face counts them as context.
  void accept(Token token);
  /// Lays the mark on the logits of one choice; logits of 0 probability may be -infinity.
  /// - Sampling from the softmax of the changed logits gives the marked token, for every scheme.
  /// - The answer is the chosen index for schemes that choose themselves (signmark, gumbel_vllm):
  ///   all other logits are -infinity then.
  /// - Nothing changes and nothing is chosen when the context was there before in this answer, is
  ///   not complete yet, or there are fewer than two candidates: repeated contexts are never
  ///   marked.
  /// - `ids` are distinct and as many as `logits`; NaN counts as -infinity.
  /// Errors: `generation.candidates` (sizes differ, a negative id, none above -infinity).
  Result<std::optional<std::size_t>> process(std::span<const Token> ids, std::span<float> logits);
  [[nodiscard]] Forecast forecast() const;

 private:
  struct State;
  explicit Marker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// ---------------------------------------------------------------------------------------------
// Detecting

struct DetectOptions {
  /// Only tokens [from, to) are scored: a prompt before them is excluded, also as context (except
  /// for kgw).
  std::size_t from = 0;
  std::size_t to = std::numeric_limits<std::size_t>::max();
  bool scan = true;          ///< windows too, for text in which marked parts are diluted
  double log10_budget = -9;  ///< false-positive probability for which a text counts as marked
};

/// A stretch of tokens that is marked by itself.
struct Region {
  std::size_t from = 0, to = 0;
  double log10_p = 0;  ///< of its best window, times the number of windows tried
};

/// What was found, and how sure that is.
struct Detection {
  /// What the numbers come to; never "absent": too short a text and an unmarked one look the same
  /// below the length that would show a mark.
  enum class Answer { present, not_found, not_enough_tokens };
  Answer answer = Answer::not_found;
  std::size_t n_tokens = 0;  ///< in the range
  std::size_t n_scored = 0;  ///< with a complete context that occurs for the first time
  std::size_t n_dup = 0;     ///< left out because their context was there before
  double statistic = 0;  ///< of the whole range: sum of scores (gumbel, signmark), mean weighted g
                         ///< (synthid), green tokens (kgw)
  double log10_p = 0;    ///< of the whole range; exact for the statistic, times 2^payload_bits
  double log10_p_scan = 0;      ///< of the best window, times the number of windows and payloads
  std::size_t windows = 0;      ///< that were tried
  std::vector<Region> regions;  ///< merged windows that are below the budget, ascending
  std::optional<std::uint32_t> payload;  ///< the likeliest; only when present
  std::vector<float> scores;             ///< one a token of the whole input; NaN: not scored
  std::size_t tokens_needed = 0;  ///< about so many scored tokens reach the budget; 0: not known
  std::string note;               ///< the same for people; may be empty

  /// Of whole range and windows together (twice the smaller).
  [[nodiscard]] double log10_p_best() const;
};

/// Finds marks of one profile. Thread-safe.
class Detector {
 public:
  /// Errors: as Marker::create.
  static Result<Detector> create(const Profile& profile);
  Detector(Detector&&) noexcept;
  Detector& operator=(Detector&&) noexcept;
  ~Detector();

  /// Errors: `generation.range` (from above to, or beyond the end), `generation.candidates` (a
  /// negative id).
  [[nodiscard]] Result<Detection> detect(std::span<const Token> ids,
                                         const DetectOptions& options = {}) const;

 private:
  struct State;
  explicit Detector(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signmark::generation

#endif  // SIGNMARK_GENERATION_HPP_
