#include "optim/progress_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gradus::optim {

std::string duration(double seconds) {
  const auto s = static_cast<long>(std::lround(seconds));
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return fmt::format("{}m {:02}s", s / 60, s % 60);
  return fmt::format("{}h {:02}m", s / 3600, s / 60 % 60);
}

std::string bar(Index done, Index total) {
  constexpr int kWidth = 25;
  const auto filled = static_cast<std::size_t>(done * kWidth / std::max<Index>(1, total));
  std::string text(kWidth, '.');
  text.replace(0, filled, filled, '=');
  if (filled < kWidth) text[filled] = '>';
  return text;
}

void show(std::FILE* stream, const std::string& text) {
  std::fputs(text.c_str(), stream);
  std::fflush(stream);
}

}  // namespace gradus::optim
