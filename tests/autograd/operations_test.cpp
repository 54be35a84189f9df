// What holds for every operation of the table: formula = kernel = rule =
// differences, in first and second derivatives.
//
// In the double build everything is held to 1e-12, and to 1e-6 where it is
// compared with differences. In float the same comparisons run with what its
// seven digits allow: still far below any wrong sign, flag or factor.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "autograd/engine.h"
#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "tests/autograd/operation_table.h"
#include "tests/support/expect.h"

namespace gradus::test {
namespace {

// Rounding: sums of up to a hundred products of numbers up to 6.
constexpr double kRounding = kFloat ? 2e-5 : 1e-12;
constexpr GradcheckOptions kDifferences =
    kFloat ? GradcheckOptions{.step = 1e-2, .tolerance = 1e-2} : GradcheckOptions{};
constexpr int kDraws = 40;      // small shapes, for comparisons with differences
constexpr int kLargeDraws = 8;  // large ones, for several chunks and whole vectors

using Leaves = std::vector<Variable>;

double relative_error(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double error = std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)});
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

/// The largest over all elements; infinite where the sizes differ.
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

/// A gradient to start from: numbers between 0.5 and 1.5.
Tensor random_seed(const Shape& shape, Random& random) {
  Tensor seed = Tensor::uninitialized(shape);
  for (Scalar& value : seed.mutable_data()) value = static_cast<Scalar>(random.between(0.5, 1.5));
  return seed;
}

/// What backward() from `seed` leaves in x; zeros where nothing reached it.
std::vector<Tensor> gradients(const Leaves& x) {
  std::vector<Tensor> result;
  for (const Variable& one : x) {
    result.push_back(one.has_grad() ? one.grad().clone() : Tensor::zeros(one.shape()));
  }
  return result;
}

class Operations : public ::testing::TestWithParam<Operation> {
 protected:
  const Operation& op() const { return GetParam(); }

  std::vector<Tensor> draw(Limit limit) { return draw_inputs(op(), random_, limit); }
  /// Inputs around which differences make sense.
  std::vector<Tensor> draw_smooth() {
    for (;;) {
      std::vector<Tensor> inputs = draw(kSmall);
      std::vector<Array> arrays;
      for (const Tensor& input : inputs) arrays.push_back(array_of(input));
      if (op().smooth(arrays)) return inputs;
    }
  }
  /// Small draws, then large ones.
  std::vector<Tensor> draw_number(int i) { return draw(i < kDraws ? kSmall : kLarge); }

  static std::string shapes(const std::vector<Tensor>& inputs) {
    std::string text = "shapes";
    for (const Tensor& input : inputs) text += " " + input.shape().str();
    return text;
  }
  /// Keeps the largest error of this operation for the test's report.
  void note(double error) {
    worst_ = std::max(worst_, error);
    RecordProperty("worst_error", fmt::format("{:.1e}", worst_));
  }

  Random random_{20240229};

 private:
  double worst_ = 0;
};

TEST_P(Operations, ValueIsThatOfPlainLoops) {
  for (int i = 0; i < kDraws + kLargeDraws; ++i) {
    const std::vector<Tensor> inputs = draw_number(i);
    std::vector<Array> arrays;
    for (const Tensor& input : inputs) arrays.push_back(array_of(input));
    const double error =
        worst_error(array_of(op().function(leaves(inputs)).value()), op().reference(arrays));
    note(error);
    ASSERT_LE(error, kRounding) << shapes(inputs);
  }
}

TEST_P(Operations, GradientIsThatOfDifferences) {
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<Tensor> inputs = draw_smooth();
    const GradcheckResult result = gradcheck(op().function, inputs, kDifferences);
    note(result.worst_error);
    ASSERT_TRUE(result.ok) << shapes(inputs) << ": " << result.worst;
  }
}

TEST_P(Operations, KernelsAgreeWithTheRule) {
  for (int i = 0; i < kDraws + kLargeDraws; ++i) {
    const std::vector<Tensor> inputs = draw_number(i);
    const Leaves x = leaves(inputs);
    const Variable y = op().function(x);
    const Tensor seed = random_seed(y.shape(), random_);
    const std::vector<Variable> by_rule = grad(y, x, Variable(seed));
    y.backward(seed);
    const std::vector<Tensor> by_kernel = gradients(x);
    for (std::size_t n = 0; n < x.size(); ++n) {
      const double error = worst_error(by_kernel[n], by_rule[n].value());
      note(error);
      ASSERT_LE(error, kRounding) << shapes(inputs) << ", input " << n;
    }
  }
}

// The gradients by rule, weighted and added up, are a function of the inputs
// and of the gradient they start from. Its own gradient holds every second
// derivative of the operation.
TEST_P(Operations, SecondDerivativeIsThatOfDifferences) {
  for (int i = 0; i < kDraws; ++i) {
    std::vector<Tensor> inputs = draw_smooth();
    const std::size_t count = inputs.size();
    const Tensor y = op().function(leaves(inputs)).value();
    // The mean of nothing is NaN, and so is its derivative.
    if (std::ranges::any_of(y.data(), [](Scalar v) { return std::isnan(v); })) continue;
    std::vector<Tensor> weights;
    for (const Tensor& input : inputs) weights.push_back(random_seed(input.shape(), random_));
    inputs.push_back(random_seed(y.shape(), random_));
    const auto gradient = [&](std::span<const Variable> x) {
      const std::vector<Variable> parts =
          grad(op().function(x.first(count)), x.first(count), x[count]);
      Variable total = 0 * sum(x[count]);
      for (std::size_t n = 0; n < count; ++n) total = total + sum(parts[n] * Variable(weights[n]));
      return total;
    };
    const GradcheckResult result = gradcheck(gradient, inputs, kDifferences);
    note(result.worst_error);
    ASSERT_TRUE(result.ok) << shapes(inputs) << ": " << result.worst;
  }
}

