#include "apps/study/text/encoding.h"

#include <algorithm>
#include <cstdint>

namespace gradus::study {
namespace {

uint32_t byte_at(std::string_view text, size_t i) { return static_cast<unsigned char>(text[i]); }

// The length of the valid sequence that begins at `i`, or 0. Overlong forms,
// surrogates and anything above U+10FFFF are invalid, as The Unicode Standard,
// table 3-7 "Well-Formed UTF-8 Byte Sequences", has it.
size_t sequence_length(std::string_view text, size_t i) {
  const uint32_t lead = byte_at(text, i);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                        : lead >= 0xE0 && lead <= 0xEF ? 3
                        : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                       : 0;
  if (length == 0 || i + length > text.size()) return 0;
  // Only the second byte has a range that depends on the first.
  const uint32_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const uint32_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte_at(text, i + 1) < low || byte_at(text, i + 1) > high) return 0;
  for (size_t k = 2; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xC0) != 0x80) return 0;
  }
  return length;
}

// Whether the valid sequence that begins at `i` is a control character but newline
// and tab: U+0000 to U+001F, U+007F to U+009F.
bool is_control(std::string_view text, size_t i) {
  const uint32_t lead = byte_at(text, i);
  if (lead == 0xC2) return byte_at(text, i + 1) < 0xA0;
  return (lead < 0x20 && lead != '\n' && lead != '\t') || lead == 0x7F;
}

}  // namespace

std::string clean_utf8(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string clean;
  clean.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = sequence_length(text, i);
    const bool shown = length > 0 && !is_control(text, i);
    clean += shown ? text.substr(i, length) : kReplacement;
    i += std::max<size_t>(1, length);
  }
  return clean;
}

std::string clean_line(std::string_view text) {
  std::string line = clean_utf8(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return line;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = byte_at(bytes, i) << 16;
    if (left > 1) group |= byte_at(bytes, i + 1) << 8;
    if (left > 2) group |= byte_at(bytes, i + 2);
    text += kDigits[group >> 18];
    text += kDigits[group >> 12 & 63];
    text += left > 1 ? kDigits[group >> 6 & 63] : '=';
    text += left > 2 ? kDigits[group & 63] : '=';
  }
  return text;
}

}  // namespace gradus::study
