// Is a gradient right? Compare it with differences of the function itself.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "autograd/variable.h"

namespace gradus {

/// The defaults are what float and double can show.
struct GradcheckOptions {
  /// The step of the central difference, relative to max(1, |x|). PyTorch's eps,
  /// but larger, as the stencil has five points.
  double step = sizeof(Scalar) == 4 ? 1e-2 : 1e-3;
  /// The largest |difference| / max(1, |analytic|, |numeric|) that passes:
  /// PyTorch's atol for small gradients and rtol for large ones.
  double tolerance = sizeof(Scalar) == 4 ? 1e-2 : 1e-6;
};

struct GradcheckResult {
  double worst_error = 0;  ///< relative, over every element of every input
  std::string worst;       ///< which element that was, and both values
  bool ok = false;         ///< worst_error is at most the tolerance
};

/// Compares backward() of `function` at `inputs` with central differences (a
/// five-point stencil, error of fourth order), for the sum of the outputs weighted by
/// fixed random numbers, so that no gradient cancels. The function must be smooth
/// within two steps of the inputs and give the same whenever it is called. Unlike
/// PyTorch's, it returns what it found also where that is a failure.
GradcheckResult gradcheck(const std::function<Variable(std::span<const Variable>)>& function,
                          const std::vector<Tensor>& inputs, GradcheckOptions options = {});

/// Is the rule right? Compares, first, the gradients that grad() gives by the
/// operations' rules with those of backward(); then the derivatives of the former,
/// by the inputs and by the seed (the input after the last), with differences.
GradcheckResult gradgradcheck(const std::function<Variable(std::span<const Variable>)>& function,
                              const std::vector<Tensor>& inputs, GradcheckOptions options = {});

}  // namespace gradus
