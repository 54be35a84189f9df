// Is a gradient right? Compare it with differences of the function itself.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "autograd/variable.h"

namespace gradus {

struct GradcheckOptions {
  /// The step of the central difference, relative to max(1, |x|).
  double step = 1e-3;
  /// The largest |difference| / max(1, |analytic|, |numeric|) that passes.
  double tolerance = 1e-6;
};

struct GradcheckResult {
  double worst_error = 0;  ///< relative, over every element of every input
  std::string worst;       ///< which element that was, and both values
  bool ok = false;         ///< worst_error is at most the tolerance
};

/// Compares backward() of `function` at `inputs` with central differences (a
/// five-point stencil, error of fourth order), for the sum of the outputs weighted by
/// fixed random numbers, so that no gradient cancels. Meant for the double
/// build; in float, tolerances of 1e-2 are the most to ask for.
GradcheckResult gradcheck(const std::function<Variable(std::span<const Variable>)>& function,
                          const std::vector<Tensor>& inputs, GradcheckOptions options = {});

}  // namespace gradus
