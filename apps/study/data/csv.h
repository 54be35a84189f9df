// Tables of numbers as comma-separated text: what most programs can write.
//
//     3.5,-1e-3,  7
//     4.5, 2e+3, +8
//
// One row a line (LF or CRLF), each with the same number of decimal numbers;
// blanks around a number are allowed, quotes are not. A byte order mark and
// blank lines at the end are skipped, and so is a first line in which no field
// is a number: a header. Numbers that are not finite (nan, inf) are refused.
//
// Thread safety: free functions without state, and plain values.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "tensor/scalar.h"

namespace gradus::study {

struct NumberTable {
  Index rows = 0;
  Index columns = 0;
  std::vector<double> values;  ///< [rows][columns]
  Index header_lines = 0;      ///< 0 or 1

  std::span<const double> row(Index i) const {
    return std::span(values).subspan(static_cast<std::size_t>(i * columns),
                                     static_cast<std::size_t>(columns));
  }
  /// The line of the file, counted from 1, that holds row `i`.
  Index line(Index i) const { return header_lines + i + 1; }
};

/// The table in the file `path`, gzipped or not. Throws `Error`, naming file,
/// line and column (both counted from 1; a column is a field), where
/// `read_maybe_gzip` does, a field is no number, rows differ in length, or there
/// is no row; and where it has not `columns` columns, if that is not 0.
NumberTable read_csv(const std::filesystem::path& path, std::size_t max_bytes, Index columns = 0);

/// The same from the file's inflated `content`; `path` serves the messages.
NumberTable parse_csv(std::string_view content, const std::filesystem::path& path);

}  // namespace gradus::study
