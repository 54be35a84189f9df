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
      {"pow", "pow(a, b)", "c = a^b", "da = dc b a^(b-1), db = dc c ln a", "broadcast", "shapes that do not broadcast"},
      {"minimum", "minimum(a, b)", "c = the smaller of a and b", "dc to the smaller, half each where equal", "broadcast", "shapes that do not broadcast"},
      {"maximum", "maximum(a, b)", "c = the larger of a and b", "dc to the larger, half each where equal", "broadcast", "shapes that do not broadcast"},
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
      {"pow", [](Xs x) { return pow(x[0], x[1]); }, elementwise([](double a, double b) { return std::pow(a, b); }), broadcasting(2), {0, 3}},
      {"pow_to_negatives", [](Xs x) { return pow(x[0], -x[1]); }, elementwise([](double a, double b) { return 1 / std::pow(a, b); }), broadcasting(2), {0, 3}},
      {"pow_of_a_number", [](Xs x) { return pow(3, x[0]); }, elementwise([](double b) { return std::pow(3, b); }), equal(1)},
      {"pow_to_2", [](Xs x) { return pow(x[0], 2); }, elementwise([](double v) { return v * v; }), equal(1)},
      {"pow_to_3", [](Xs x) { return pow(x[0], 3); }, elementwise([](double v) { return v * v * v; }), equal(1)},
      {"pow_to_0", [](Xs x) { return pow(x[0], 0); }, elementwise([](double) { return 1.0; }), equal(1)},
      {"pow_to_minus_1", [](Xs x) { return pow(x[0], -1); }, elementwise([](double v) { return 1 / v; }), equal(1)},
      {"pow_to_a_half", [](Xs x) { return pow(x[0], Scalar(0.5)); }, elementwise([](double v) { return std::sqrt(v); }), equal(1), {0, 4}},
      {"minimum", [](Xs x) { return minimum(x[0], x[1]); }, elementwise([](double a, double b) { return a < b ? a : b; }), broadcasting(2)},
      {"maximum", [](Xs x) { return maximum(x[0], x[1]); }, elementwise([](double a, double b) { return a < b ? b : a; }), broadcasting(2)},
  };
  // clang-format on
  return family;
}

}  // namespace gradus::test
