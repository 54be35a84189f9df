#include "autograd/gradcheck.h"

#include <algorithm>
#include <cmath>

#include "autograd/arithmetic.h"
#include "autograd/reductions.h"
#include "tensor/error.h"
#include "tensor/random.h"

namespace gradus {

GradcheckResult gradcheck(const std::function<Variable(std::span<const Variable>)>& function,
                          const std::vector<Tensor>& inputs, GradcheckOptions options) {
  std::vector<Variable> xs;
  for (const Tensor& input : inputs) xs.emplace_back(input.clone(), true);

  Tensor weights;
  const auto weighted = [&] {
    const Variable y = function(xs);
    if (!weights.defined()) {
      weights = Tensor::uninitialized(y.shape());
      Generator(0).fill_uniform(weights, Scalar(0.5), Scalar(1.5));
    }
    return sum(y * Variable(weights));
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
      const double analytic = xs[n].has_grad() ? static_cast<double>(xs[n].grad().data()[i]) : 0;
      const double error =
          std::abs(analytic - numeric) / std::max({1.0, std::abs(analytic), std::abs(numeric)});
      if (!(error <= result.worst_error)) {  // NaN counts as worst
        result.worst_error = error;
        result.worst =
            fmt::format("input {}, element {}: backward gives {:.9g}, differences {:.9g}", n, i,
                        analytic, numeric);
      }
      if (std::isnan(error)) return result;
    }
  }
  result.ok = result.worst_error <= options.tolerance;
  return result;
}

}  // namespace gradus
