#include "tests/autograd/operation_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "autograd/ops.h"
#include "nn/losses.h"
#include "nn/sampling.h"

namespace gradus::test {
namespace {

using Xs = std::span<const Variable>;

// ---------------------------------------------------------------- shapes

/// Of ranks `least` to 4, about one in eight with a dimension of size 0.
Indices any_sizes(Random& random, Limit limit, Index least = 0) {
  for (;;) {
    Indices sizes(static_cast<std::size_t>(least + random.below(5 - least)));
    for (Index& size : sizes) size = 1 + random.below(limit.size);
    if (!sizes.empty() && random.below(8) == 0) {
      sizes[static_cast<std::size_t>(random.below(std::ssize(sizes)))] = 0;
    }
    if (numel(sizes) <= limit.elements) return sizes;
  }
}

/// `count` shapes that broadcast: each lacks some leading dimensions of the
/// result and has some others with size 1.
auto broadcasting(int count) {
  return [count](Random& random, Limit limit) {
    const Indices result = any_sizes(random, limit);
    std::vector<Shape> shapes;
    for (int i = 0; i < count; ++i) {
      Indices own = result;
      if (random.below(3) == 0)
        own.erase(own.begin(), own.begin() + random.below(std::ssize(own) + 1));
      for (Index& size : own) {
        if (random.below(4) == 0) size = 1;
      }
      shapes.emplace_back(own);
    }
    return shapes;
  };
}

/// `count` inputs of one shape, of at least rank `least`.
auto equal(int count, Index least = 0) {
  return [count, least](Random& random, Limit limit) {
    return std::vector(static_cast<std::size_t>(count), Shape(any_sizes(random, limit, least)));
  };
}

/// A matrix, now and then with no row or no column.
std::vector<Shape> matrix(Random& random, Limit limit) {
  const auto size = [&] { return random.below(std::min<Index>(limit.size, 100) + 1); };
  return {{size(), size()}};
}

/// The operands (m, k) and (k, n) of a product, stored as the options say.
auto factors(MatmulOptions t) {
  return [t](Random& random, Limit limit) -> std::vector<Shape> {
    const auto size = [&] { return random.below(std::min<Index>(limit.size, 50) + 1); };
    const Index m = size(), k = size(), n = size();
    return {t.transpose_a ? Shape{k, m} : Shape{m, k}, t.transpose_b ? Shape{n, k} : Shape{k, n}};
  };
}

/// Input (..., in) of ranks 1 to 4, weight (in, out) and bias (out,).
std::vector<Shape> layer(Random& random, Limit limit) {
  const Indices input = any_sizes(random, {std::min<Index>(limit.size, 50), limit.elements}, 1);
  const Index out = random.below(std::min<Index>(limit.size, 50) + 1);
  return {Shape(input), {input.back(), out}, {out}};
}

// ---------------------------------------------------------------- functions of one number

constexpr double kSeluScale = 1.0507009873554805, kSeluAlpha = 1.6732632423543772;

double linear(double x) { return x; }
double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
double relu_of(double x) { return x > 0 ? x : 0; }
double selu_of(double x) { return kSeluScale * (x > 0 ? x : kSeluAlpha * (std::exp(x) - 1)); }
double elu_of(double x) { return x > 0 ? x : std::exp(x) - 1; }
double softplus_of(double x) { return std::log(1 + std::exp(x)); }

// ---------------------------------------------------------------- shapes that follow from x's

/// The sizes in reverse order.
Indices reversed(Indices sizes) {
  std::ranges::reverse(sizes);
  return sizes;
}
/// Every size of 1 becomes 3, and a dimension of 2 comes in front.
Indices enlarged(Indices sizes) {
  std::ranges::replace(sizes, 1, 3);
  sizes.insert(sizes.begin(), 2);
  return sizes;
}
/// The first dimension goes, and every second of the others gets size 1.
Indices shrunk(Indices sizes) {
  if (!sizes.empty()) sizes.erase(sizes.begin());
  for (std::size_t axis = 0; axis < sizes.size(); axis += 2) sizes[axis] = 1;
  return sizes;
}

// ---------------------------------------------------------------- families of rows

/// sum and mean over some axes (none: all), whose dimensions stay or go.
template <int... axes>
void add_reductions(std::vector<Operation>& rows, const std::string& name, Index least_rank) {
  for (const bool keep : {false, true}) {
    const auto is_reduced = [](Index axis, Index rank) {
      return sizeof...(axes) == 0 || ((axis == (axes < 0 ? axes + rank : axes)) || ...);
    };
    const auto total = [=](const Array& x) {
      Indices kept = x.sizes, rest;
      for (Index axis = 0; axis < x.rank(); ++axis) {
        Index& size = kept[static_cast<std::size_t>(axis)];
        if (is_reduced(axis, x.rank())) {
          size = 1;
        } else {
          rest.push_back(size);
        }
      }
      Array y = summed_to(x, kept);
      if (!keep) y.sizes = rest;
      return y;
    };
    const auto average = [=](const Array& x) {
      Array y = total(x);
      for (double& value : y.values) {
        value *= static_cast<double>(y.values.size()) / static_cast<double>(x.values.size());
      }
      return y;
    };
    const std::string suffix = name + (keep ? "_keep_dims" : "");
    rows.push_back({"sum_" + suffix, [keep](Xs x) { return sum(x[0], {axes...}, keep); },
                    [=](Arrays x) { return total(x[0]); }, equal(1, least_rank)});
    rows.push_back({"mean_" + suffix, [keep](Xs x) { return mean(x[0], {axes...}, keep); },
                    [=](Arrays x) { return average(x[0]); }, equal(1, least_rank)});
  }
}

void add_matmul(std::vector<Operation>& rows, MatmulOptions t) {
  const auto reference = [t](Arrays x) {
    const auto a = [&](Index i, Index j) {
      return x[0].at(t.transpose_a ? Indices{j, i} : Indices{i, j});
    };
    const auto b = [&](Index i, Index j) {
      return x[1].at(t.transpose_b ? Indices{j, i} : Indices{i, j});
    };
    const Index m = x[0].sizes[t.transpose_a ? 1 : 0], k = x[0].sizes[t.transpose_a ? 0 : 1];
    const Index n = x[1].sizes[t.transpose_b ? 0 : 1];
    return tabulate({m, n}, [&](const Indices& at) {
      double sum = 0;
      for (Index l = 0; l < k; ++l) sum += a(at[0], l) * b(l, at[1]);
      return sum;
    });
  };
  const std::string name =
      std::string("matmul") + (t.transpose_a ? "_at" : "_a") + (t.transpose_b ? "_bt" : "_b");
  rows.push_back({name, [t](Xs x) { return matmul(x[0], x[1], t); }, reference, factors(t)});
}

void add_dense(std::vector<Operation>& rows, const std::string& name, Activation activation,
               double (*f)(double)) {
  const auto affine = [](Arrays x) {
    const Array &input = x[0], &weight = x[1], &bias = x[2];
    Indices sizes = input.sizes;
    sizes.back() = bias.sizes[0];
    return tabulate(sizes, [&](const Indices& at) {
      Indices from = at;
      double sum = bias.at({at.back()});
      for (Index l = 0; l < weight.sizes[0]; ++l) {
        from.back() = l;
        sum += input.at(from) * weight.at({l, at.back()});
      }
      return sum;
    });
  };
  const auto reference = [affine, f](Arrays x) {
    Array y = affine(x);
    for (double& value : y.values) value = f(value);
    return y;
  };
  // relu and selu bend at 0, and so does the derivative of elu.
  const auto smooth = [affine](Arrays x) {
    return std::ranges::all_of(affine(x).values, [](double z) { return std::abs(z) > 0.1; });
  };
  rows.push_back({"dense_" + name,
                  [activation](Xs x) { return dense(x[0], x[1], x[2], activation); },
                  reference,
                  layer,
                  {-2, 2},
                  smooth});
}

/// A loss: the mean over all elements of a function of prediction and target.
std::function<Array(Arrays)> mean_of(double (*loss)(double, double)) {
  return [loss](Arrays x) {
    double sum = 0;
    for (std::size_t i = 0; i < x[0].values.size(); ++i)
      sum += loss(x[0].values[i], x[1].values[i]);
    return Array{{}, {sum / static_cast<double>(x[0].values.size())}};
  };
}

/// Noise for nn::sample: number i is a function of i alone.
double noise_at(std::size_t i) { return 1.5 * std::sin(static_cast<double>(i) + 1); }
Tensor noise_of(const Shape& shape) {
  Tensor noise = Tensor::uninitialized(shape);
  std::size_t i = 0;
  for (Scalar& value : noise.mutable_data()) value = static_cast<Scalar>(noise_at(i++));
  return noise;
}
Array sampled(Arrays x) {
  Array z = x[0];
  for (std::size_t i = 0; i < z.values.size(); ++i) {
    z.values[i] += std::sqrt(std::exp(x[1].values[i])) * noise_at(i);
  }
  return z;
}

Array gaussian_kl_of(Arrays x) {
  double sum = 0;
  for (std::size_t i = 0; i < x[0].values.size(); ++i) {
    const double m = x[0].values[i], v = x[1].values[i];
    sum += 1 + v - std::exp(v) - m * m;
  }
  return Array{{}, {-0.5 * sum / static_cast<double>(x[0].sizes[0])}};
}

// ---------------------------------------------------------------- the table

std::vector<Operation> all_operations() {
  // clang-format off
  std::vector<Operation> rows = {
      // name, function, reference, shapes, range of the inputs
      {"add", [](Xs x) { return x[0] + x[1]; }, elementwise([](double a, double b) { return a + b; }), broadcasting(2)},
      {"sub", [](Xs x) { return x[0] - x[1]; }, elementwise([](double a, double b) { return a - b; }), broadcasting(2)},
      {"mul", [](Xs x) { return x[0] * x[1]; }, elementwise([](double a, double b) { return a * b; }), broadcasting(2)},
      {"div", [](Xs x) { return x[0] / x[1]; }, elementwise([](double a, double b) { return a / b; }), broadcasting(2)},
      {"neg", [](Xs x) { return -x[0]; }, elementwise([](double v) { return -v; }), equal(1)},
      {"where", [](Xs x) { return where(x[0] > 0, x[1], x[2]); },
       elementwise([](double c, double a, double b) { return c > 0 ? a : b; }), broadcasting(3)},

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

      {"reshape", [](Xs x) { return reshape(x[0], Shape(reversed(sizes_of(x[0].shape())))); },
       [](Arrays x) { return Array{reversed(x[0].sizes), x[0].values}; }, equal(1)},
      {"transpose", [](Xs x) { return transpose(x[0]); },
       [](Arrays x) { return tabulate(reversed(x[0].sizes), [&](const Indices& i) { return x[0].at({i[1], i[0]}); }); },
       matrix},
      {"broadcast_to", [](Xs x) { return broadcast_to(x[0], Shape(enlarged(sizes_of(x[0].shape())))); },
       [](Arrays x) { return tabulate(enlarged(x[0].sizes), [&](const Indices& i) { return x[0].at(i); }); }, equal(1)},
      {"sum_to", [](Xs x) { return sum_to(x[0], Shape(shrunk(sizes_of(x[0].shape())))); },
       [](Arrays x) { return summed_to(x[0], shrunk(x[0].sizes)); }, equal(1)},

      {"bce_with_logits", [](Xs x) { return nn::bce_with_logits(x[0], x[1]); },
       mean_of([](double z, double t) { return -t * std::log(sigmoid_of(z)) - (1 - t) * std::log(sigmoid_of(-z)); }),
       equal(2)},
      {"mse", [](Xs x) { return nn::mse(x[0], x[1]); }, mean_of([](double x, double t) { return (x - t) * (x - t); }), equal(2)},
      {"mae", [](Xs x) { return nn::mae(x[0], x[1]); }, mean_of([](double x, double t) { return std::abs(x - t); }), equal(2)},
      {"gaussian_kl", [](Xs x) { return nn::gaussian_kl(x[0], x[1]); }, gaussian_kl_of, equal(2, 1)},
      {"sample", [](Xs x) { return nn::sample(x[0], x[1], noise_of(x[0].shape())); }, sampled, equal(2)},
  };
  // clang-format on
  add_reductions<>(rows, "all", 0);
  add_reductions<0>(rows, "first", 1);
  add_reductions<-1>(rows, "last", 1);
  add_reductions<0, -1>(rows, "first_and_last", 2);
  add_reductions<1>(rows, "second", 3);
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) add_matmul(rows, {ta, tb});
  }
  add_dense(rows, "linear", Activation::linear, linear);
  add_dense(rows, "relu", Activation::relu, relu_of);
  add_dense(rows, "selu", Activation::selu, selu_of);
  add_dense(rows, "elu", Activation::elu, elu_of);
  add_dense(rows, "sigmoid", Activation::sigmoid, sigmoid_of);
  add_dense(rows, "tanh", Activation::tanh, [](double x) { return std::tanh(x); });
  return rows;
}

}  // namespace

const std::vector<Operation>& operations() {
  static const std::vector<Operation> rows = all_operations();
  return rows;
}

std::vector<Tensor> draw_inputs(const Operation& operation, Random& random, Limit limit) {
  const auto [low, high] = operation.range;
  std::vector<Tensor> inputs;
  for (const Shape& shape : operation.shapes(random, limit)) {
    Tensor x = Tensor::uninitialized(shape);
    // A whole number, 0.4 or 0.5 or 0.6, and a little: see Range.
    const double offset = 0.4 + 0.1 * static_cast<double>(inputs.size());
    for (Scalar& value : x.mutable_data()) {
      value = static_cast<Scalar>(low + static_cast<double>(random.below(high - low)) + offset +
                                  random.between(-0.02, 0.02));
    }
    inputs.push_back(x);
  }
  return inputs;
}

}  // namespace gradus::test
