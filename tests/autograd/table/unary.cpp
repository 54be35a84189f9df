#include "tests/autograd/table/rows.h"

namespace gradus::test {

Family unary_family() {
  Family family{"Functions of one variable", {}, {}};
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"exp", "exp(x)", "y = e^x", "dx = dy y", "any", ""},
      {"log", "log(x)", "y = ln x", "dx = dy / x", "any", ""},
      {"sqrt", "sqrt(x)", "y = sqrt x", "dx = dy / (2 y)", "any", ""},
      {"abs", "abs(x)", "y = |x|", "dx = dy sign x, 0 at 0", "any", ""},
      {"square", "square(x)", "y = x^2", "dx = 2 dy x", "any", ""},
      {"sigmoid", "sigmoid(x)", "y = 1 / (1 + e^-x)", "dx = dy y (1 - y)", "any", ""},
      {"tanh", "tanh(x)", "y = tanh x", "dx = dy (1 - y^2)", "any", ""},
      {"relu", "relu(x)", "y = max(x, 0)", "dx = dy where x > 0, else 0", "any", ""},
      {"selu", "selu(x)", "y = s x where x > 0, else s a (e^x - 1); s = 1.0507..., a = 1.6733...", "dx = dy s where x > 0, else dy (y + s a)", "any", ""},
      {"elu", "elu(x)", "y = x where x > 0, else e^x - 1", "dx = dy where x > 0, else dy (y + 1)", "any", ""},
      {"softplus", "softplus(x)", "y = ln(1 + e^x)", "dx = dy sigmoid(x)", "any", ""},
      {"linear", "activate(x, Activation::linear)", "y = x", "dx = dy", "any", ""},
  };
  family.rows = {
      // name, function, reference, shapes, range of the inputs
      {"exp", [](Xs x) { return exp(x[0]); }, elementwise([](double v) { return std::exp(v); }), equal(1)},
      {"log", [](Xs x) { return log(x[0]); }, elementwise([](double v) { return std::log(v); }), equal(1), {0, 4}},
      {"sqrt", [](Xs x) { return sqrt(x[0]); }, elementwise([](double v) { return std::sqrt(v); }), equal(1), {0, 4}},
      {"abs", [](Xs x) { return abs(x[0]); }, elementwise([](double v) { return v > 0 ? v : -v; }), equal(1)},
      {"square", [](Xs x) { return square(x[0]); }, elementwise([](double v) { return v * v; }), equal(1)},
      {"sigmoid", [](Xs x) { return sigmoid(x[0]); }, elementwise(sigmoid_of), equal(1), {-6, 6}},
      {"tanh", [](Xs x) { return tanh(x[0]); }, elementwise([](double v) { return std::tanh(v); }), equal(1), {-4, 4}},
      {"relu", [](Xs x) { return relu(x[0]); }, elementwise(relu_of), equal(1)},
      {"selu", [](Xs x) { return selu(x[0]); }, elementwise(selu_of), equal(1), {-4, 4}},
      {"elu", [](Xs x) { return elu(x[0]); }, elementwise(elu_of), equal(1), {-4, 4}},
      {"softplus", [](Xs x) { return softplus(x[0]); }, elementwise(softplus_of), equal(1), {-6, 6}},
      {"linear", [](Xs x) { return activate(x[0], Activation::linear); }, elementwise(linear), equal(1)},
  };
  // clang-format on
  return family;
}

}  // namespace gradus::test
