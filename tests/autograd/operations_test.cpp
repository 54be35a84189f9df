// What holds for every operation of the table: formula = kernel = rule =
// differences, in first and second derivatives.
#include <gtest/gtest.h>

#include <vector>

#include "autograd/engine.h"
#include "autograd/ops.h"
#include "tests/autograd/proof.h"

namespace gradus::test {
namespace {

class Operations : public ::testing::TestWithParam<Operation> {
 protected:
  const Operation& op() const { return GetParam(); }

  std::vector<Tensor> draw(Limit limit) { return draw_inputs(op(), random_, limit); }
  std::vector<Tensor> draw_number(int i) { return test::draw_number(i, op(), random_); }

  static void expect_within(const Proof& proof, double limit) {
    EXPECT_GT(proof.cases, 0);
    EXPECT_LE(proof.worst, limit) << proof.where;
  }

  Random random_{20240229};
};

TEST_P(Operations, ValueIsThatOfPlainLoops) { expect_within(value_proof(op()), kRounding); }

TEST_P(Operations, KernelsAgreeWithTheRule) { expect_within(rule_proof(op()), kRounding); }

TEST_P(Operations, GradientIsThatOfDifferences) {
  expect_within(gradient_proof(op()), kDifferences.tolerance);
}

TEST_P(Operations, SecondDerivativeIsThatOfDifferences) {
  expect_within(second_derivative_proof(op()), kDifferences.tolerance);
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
