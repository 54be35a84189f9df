#include "autograd/gradcheck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "autograd/engine.h"
#include "autograd/operation.h"
#include "autograd/ops.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::kFloat;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Xs = std::span<const Variable>;

constexpr GradcheckOptions kDifferences =
    kFloat ? GradcheckOptions{.step = 1e-2, .tolerance = 1e-2} : GradcheckOptions{};

// An operation of one's own, whole: a struct and a function.

/// y = x^3;  dy/dx = 3 x^2
struct Cube {
  static constexpr const char* kName = "cube";
  Saved x{0};
  Tensor forward(const Tensor& input) {
    x = input;
    return mapped([](Scalar v) { return v * v * v; }, input);
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map([](Scalar g, Scalar v) { return 3 * g * v * v; }, dy, x.get());
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    return {3 * dy * square(recall(x))};
  }
};
Variable cube(const Variable& x) { return apply(Cube{}, x); }

/// The same with the 3 forgotten, in the kernel only.
struct WrongCube : Cube {
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map([](Scalar g, Scalar v) { return g * v * v; }, dy, x.get());
  }
};
Variable wrong_cube(const Variable& x) { return apply(WrongCube{}, x); }

const Tensor kAround = Tensor::from({2, 2}, {Scalar(0.5), -1, 2, Scalar(-1.5)});

TEST(Gradcheck, PassesARightOperation) {
  const GradcheckResult result =
      gradcheck([](Xs x) { return cube(x[0]); }, {kAround}, kDifferences);
  EXPECT_TRUE(result.ok) << result.worst;
  EXPECT_LE(result.worst_error, kDifferences.tolerance);
}

TEST(Gradcheck, FindsAWrongOperationAndSaysWhere) {
  // At 0 the wrong gradient is right; only element 2 of input 1 is off.
  const auto sum_of_both = [](Xs x) { return cube(x[0]) + wrong_cube(x[1]); };
  const Tensor at_two = Tensor::from({2, 2}, {0, 0, 2, 0});
  const GradcheckResult result = gradcheck(sum_of_both, {kAround, at_two}, kDifferences);
  EXPECT_FALSE(result.ok);
  // 12 - 4 of 12, whatever the weight of the element.
  EXPECT_NEAR(result.worst_error, 8.0 / 12, 1e-3);
  EXPECT_THAT(result.worst, StartsWith("input 1, element 2: backward gives "));
  EXPECT_THAT(result.worst, HasSubstr(", differences "));
}

TEST(Gradcheck, ChecksTheRuleThroughSecondDerivatives) {
  const auto gradient = [](auto function) {
    return [function](Xs x) { return grad(sum(function(x[0])), x)[0]; };
  };
  EXPECT_TRUE(gradcheck(gradient(cube), {kAround}, kDifferences).ok);
  // The rule of the wrong one is right; so is all that follows from it.
  EXPECT_TRUE(gradcheck(gradient(wrong_cube), {kAround}, kDifferences).ok);
}

TEST(Gradcheck, CountsNanAsFailure) {
  const auto root = [](Xs x) { return sqrt(x[0]); };
  const Tensor negative = Tensor::from({3}, {1, -1, 1});
  const GradcheckResult result = gradcheck(root, {negative}, kDifferences);
  EXPECT_FALSE(result.ok);
  EXPECT_TRUE(std::isnan(result.worst_error));
  EXPECT_THAT(result.worst, HasSubstr("nan"));
}

TEST(Gradcheck, CountsANanOfBackwardAloneAsFailure) {
  struct NanCube : Cube {
    void backward(const Tensor& dy, const Gradients& d) const {
      d[0].map([](Scalar) { return std::numeric_limits<Scalar>::quiet_NaN(); }, dy);
    }
  };
  const auto function = [](Xs x) { return apply(NanCube{}, x[0]); };
  const GradcheckResult result = gradcheck(function, {kAround}, kDifferences);
  EXPECT_FALSE(result.ok);
  EXPECT_THAT(result.worst, StartsWith("input 0, element 0: backward gives nan"));
}

TEST(Gradcheck, TakesAnInputWithoutInfluenceAsZero) {
  const auto first = [](Xs x) { return cube(x[0]); };
  EXPECT_TRUE(gradcheck(first, {kAround, kAround}, kDifferences).ok);
}

TEST(Gradgradcheck, PassesARightRule) {
  for (const GradcheckResult& result :
       {gradgradcheck([](Xs x) { return cube(x[0]); }, {kAround}),
        gradgradcheck([](Xs x) { return 3 * x[0]; }, {kAround}),           // no second derivative
        gradgradcheck([](Xs x) { return where(x[0], 1, 2); }, {kAround}),  // and no first
        gradgradcheck([](Xs x) { return exp(x[0]) * x[1]; }, {kAround, kAround})}) {
    EXPECT_TRUE(result.ok) << result.worst;
  }
}