// Every kernel's second way of writing: adding to what is in the slot.
TEST_P(Operations, GradientsAddUp) {
  for (int i = 0; i < kDraws + kLargeDraws; ++i) {
    const std::vector<Tensor> inputs = draw_number(i);
    const Leaves x = leaves(inputs);
    const Variable y = op().function(x);
    const Tensor seed = random_seed(y.shape(), random_);
    y.backward(seed, {.retain_graph = true});
    const std::vector<Tensor> once = gradients(x);
    y.backward(seed);
    const std::vector<Tensor> twice = gradients(x);
    for (std::size_t n = 0; n < x.size(); ++n) {
      Array doubled = array_of(once[n]);
      for (double& value : doubled.values) value *= 2;
      ASSERT_LE(worst_error(array_of(twice[n]), doubled), kRounding)
          << shapes(inputs) << ", input " << n;
    }
  }
}

// op(x, x): the gradient is the sum of those of op(a, b) at a = b = x.
TEST_P(Operations, OneVariableAsTwoInputs) {
  int tried = 0;
  for (int i = 0; i < 20 * kDraws && tried < kDraws; ++i) {
    const std::vector<Tensor> inputs = draw(kSmall);
    for (std::size_t second = 1; second < inputs.size(); ++second) {
      const std::size_t first = second - 1;
      if (inputs[first].shape() != inputs[second].shape()) continue;
      ++tried;
      std::vector<Tensor> same = inputs;
      same[second] = same[first];
      const Leaves apart = leaves(same);
      Leaves shared = leaves(same);
      shared[second] = shared[first];
      const Variable y = op().function(apart), z = op().function(shared);
      const Tensor seed = random_seed(y.shape(), random_);
      const Tensor by_rule = grad(z, shared, Variable(seed))[first].value();
      y.backward(seed);
      z.backward(seed);
      Array sum = array_of(gradients(apart)[first]);
      const Tensor other = gradients(apart)[second];
      for (std::size_t k = 0; k < sum.values.size(); ++k) sum.values[k] += other.data()[k];
      ASSERT_LE(worst_error(array_of(gradients(shared)[first]), sum), kRounding) << shapes(inputs);
      ASSERT_LE(worst_error(array_of(by_rule), sum), kRounding) << shapes(inputs);
    }
  }
  EXPECT_TRUE(tried > 0 || draw(kSmall).size() < 2) << "no draw had two inputs of one shape";
}

TEST_P(Operations, OneInputAloneNeedsAGradient) {
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<Tensor> inputs = draw(kSmall);
    const Leaves all = leaves(inputs);
    const Variable y = op().function(all);
    const Tensor seed = random_seed(y.shape(), random_);
    y.backward(seed);
    for (std::size_t n = 0; n < inputs.size(); ++n) {
      Leaves x;
      for (std::size_t k = 0; k < inputs.size(); ++k) x.emplace_back(inputs[k], k == n);
      const Variable z = op().function(x);
      EXPECT_TRUE(same_bits(z.value(), y.value()));
      if (!z.requires_grad()) {  // the condition of `where`
        EXPECT_FALSE(all[n].has_grad());
        continue;
      }
      const Tensor by_rule = grad(z, std::span(&x[n], 1), Variable(seed))[0].value();
      z.backward(seed);
      EXPECT_TRUE(same_bits(x[n].grad(), all[n].grad())) << shapes(inputs) << ", input " << n;
      EXPECT_LE(worst_error(by_rule, all[n].grad()), kRounding)
          << shapes(inputs) << ", input " << n;
    }
  }
}

TEST_P(Operations, NothingIsRecordedUnderNoGrad) {
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<Tensor> inputs = draw(kSmall);
    const Leaves x = leaves(inputs);
    const Variable recorded = op().function(x);
    EXPECT_TRUE(recorded.requires_grad());
    const std::int64_t nodes = live_nodes();
    const NoGrad no_grad;
    const Variable y = op().function(x);
    EXPECT_EQ(live_nodes(), nodes);
    EXPECT_FALSE(y.requires_grad());
    EXPECT_TRUE(same_bits(y.value(), recorded.value())) << shapes(inputs);
  }
}

TEST_P(Operations, LeavesNoNodeBehind) {
  const std::int64_t before = live_nodes();
  {
    const Leaves x = leaves(draw(kSmall));
    const Variable y = op().function(x);
    const Variable seed(random_seed(y.shape(), random_));
    const std::vector<Variable> once = grad(y, x, seed);
    y.backward(seed.value());
  }
  EXPECT_EQ(live_nodes(), before);
}

INSTANTIATE_TEST_SUITE_P(Table, Operations, ::testing::ValuesIn(operations()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace gradus::test
