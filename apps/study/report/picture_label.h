// Short texts as pixels, for the labels above images.
//
// Thread safety: free functions without state, and plain values.
#pragma once

#include <string_view>
#include <vector>

namespace gradus::study {

/// A text as filled rectangles, in pixels of the font, y downwards from the top
/// of the line.
struct LabelPixels {
  struct Box {
    int left, top, right, bottom;  ///< right and bottom are one past the last
  };
  std::vector<Box> boxes{};
  int width = 0;
};

/// Height of a line in pixels of the font, what hangs below the letters included.
constexpr int kLabelHeight = 10;

/// `text` in the font of stb_easy_font, which has printable ASCII: every other
/// character of UTF-8 is a '?'.
LabelPixels label_pixels(std::string_view text);

}  // namespace gradus::study