TEST(Gradgradcheck, FindsARuleThatIsNotItsBackward) {
  struct WrongRule : Cube {
    Variables rule(const Variable& dy, const Recall& recall) const {
      return {2 * dy * square(recall(x))};
    }
  };
  const GradcheckResult result =
      gradgradcheck([](Xs x) { return apply(WrongRule{}, x[0]); }, {kAround});
  EXPECT_FALSE(result.ok);
  EXPECT_THAT(result.worst, HasSubstr(": the rule gives "));
  EXPECT_THAT(result.worst, HasSubstr(", backward "));
}

TEST(Gradgradcheck, FindsARuleThatForgetsWhatItDependsOn) {
  struct CutRule : Cube {
    Variables rule(const Variable& dy, const Recall& recall) const {
      return {3 * dy * square(recall(x).detach())};
    }
  };
  struct CutSeed : Cube {
    Variables rule(const Variable& dy, const Recall& recall) const {
      return {3 * dy.detach() * square(recall(x))};
    }
  };
  EXPECT_THAT(gradgradcheck([](Xs x) { return apply(CutRule{}, x[0]); }, {kAround}).worst,
              StartsWith("input 0, element "));
  EXPECT_THAT(gradgradcheck([](Xs x) { return apply(CutSeed{}, x[0]); }, {kAround}).worst,
              StartsWith("input 1, element "));
}

TEST(Gradgradcheck, CountsNanAsFailure) {
  const auto root = [](Xs x) { return sqrt(x[0]); };
  EXPECT_FALSE(gradgradcheck(root, {Tensor::from({2}, {1, -1})}).ok);
}

// The same gradient for every output would cancel in the sum of a softmax or of
// x - mean(x); random weights keep it from that.
TEST(Gradcheck, SeesGradientsThatCancelInAPlainSum) {
  struct WrongSign : Cube {  // forward x - mean(x), backward its negative
    Tensor forward(const Tensor& input) {
      return (Variable(input) - mean(Variable(input))).value();
    }
    void backward(const Tensor& dy, const Gradients& d) const {
      const Variable g(dy);
      d[0].map([](Scalar v) { return v; }, (mean(g) - g).value());
    }
  };
  const auto function = [](Xs x) { return apply(WrongSign{}, x[0]); };
  EXPECT_FALSE(gradcheck(function, {kAround}, kDifferences).ok);
}

TEST(Gradcheck, HoldsToTheToleranceAsked) {
  const auto function = [](Xs x) { return exp(x[0]); };
  EXPECT_FALSE(gradcheck(function, {kAround}, {.step = 0.5, .tolerance = 1e-4}).ok);
  EXPECT_TRUE(gradcheck(function, {kAround}, {.step = 0.5, .tolerance = 1e-1}).ok);
  EXPECT_FALSE(gradcheck(function, {kAround}, {.step = 1e-2, .tolerance = 0}).ok);
}

// A step of 1e-3 at 1e9 would be lost in the rounding of x + h.
TEST(Gradcheck, StepsInProportionToLargeInputs) {
  const auto function = [](Xs x) { return 2 * x[0]; };
  const GradcheckResult result = gradcheck(function, {Tensor::scalar(Scalar(1e9))}, kDifferences);
  EXPECT_TRUE(result.ok) << result.worst;
}

// Halving the step of a fourth-order difference divides its error by 16.
TEST(Gradcheck, DifferencesAreOfFourthOrder) {
  if (kFloat) GTEST_SKIP() << "rounding hides the order in float";
  const auto error = [](double step) {
    return gradcheck([](Xs x) { return exp(x[0]); }, {Tensor::scalar(1)}, {.step = step})
        .worst_error;
  };
  EXPECT_NEAR(error(0.1) / error(0.05), 16, 0.5);
}

TEST(Gradcheck, LeavesTheInputsAlone) {
  const Tensor input = kAround.clone();
  const std::uint64_t version = input.version();
  const std::int64_t nodes = live_nodes();
  gradcheck([](Xs x) { return cube(x[0]); }, {input}, kDifferences);
  EXPECT_TRUE(test::same_bits(input, kAround));
  EXPECT_EQ(input.version(), version);
  EXPECT_EQ(live_nodes(), nodes);
}

TEST(Gradcheck, RefusesAFunctionThatDependsOnNothing) {
  EXPECT_EQ(error_of([] { gradcheck([](Xs x) { return x[0].detach(); }, {kAround}); }),
            "[backward] this result depends on no variable made with requires_grad; was it "
            "detached, or computed under NoGrad?");
}

}  // namespace
}  // namespace gradus
