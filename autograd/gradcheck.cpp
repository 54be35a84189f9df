#include "autograd/gradcheck.h"

#include <algorithm>
#include <cmath>

#include "autograd/arithmetic.h"
#include "autograd/engine.h"
#include "autograd/reductions.h"
#include "tensor/error.h"
#include "tensor/random.h"

namespace gradus {
namespace {

using Function = std::function<Variable(std::span<const Variable>)>;

std::vector<Variable> leaves(const std::vector<Tensor>& inputs) {
  std::vector<Variable> xs;
  for (const Tensor& input : inputs) xs.emplace_back(input.clone(), true);
  return xs;
}

// The same for the same shape, and for another `stream` others.
Tensor weights(const Shape& shape, std::uint64_t stream = 0) {
  Tensor result = Tensor::uninitialized(shape);
  Generator(0, stream).fill_uniform(result, Scalar(0.5), Scalar(1.5));
  return result;
}

double gradient_at(const Variable& x, std::size_t i) {
  return x.has_grad() ? static_cast<double>(x.grad().data()[i]) : 0;
}

// Notes how far two values of a derivative are apart; false where that is NaN.
bool compare(GradcheckResult& result, std::size_t input, std::size_t element, const char* one,
             double a, const char* other, double b) {
  const double error = std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)});
  if (!(error <= result.worst_error)) {  // NaN counts as worst
    result.worst_error = error;
    result.worst = fmt::format("input {}, element {}: {} gives {:.9g}, {} {:.9g}", input, element,
                               one, a, other, b);
  }
  return !std::isnan(error);
}

}  // namespace

GradcheckResult gradcheck(const Function& function, const std::vector<Tensor>& inputs,
                          GradcheckOptions options) {
  std::vector<Variable> xs = leaves(inputs);
  Tensor weight;
  const auto weighted = [&] {
    const Variable y = function(xs);
    if (!weight.defined()) weight = weights(y.shape());
    return sum(y * Variable(weight));
  };
  weighted().backward();

  GradcheckResult result;
  for (std::size_t n = 0; n < xs.size(); ++n) {
    for (std::size_t i = 0; i < xs[n].value().data().size(); ++i) {
      const Scalar x = xs[n].value().data()[i];
      const double h = options.step * std::max(1.0, std::abs(static_cast<double>(x)));
      const auto at = [&](double offset) {
        xs[n].mutable_value().mutable_data()[i] = static_cast<Scalar>(x + offset);
        return static_cast<double>(weighted().item());
      };
      // f'(x) = (f(x-2h) - 8 f(x-h) + 8 f(x+h) - f(x+2h)) / 12h + O(h^4)
      const double numeric = (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h);
      xs[n].mutable_value().mutable_data()[i] = x;
      const double analytic = gradient_at(xs[n], i);
      if (!compare(result, n, i, "backward", analytic, "differences", numeric)) return result;
    }
  }
  result.ok = result.worst_error <= options.tolerance;
  return result;
}

GradcheckResult gradgradcheck(const Function& function, const std::vector<Tensor>& inputs,
                              GradcheckOptions options) {
  const std::vector<Variable> xs = leaves(inputs);
  const Variable y = function(xs);
  const Tensor seed = weights(y.shape());
  const std::vector<Variable> by_rule = grad(y, xs, Variable(seed));
  y.backward(seed);
  GradcheckResult result;
  for (std::size_t n = 0; n < xs.size(); ++n) {
    for (std::size_t i = 0; i < xs[n].value().data().size(); ++i) {
      const auto rule = static_cast<double>(by_rule[n].value().data()[i]);
      if (!compare(result, n, i, "the rule", rule, "backward", gradient_at(xs[n], i))) {
        return result;
      }
    }
  }
  if (result.worst_error > options.tolerance) return result;

  std::vector<Tensor> with_seed = inputs;
  with_seed.push_back(seed);
  const auto gradient = [&](std::span<const Variable> all) {
    const auto x = all.first(xs.size());
    const std::vector<Variable> gradients = grad(function(x), x, all.back());
    Variable total = 0 * sum(all.back());  // a constant gradient depends on nothing else
    for (std::size_t n = 0; n < gradients.size(); ++n) {
      const Tensor weight = weights(gradients[n].shape(), n + 1);
      total = total + sum(gradients[n] * Variable(weight));
    }
    return total;
  };
  return gradcheck(gradient, with_seed, options);
}

}  // namespace gradus
