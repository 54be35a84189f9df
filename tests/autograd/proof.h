// Whether an operation does what it should, over random inputs: its worst errors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "autograd/gradcheck.h"
#include "tests/autograd/operation_table.h"
#include "tests/support/expect.h"

namespace gradus::test {

// In double everything is held to 1e-12, and to 1e-7 where it is compared with
// differences. In float the same comparisons run with what its seven digits
// allow: still far below any wrong sign, flag or factor.
// Rounding: sums of up to a hundred products of numbers up to 6.
inline constexpr double kRounding = kFloat ? 2e-5 : 1e-12;
inline constexpr GradcheckOptions kDifferences =
    kFloat ? GradcheckOptions{.step = 1e-2, .tolerance = 1e-2}
           : GradcheckOptions{.tolerance = 1e-7};
inline constexpr int kDraws = 40;      // small shapes, for comparisons with differences
inline constexpr int kLargeDraws = 8;  // large ones, for several chunks and whole vectors

using Leaves = std::vector<Variable>;

/// The largest error over all elements, relative to the larger of 1 and the
/// values; infinite where the sizes differ.
double worst_error(const Array& a, const Array& b);
double worst_error(const Tensor& a, const Tensor& b);

Leaves leaves(const std::vector<Tensor>& values);
/// A gradient to start from: numbers between 0.5 and 1.5.
Tensor random_seed(const Shape& shape, Random& random);
/// What backward() from `seed` leaves in x; zeros where nothing reached it.
std::vector<Tensor> gradients(const Leaves& x);
/// Inputs around which differences make sense.
std::vector<Tensor> draw_smooth(const Operation& operation, Random& random);
/// Small draws, then large ones.
std::vector<Tensor> draw_number(int i, const Operation& operation, Random& random);
/// "shapes (2, 3) (3,)".
std::string shapes(const std::vector<Tensor>& inputs);

/// The worst error of some number of draws, and where it was.
struct Proof {
  std::int64_t cases = 0;
  double worst = 0;
  std::string where;

  void add(double error, const std::string& place);
};

/// The value against plain loops.
Proof value_proof(const Operation& operation);
/// What backward's kernels give against the rule.
Proof rule_proof(const Operation& operation);
/// What they give against central differences of the value.
Proof gradient_proof(const Operation& operation);
/// The derivatives of the rule against differences of the gradient.
Proof second_derivative_proof(const Operation& operation);

}  // namespace gradus::test
