#include "tests/autograd/table/rows.h"

namespace gradus::test {
namespace {

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

}  // namespace

Family product_family() {
  Family family{"Products", {}, {}};
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"matmul", "matmul(a, b, {transpose_a, transpose_b})", "c = a b", "da = dc b^T, db = a^T dc", "(m, k) and (k, n) to (m, n)", "no matrices, unequal inner sizes"},
      {"dense", "dense(x, w, b, activation)", "y = f(x w + b)", "dz = dy f'(z), dx = dz w^T, dw = x^T dz, db = sum of dz", "(..., in), (in, out), (out,) to (..., out)", "shapes that do not fit"},
  };
  // clang-format on
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) add_matmul(family.rows, {ta, tb});
  }
  add_dense(family.rows, "linear", Activation::linear, linear);
  add_dense(family.rows, "relu", Activation::relu, relu_of);
  add_dense(family.rows, "selu", Activation::selu, selu_of);
  add_dense(family.rows, "elu", Activation::elu, elu_of);
  add_dense(family.rows, "sigmoid", Activation::sigmoid, sigmoid_of);
  add_dense(family.rows, "tanh", Activation::tanh, [](double x) { return std::tanh(x); });
  return family;
}

}  // namespace gradus::test
