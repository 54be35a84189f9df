#include "apps/study/data/csv.h"

#include <algorithm>
#include <cmath>

#include "tests/fuzz/target.h"

namespace gradus::test {

const FuzzTarget csv(
    "csv",
    [] {
      return std::vector<std::string>{"3.5,-1e-3,  7\n4.5, 2e+3, +8\n",
                                      "\xEF\xBB\xBFindex,\"mae\"\r\n0,1e308\r\n1, .5\t\r\n\r\n"};
    },
    [](std::string_view bytes) {
      const study::NumberTable table = study::parse_csv(bytes, "fuzz.csv");
      require(table.rows > 0 && table.columns > 0 &&
                  std::ssize(table.values) == table.rows * table.columns,
              "there are rows of equal length");
      require(std::ranges::all_of(table.values, [](double x) { return std::isfinite(x); }),
              "numbers are finite");
    });

}  // namespace gradus::test
