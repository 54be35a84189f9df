#include "tests/autograd/table/rows.h"

namespace gradus::test {
namespace {

double normal_cdf_of(double x) { return (1 + std::erf(x / std::sqrt(2.0))) / 2; }

}  // namespace

Family unary_family() {
  Family family{"Functions of one variable", {}, {}};
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"exp", "exp(x)", "y = e^x", "dx = dy y", "any", ""},
      {"expm1", "expm1(x)", "y = e^x - 1", "dx = dy (y + 1)", "any", ""},
      {"log", "log(x)", "y = ln x", "dx = dy / x", "any", ""},
      {"log1p", "log1p(x)", "y = ln(1 + x)", "dx = dy / (1 + x)", "any", ""},
      {"sqrt", "sqrt(x)", "y = sqrt x", "dx = dy / (2 y)", "any", ""},
      {"abs", "abs(x)", "y = |x|", "dx = dy sign x, 0 at 0", "any", ""},
      {"square", "square(x)", "y = x^2", "dx = 2 dy x", "any", ""},
      {"sign", "sign(x)", "y = x / |x|, 0 at 0", "0", "any", ""},
      {"clip", "clip(x, low, high)", "y = the nearest to x in [low, high]; {} for no bound", "dx = dy where low <= x <= high, else 0", "any", "unless low <= high"},
      {"sigmoid", "sigmoid(x)", "y = 1 / (1 + e^-x)", "dx = dy y (1 - y)", "any", ""},
      {"tanh", "tanh(x)", "y = tanh x", "dx = dy (1 - y^2)", "any", ""},
      {"relu", "relu(x)", "y = max(x, 0)", "dx = dy where x > 0, else 0", "any", ""},
      {"leaky_relu", "leaky_relu(x, slope)", "y = x where x > 0, else slope x; slope = 0.01", "dx = dy where x > 0, else slope dy", "any", ""},
      {"selu", "selu(x)", "y = s x where x > 0, else s a (e^x - 1); s = 1.0507..., a = 1.6733...", "dx = dy s where x > 0, else dy (y + s a)", "any", ""},
      {"elu", "elu(x)", "y = x where x > 0, else e^x - 1", "dx = dy where x > 0, else dy (y + 1)", "any", ""},
      {"softplus", "softplus(x)", "y = ln(1 + e^x)", "dx = dy sigmoid(x)", "any", ""},
      {"gelu", "gelu(x)", "y = x P with P = normal_cdf(x)", "dx = dy (P + x e^(-x^2 / 2) / sqrt(2 pi))", "any", ""},
      {"silu", "silu(x)", "y = x s with s = sigmoid(x)", "dx = dy s (1 + x (1 - s))", "any", ""},
      {"normal_cdf", "normal_cdf(x)", "y = (1 + erf(x / sqrt 2)) / 2", "dx = dy e^(-x^2 / 2) / sqrt(2 pi)", "any", ""},
      {"linear", "activate(x, Activation::linear)", "y = x", "dx = dy", "any", ""},
  };
  family.rows = {
      // name, function, reference, shapes, range of the inputs
      {"exp", [](Xs x) { return exp(x[0]); }, elementwise([](double v) { return std::exp(v); }), equal(1)},
      {"expm1", [](Xs x) { return expm1(x[0]); }, elementwise([](double v) { return std::exp(v) - 1; }), equal(1)},
      {"log", [](Xs x) { return log(x[0]); }, elementwise([](double v) { return std::log(v); }), equal(1), {0, 4}},
      {"log1p", [](Xs x) { return log1p(x[0]); }, elementwise([](double v) { return std::log(1 + v); }), equal(1), {-1, 4}},
      {"sqrt", [](Xs x) { return sqrt(x[0]); }, elementwise([](double v) { return std::sqrt(v); }), equal(1), {0, 4}},
      {"abs", [](Xs x) { return abs(x[0]); }, elementwise([](double v) { return v > 0 ? v : -v; }), equal(1)},
      {"square", [](Xs x) { return square(x[0]); }, elementwise([](double v) { return v * v; }), equal(1)},
      {"sign", [](Xs x) { return sign(x[0]); }, elementwise([](double v) { return v > 0 ? 1.0 : -1.0; }), equal(1)},
      {"clip", [](Xs x) { return clip(x[0], -1, 2); }, elementwise([](double v) { return v < -1 ? -1 : (v > 2 ? 2 : v); }), equal(1), {-4, 4}},
      {"clip_below", [](Xs x) { return clip(x[0], -1, {}); }, elementwise([](double v) { return v < -1 ? -1 : v; }), equal(1), {-4, 4}},
      {"clip_above", [](Xs x) { return clip(x[0], {}, 1); }, elementwise([](double v) { return v > 1 ? 1 : v; }), equal(1), {-4, 4}},
      {"sigmoid", [](Xs x) { return sigmoid(x[0]); }, elementwise(sigmoid_of), equal(1), {-6, 6}},
      {"tanh", [](Xs x) { return tanh(x[0]); }, elementwise([](double v) { return std::tanh(v); }), equal(1), {-4, 4}},
      {"relu", [](Xs x) { return relu(x[0]); }, elementwise(relu_of), equal(1)},
      {"leaky_relu", [](Xs x) { return leaky_relu(x[0]); }, elementwise([](double v) { return v > 0 ? v : static_cast<double>(Scalar(0.01)) * v; }), equal(1)},
      {"leaky_relu_slope", [](Xs x) { return leaky_relu(x[0], Scalar(0.25)); }, elementwise([](double v) { return v > 0 ? v : 0.25 * v; }), equal(1)},
      {"selu", [](Xs x) { return selu(x[0]); }, elementwise(selu_of), equal(1), {-4, 4}},
      {"elu", [](Xs x) { return elu(x[0]); }, elementwise(elu_of), equal(1), {-4, 4}},
      {"softplus", [](Xs x) { return softplus(x[0]); }, elementwise(softplus_of), equal(1), {-6, 6}},
      {"gelu", [](Xs x) { return gelu(x[0]); }, elementwise([](double v) { return v * normal_cdf_of(v); }), equal(1), {-6, 6}},
      {"silu", [](Xs x) { return silu(x[0]); }, elementwise([](double v) { return v * sigmoid_of(v); }), equal(1), {-6, 6}},
      {"normal_cdf", [](Xs x) { return normal_cdf(x[0]); }, elementwise(normal_cdf_of), equal(1), {-6, 6}},
      {"linear", [](Xs x) { return activate(x[0], Activation::linear); }, elementwise(linear), equal(1)},
  };
  // clang-format on
  return family;
}

}  // namespace gradus::test
