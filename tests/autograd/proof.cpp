#include "tests/autograd/proof.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/engine.h"
#include "autograd/ops.h"

namespace gradus::test {
namespace {

constexpr std::uint64_t kSeed = 20240229;

double relative_error(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double error = std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)});
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

// The gradients by rule, weighted and added up, are a function of the inputs
// and of the gradient they start from. Its own gradient holds every second
// derivative of the operation.
Variable weighted_gradients(const Operation& operation, std::span<const Variable> x,
                            const std::vector<Tensor>& weights) {
  const std::size_t count = x.size() - 1;
  const std::vector<Variable> parts =
      grad(operation.function(x.first(count)), x.first(count), x[count]);
  Variable total = 0 * sum(x[count]);
  for (std::size_t n = 0; n < count; ++n) total = total + sum(parts[n] * Variable(weights[n]));
  return total;
}

}  // namespace

double worst_error(const Array& a, const Array& b) {
  if (a.sizes != b.sizes) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    worst = std::max(worst, relative_error(a.values[i], b.values[i]));
  }
  return worst;
}
double worst_error(const Tensor& a, const Tensor& b) {
  return worst_error(array_of(a), array_of(b));
}

Leaves leaves(const std::vector<Tensor>& values) {
  Leaves result;
  for (const Tensor& value : values) result.emplace_back(value, true);
  return result;
}

Tensor random_seed(const Shape& shape, Random& random) {
  Tensor seed = Tensor::uninitialized(shape);
  for (Scalar& value : seed.mutable_data()) value = static_cast<Scalar>(random.between(0.5, 1.5));
  return seed;
}

std::vector<Tensor> gradients(const Leaves& x) {
  std::vector<Tensor> result;
  for (const Variable& one : x) {
    result.push_back(one.has_grad() ? one.grad().clone() : Tensor::zeros(one.shape()));
  }
  return result;
}

std::vector<Tensor> draw_smooth(const Operation& operation, Random& random) {
  for (;;) {
    std::vector<Tensor> inputs = draw_inputs(operation, random, kSmall);
    std::vector<Array> arrays;
    for (const Tensor& input : inputs) arrays.push_back(array_of(input));
    if (operation.smooth(arrays)) return inputs;
  }
}

std::vector<Tensor> draw_number(int i, const Operation& operation, Random& random) {
  return draw_inputs(operation, random, i < kDraws ? kSmall : kLarge);
}

std::string shapes(const std::vector<Tensor>& inputs) {
  std::string text = "shapes";
  for (const Tensor& input : inputs) text += " " + input.shape().str();
  return text;
}

void Proof::add(double error, const std::string& place) {
  ++cases;
  if (error <= worst) return;
  worst = error;
  where = place;
}

Proof value_proof(const Operation& operation) {
  Random random(kSeed);
  Proof proof;
  for (int i = 0; i < kDraws + kLargeDraws; ++i) {
    const std::vector<Tensor> inputs = draw_number(i, operation, random);
    std::vector<Array> arrays;
    for (const Tensor& input : inputs) arrays.push_back(array_of(input));
    const Tensor value = operation.function(leaves(inputs)).value();
    proof.add(worst_error(array_of(value), operation.reference(arrays)), shapes(inputs));
  }
  return proof;
}

Proof rule_proof(const Operation& operation) {
  Random random(kSeed);
  Proof proof;
  for (int i = 0; i < kDraws + kLargeDraws; ++i) {
    const std::vector<Tensor> inputs = draw_number(i, operation, random);
    const Leaves x = leaves(inputs);
    const Variable y = operation.function(x);
    const Tensor seed = random_seed(y.shape(), random);
    const std::vector<Variable> by_rule = grad(y, x, Variable(seed));
    y.backward(seed);
    const std::vector<Tensor> by_kernel = gradients(x);
    double worst = 0;
    for (std::size_t n = 0; n < x.size(); ++n) {
      worst = std::max(worst, worst_error(by_kernel[n], by_rule[n].value()));
    }
    proof.add(worst, shapes(inputs));
  }
  return proof;
}

Proof gradient_proof(const Operation& operation) {
  Random random(kSeed);
  Proof proof;
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<Tensor> inputs = draw_smooth(operation, random);
    const GradcheckResult result = gradcheck(operation.function, inputs, kDifferences);
    proof.add(std::isnan(result.worst_error) ? std::numeric_limits<double>::infinity()
                                             : result.worst_error,
              shapes(inputs) + ": " + result.worst);
  }
  return proof;
}

Proof second_derivative_proof(const Operation& operation) {
  Random random(kSeed);
  Proof proof;
  for (int i = 0; i < kDraws; ++i) {
    std::vector<Tensor> inputs = draw_smooth(operation, random);
    const Tensor y = operation.function(leaves(inputs)).value();
    // The mean of nothing is NaN, and so is its derivative.
    if (std::ranges::any_of(y.data(), [](Scalar v) { return std::isnan(v); })) continue;
    std::vector<Tensor> weights;
    for (const Tensor& input : inputs) weights.push_back(random_seed(input.shape(), random));
    inputs.push_back(random_seed(y.shape(), random));
    const GradcheckResult result = gradcheck(
        [&](std::span<const Variable> x) { return weighted_gradients(operation, x, weights); },
        inputs, kDifferences);
    proof.add(std::isnan(result.worst_error) ? std::numeric_limits<double>::infinity()
                                             : result.worst_error,
              shapes(inputs) + ": " + result.worst);
  }
  return proof;
}

}  // namespace gradus::test
