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

/// Such operands with dimensions in front that broadcast; b is one matrix every third time.
auto batches(MatmulOptions t) {
  return [t](Random& random, Limit limit) {
    std::vector<Shape> fronts, shapes;
    do {
      fronts = broadcasting(2)(random, {3, 24});
    } while (fronts[0].rank() > 3 || fronts[1].rank() > 3);
    if (random.below(3) == 0) fronts[1] = {};
    const std::vector<Shape> matrices = factors(t)(random, {std::min<Index>(limit.size, 20), 0});
    for (std::size_t i = 0; i < 2; ++i) {
      Indices sizes(fronts[i].begin(), fronts[i].end());
      sizes.insert(sizes.end(), matrices[i].begin(), matrices[i].end());
      shapes.emplace_back(sizes);
    }
    return shapes;
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
    const auto sizes = [&](std::size_t i, bool transposed) {
      Indices result = x[i].sizes;
      if (transposed) std::swap(result[result.size() - 2], result.back());
      return result;
    };
    const auto at = [&](std::size_t i, bool transposed, Indices place, Index row, Index column) {
      place[place.size() - 2] = transposed ? column : row;
      place.back() = transposed ? row : column;
      return x[i].at(place);
    };
    Indices a = sizes(0, t.transpose_a), b = sizes(1, t.transpose_b);
    const Index m = a[a.size() - 2], k = a.back(), n = b.back();
    a.resize(a.size() - 2);
    b.resize(b.size() - 2);
    Indices result = stretched(a, b);
    result.insert(result.end(), {m, n});
    return tabulate(result, [&](const Indices& place) {
      const Index row = place[place.size() - 2], column = place.back();
      double sum = 0;
      for (Index l = 0; l < k; ++l) {
        sum += at(0, t.transpose_a, place, row, l) * at(1, t.transpose_b, place, l, column);
      }
      return sum;
    });
  };
  const std::string name =
      std::string("matmul") + (t.transpose_a ? "_at" : "_a") + (t.transpose_b ? "_bt" : "_b");
  const auto product = [t](Xs x) { return matmul(x[0], x[1], t); };
  rows.push_back({name, product, reference, factors(t)});
  rows.push_back({name + "_batches", product, reference, batches(t)});
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
      {"matmul", "matmul(a, b, {transpose_a, transpose_b})", "c = a b", "da = dc b^T, db = a^T dc", "(..., m, k) and (..., k, n) to (..., m, n), broadcast in front", "rank below 2, unequal inner sizes, dimensions in front that do not broadcast"},
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
