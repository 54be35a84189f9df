#include "tests/autograd/table/rows.h"

namespace gradus::test {

Family arithmetic_family() {
  Family family{"Arithmetic", {}, {}};
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"add", "a + b", "c = a + b", "da = dc, db = dc", "broadcast", "shapes that do not broadcast"},
      {"sub", "a - b", "c = a - b", "da = dc, db = -dc", "broadcast", "shapes that do not broadcast"},
      {"mul", "a * b", "c = a b", "da = dc b, db = dc a", "broadcast", "shapes that do not broadcast"},
      {"div", "a / b", "c = a / b", "da = dc / b, db = -dc c / b", "broadcast", "shapes that do not broadcast"},
      {"neg", "-x", "y = -x", "dx = -dy", "any", ""},
      {"where", "where(condition, a, b)", "y = a where condition is not 0, else b", "da = dy there, db = dy elsewhere, none for the condition", "broadcast", "shapes that do not broadcast"},
  };
  family.rows = {
      // name, function, reference, shapes, range of the inputs
      {"add", [](Xs x) { return x[0] + x[1]; }, elementwise([](double a, double b) { return a + b; }), broadcasting(2)},
      {"sub", [](Xs x) { return x[0] - x[1]; }, elementwise([](double a, double b) { return a - b; }), broadcasting(2)},
      {"mul", [](Xs x) { return x[0] * x[1]; }, elementwise([](double a, double b) { return a * b; }), broadcasting(2)},
      {"div", [](Xs x) { return x[0] / x[1]; }, elementwise([](double a, double b) { return a / b; }), broadcasting(2)},
      {"neg", [](Xs x) { return -x[0]; }, elementwise([](double v) { return -v; }), equal(1)},
      {"where", [](Xs x) { return where(x[0] > 0, x[1], x[2]); },
       elementwise([](double c, double a, double b) { return c > 0 ? a : b; }), broadcasting(3)},
  };
  // clang-format on
  return family;
}

}  // namespace gradus::test
