#include "apps/study/report/picture_label.h"

#include <stb/stb_easy_font.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace gradus::study {
namespace {

// Also what keeps the font's tables, which have no bounds of their own, safe.
std::string printable(std::string_view text) {
  std::string ascii;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xC0) == 0x80;  // the rest of a character of UTF-8
    if (!continues) ascii += c >= ' ' && c <= '~' ? c : '?';
  }
  return ascii;
}

}  // namespace

LabelPixels label_pixels(std::string_view text) {
  std::string ascii = printable(text);
  LabelPixels pixels;
  if (ascii.empty()) return pixels;
  // Four corners of 16 bytes a rectangle; the busiest letter has 11.
  constexpr size_t kCorner = 16;
  std::vector<char> corners(ascii.size() * 11 * 4 * kCorner);
  const int count = stb_easy_font_print(0, 0, ascii.data(), nullptr, corners.data(),
                                        static_cast<int>(corners.size()));
  for (int i = 0; i < count; ++i) {
    const auto at = [&](int corner, int axis) {
      float value = 0;
      const size_t place = (static_cast<size_t>(i) * 4 + static_cast<size_t>(corner)) * kCorner;
      std::memcpy(&value, corners.data() + place + static_cast<size_t>(axis) * sizeof value,
                  sizeof value);
      return static_cast<int>(value);
    };
    pixels.boxes.push_back({at(0, 0), at(0, 1), at(2, 0), at(2, 1)});
    pixels.width = std::max(pixels.width, at(2, 0));
  }
  return pixels;
}

}  // namespace gradus::study
