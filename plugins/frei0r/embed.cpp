// SPDX-License-Identifier: Apache-2.0
// signmark_embed.so: lays the robust mark, and the visible label when it is wanted, into pictures.
#include <cstdio>
#include <cstring>
#include <exception>

#include "common/picture_marker.hpp"
#include "instance.hpp"

namespace signmark_frei0r {
namespace {

using signmark_host::Wish;

constexpr const char* kName = "signmark_embed";

enum Index : std::size_t { key, strength, label, content_id, carrier, text, corner, height };

const std::vector<Parameter>& parameters() {
  static const auto& table = *new std::vector<Parameter>{
      {"key", "Signing key: id or label; empty: the newest; none: no signature", Kind::name},
      {"strength", "0 invisible, 0.25 default, 1 strong", Kind::number, Wish().strength},
      {"label", "Draw the visible label, too", Kind::flag},
      {"content-id", "16 hex digits; empty: drawn once for the process and the key", Kind::name},
      {"carrier", "Carrier key: public (also when empty), both, or a private key's name",
       Kind::name},
      {"label-text", "Whole text of the visible label; empty: that of the standard", Kind::text},
      {"label-corner",
       "bottom-right, bottom-left, top-right, top-left, bottom or top; empty: the library's choice",
       Kind::name},
      {"label-size", "Height of the label's glyphs over the shorter side, 0.05 to 0.5; 0: default",
       Kind::number}};
  return table;
}

class Embedder final : public Instance {
 public:
  Embedder(unsigned width, unsigned height) : Instance(parameters(), width, height) {}

 private:
  void handle(const smk_frame& frame, double seconds) noexcept override;
  bool mark(const smk_frame& frame, double seconds);
  [[nodiscard]] Wish wish() const;

  bool settled_ = false;  // the values were looked at
  unsigned seen_changes_ = 0;
  std::string problem_;  // of values or host
  signmark_host::PictureMarker marker_;
  signmark_host::Complaint complaint_{kName};
};

Wish Embedder::wish() const {
  Wish wish;
  wish.key = values().text(Index::key);
  wish.strength = values().number(Index::strength);
  wish.label = values().flag(Index::label);
  wish.content_id = values().text(Index::content_id);
  wish.carrier = values().text(Index::carrier);
  wish.label_text = values().text(Index::text);
  wish.corner = values().text(Index::corner);
  wish.label_height = values().number(Index::height);
  return wish;
}

// False: the picture is unchanged.
bool Embedder::mark(const smk_frame& frame, double seconds) {
  if (!settled_ || seen_changes_ != values().changes()) {
    seen_changes_ = values().changes();
    problem_ = problem();
    marker_.set_wish(wish());
    settled_ = true;
  }
  if (!problem_.empty()) return false;
  const bool marked = marker_.mark(film(), frame, seconds);
  const std::string drawn = marker_.take_drawn_id();
  if (!drawn.empty()) std::fprintf(stderr, "%s: content id %s\n", kName, drawn.c_str());
  return marked;
}

void Embedder::handle(const smk_frame& frame, double seconds) noexcept {
  try {
    if (mark(frame, seconds)) return;
  } catch (const std::exception&) {  // ours alone: the library throws nothing
    problem_ = "no memory";          // short enough to need none
    settled_ = false;
  }
  const std::string& why = problem_.empty() ? marker_.refusal() : problem_;
  if (complaint_.passes(why)) return;
  const smk_film form = film();
  if (smk_paint_slate(&form, &frame, why.c_str(), nullptr) != SMK_OK)
    std::memset(frame.planes[0], 0, bytes());
}

}  // namespace

const Plugin& plugin() {
  static const Plugin plugin{kName,
                             "Marks AI-generated video: robust mark and visible label",
                             1,
                             0,
                             parameters(),
                             [](unsigned width, unsigned height) -> std::unique_ptr<Instance> {
                               return std::make_unique<Embedder>(width, height);
                             }};
  return plugin;
}

}  // namespace signmark_frei0r
