#include "apps/study/data/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

#include "apps/study/data/gzip.h"
#include "apps/study/text/encoding.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t";

// Takes what stands before the first `end` off `text`, and `end` with it.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

std::string_view take_line(std::string_view& text) {
  std::string_view line = take_until(text, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view trimmed(std::string_view field) {
  const std::size_t begin = field.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return field.substr(begin, field.find_last_not_of(kBlanks) + 1 - begin);
}

bool is_blank(std::string_view text) { return trimmed(text).empty(); }

// What a field is read as: a number, however large, or no number at all.
struct Field {
  bool is_number;
  bool fits;  // and is a finite double
  double value;
};

Field read_field(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.substr(1).starts_with('-')) text.remove_prefix(1);
  Field field{.is_number = false, .fits = false, .value = 0};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), field.value);
  field.is_number = error != std::errc::invalid_argument && end == text.data() + text.size();
  field.fits = field.is_number && error == std::errc() && std::isfinite(field.value);
  return field;
}

bool is_header(std::string_view line) {
  while (!line.empty()) {
    if (read_field(take_until(line, ',')).is_number) return false;
  }
  return true;
}

// `text` as a message shows it: clean, and not the megabytes it may be.
std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 40;
  if (text.size() <= kShown) return '"' + clean_line(text) + '"';
  std::size_t end = kShown;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not within a character
  return '"' + clean_line(text.substr(0, end)) + "\"...";
}

}  // namespace

NumberTable parse_csv(std::string_view content, const std::filesystem::path& path) {
  const std::string name = path.string();
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  NumberTable table;
  std::string_view rest = content;
  const std::string_view first = take_line(rest);
  if (!is_blank(first) && is_header(first)) {
    table.header_lines = 1;
    content = rest;
  }

  while (!content.empty()) {
    std::string_view line = take_line(content);
    const Index number = table.line(table.rows);
    if (is_blank(line)) {
      // Looks through the rest of the file, but once: either way it ends here.
      if (content.find_first_not_of(" \t\r\n") == std::string_view::npos) break;
      fail("{}: line {}: got a blank line, expected numbers or the end of the file", name, number);
    }
    const auto fields = static_cast<Index>(std::ranges::count(line, ',')) + 1;
    if (table.rows == 0) table.columns = fields;
    if (fields != table.columns) {
      fail("{}: line {}: got {} fields, expected {} as in line {}", name, number, fields,
           table.columns, table.line(0));
    }
    for (Index column = 1; column <= fields; ++column) {
      const std::string_view text = take_until(line, ',');
      const Field field = read_field(text);
      if (!field.fits) {
        fail("{}: line {}, column {}: got {}, expected {}", name, number, column, quoted(text),
             field.is_number ? "a finite number of double precision" : "a decimal number");
      }
      table.values.push_back(field.value);
    }
    ++table.rows;
  }
  if (table.rows == 0) {
    fail("{}: got {}, expected rows of comma-separated numbers", name,
         table.header_lines > 0 ? fmt::format("only the header {}", quoted(first))
                                : "an empty file");
  }
  return table;
}

NumberTable read_csv(const std::filesystem::path& path, std::size_t max_bytes, Index columns) {
  NumberTable table = parse_csv(read_maybe_gzip(path, max_bytes), path);
  if (columns != 0 && table.columns != columns) {
    fail("{}: got {} columns, expected {}", path.string(), table.columns, columns);
  }
  return table;
}

}  // namespace gradus::study
