// SPDX-License-Identifier: Apache-2.0
// Looks through the font folders without fontconfig: few labels need it, and servers often lack it.
#include "label/font_find.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"

namespace signmark::label {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFonts = 4'000;  // files looked at; a full TeX installation has about 3000
constexpr int kMaxDepth = 6;

bool is_font(const fs::path& path) {
  const std::string extension = path.extension().string();
  return iequals(extension, ".ttf") || iequals(extension, ".otf") || iequals(extension, ".ttc");
}

void collect(const fs::path& folder, std::vector<fs::path>& fonts) {
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                         error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    if (entry.depth() >= kMaxDepth) entry.disable_recursion_pending();
    if (fonts.size() < kMaxFonts && is_font(entry->path())) fonts.push_back(entry->path());
  }
}

/// Lower is better: upright sans serif faces are legible when small, bold ones most of all.
int rank(const fs::path& path) {
  const std::string name = path.filename().string();
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  int score = has("Sans") || has("Gothic") || has("Hei") ? 0 : 4;
  if (!has("Bold")) score += 1;
  if (has("Italic") || has("Oblique") || has("Condensed") || has("Mono")) score += 8;
  return score;
}

tl::unexpected<Error> missing(char32_t character, const std::string& font, std::string hint) {
  const std::string shown = printable(encode_utf8(std::u32string(1, character)));
  return fail("label.font.missing-glyph",
              fmt::format("{} lacks the character \"{}\" (U+{:04X})", font, shown,
                          static_cast<std::uint32_t>(character)),
              {}, std::move(hint));
}

}  // namespace

std::vector<fs::path> system_font_folders() {
  std::vector<fs::path> folders = {"/usr/share/fonts", "/usr/local/share/fonts",
                                   "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts"};
  if (const char* home = std::getenv("HOME")) {
    folders.emplace_back(fs::path(home) / ".local/share/fonts");
    folders.emplace_back(fs::path(home) / ".fonts");
    folders.emplace_back(fs::path(home) / "Library/Fonts");
  }
  std::erase_if(folders, [](const fs::path& folder) {
    std::error_code error;
    return !fs::is_directory(folder, error);
  });
  return folders;
}

Result<FontFace> find_font(const std::string& font_file, std::u32string_view text,
                           const std::vector<fs::path>& folders) {
  if (!font_file.empty()) {
    SIGNMARK_ASSIGN(FontFace face, FontFace::open(font_file, text));
    if (const auto lacking = face.first_missing(text))
      return missing(*lacking, "the font " + font_file, "give another font with --font FILE");
    return face;
  }
  SIGNMARK_ASSIGN(FontFace built_in, FontFace::built_in());
  const auto lacking = built_in.first_missing(text);
  if (!lacking) return built_in;

  std::vector<fs::path> fonts;
  for (const fs::path& folder : folders) collect(folder, fonts);
  // By rank, then by name, so that the same machine always draws the same label.
  std::sort(fonts.begin(), fonts.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(rank(a), a.native()) < std::pair(rank(b), b.native());
  });
  for (const fs::path& font : fonts) {
    auto face = FontFace::open(font.string(), text);
    if (face && !face->first_missing(text)) return std::move(*face);
  }
  return missing(*lacking, "the built-in font",
                 "no system font has the whole text either; give one with --font FILE");
}

}  // namespace signmark::label
