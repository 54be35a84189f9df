#include "tensor/math.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/expect.h"

namespace gradus {
namespace {

constexpr Scalar kInf = std::numeric_limits<Scalar>::infinity();
constexpr Scalar kNan = std::numeric_limits<Scalar>::quiet_NaN();
constexpr Scalar kSmallest = std::numeric_limits<Scalar>::denorm_min();

struct Function {
  const char* name;
  Scalar (*ours)(Scalar);
  long double (*exact)(long double);
  double low, high;  // the arguments it takes
  double ulps;       // how far off it may be
};

long double exact_sigmoid(long double x) { return 1 / (1 + std::exp(-x)); }
long double exact_softplus(long double x) {
  return std::max(x, 0.0L) + std::log1p(std::exp(-std::abs(x)));
}

const Function kFunctions[] = {
    {"exp", [](Scalar x) { return math::exp(x); }, [](long double x) { return std::exp(x); }, -1e38,
     1e38, 2},
    {"expm1", [](Scalar x) { return math::expm1(x); }, [](long double x) { return std::expm1(x); },
     -1e38, 1e38, 2},
    {"log1p_unit", [](Scalar x) { return math::log1p_unit(x); },
     [](long double x) { return std::log1p(x); }, 0, 1, 2},
    {"log", [](Scalar x) { return math::log(x); }, [](long double x) { return std::log(x); },
     std::numeric_limits<Scalar>::denorm_min(), 1e38, 2},
    {"log1p", [](Scalar x) { return math::log1p(x); }, [](long double x) { return std::log1p(x); },
     -0.9999999, 1e38, 3},
    {"sigmoid", [](Scalar x) { return math::sigmoid(x); }, exact_sigmoid, -1e38, 1e38, 3},
    {"tanh", [](Scalar x) { return math::tanh(x); }, [](long double x) { return std::tanh(x); },
     -1e38, 1e38, 3},
    {"softplus", [](Scalar x) { return math::softplus(x); }, exact_softplus, -1e38, 1e38, 3},
    {"normal_cdf", [](Scalar x) { return math::normal_cdf(x); },
     [](long double x) { return std::erfc(-x * std::sqrt(0.5L)) / 2; }, -1e38, 1e38,
     // In double the rounding of x / sqrt(2) grows with x^2 / 2, to 2e-13 in all.
     test::kFloat ? 6 : 2000},
};

class Accuracy : public testing::TestWithParam<Function> {};

// How many units in the last place `got` is off.
double ulps(Scalar got, long double exact) {
  constexpr long double kLargest = std::numeric_limits<Scalar>::max();
  constexpr long double kNone = 2.2L * std::numeric_limits<Scalar>::min();
  constexpr double kWrong = 1e9;
  // Results below twice the smallest normal number may be 0 (exp says so), and
  // those within a millionth of the largest may be infinite.
  if (std::abs(exact) < kNone) return std::abs(got) < kNone ? 0 : kWrong;
  if (std::abs(exact) > kLargest) return std::isinf(got) ? 0 : kWrong;
  if (std::abs(exact) > kLargest * (1 - 1e-6L) && std::isinf(got)) return 0;
  const int exponent = std::ilogb(exact) - (std::numeric_limits<Scalar>::digits - 1);
  return static_cast<double>(std::abs(got - exact) / std::ldexp(1.0L, exponent));
}

TEST_P(Accuracy, IsWithinSomeUnitsInTheLastPlace) {
  const Function& f = GetParam();
  double worst = 0;
  Scalar where = 0;
  const auto measure = [&](Scalar x) {
    if (x < f.low || x > f.high) return;
    const double error = ulps(f.ours(x), f.exact(x));
    if (error > worst) {
      worst = error;
      where = x;
    }
  };
  // A walk over arguments of every size, and a finer one where curves bend.
  constexpr int kSteps = 300'000;
  for (int i = 0; i <= kSteps; ++i) {
    const double t = i / static_cast<double>(kSteps);
    const auto size = static_cast<Scalar>(std::exp2(-126 + 252 * t));
    measure(size);
    measure(-size);
    measure(static_cast<Scalar>(-100 + 200 * t));
    measure(static_cast<Scalar>(-2 + 4 * t));
    measure(static_cast<Scalar>(t));
  }
  RecordProperty("worst_ulp", std::to_string(worst));
  EXPECT_LE(worst, f.ulps) << f.name << "(" << where << ") = " << f.ours(where) << ", exactly "
                           << static_cast<double>(f.exact(where));
}

INSTANTIATE_TEST_SUITE_P(Math, Accuracy, testing::ValuesIn(kFunctions),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Math, NanGivesNan) {
  for (const Function& f : kFunctions) EXPECT_TRUE(std::isnan(f.ours(kNan))) << f.name;
  EXPECT_TRUE(std::isnan(math::softplus(-kNan)));
}

TEST(Math, ZeroOfEitherSign) {
  for (const Scalar zero : {Scalar(0), Scalar(-0.0)}) {
    EXPECT_EQ(math::exp(zero), 1);
    EXPECT_EQ(math::expm1(zero), 0);
    EXPECT_EQ(math::sigmoid(zero), Scalar(0.5));
    EXPECT_EQ(math::tanh(zero), 0);
    EXPECT_NEAR(math::softplus(zero), std::log(2.0), 1e-7);
    EXPECT_NEAR(math::normal_cdf(zero), 0.5, 1e-7);
    EXPECT_EQ(math::log(zero), -kInf);
    EXPECT_EQ(math::log1p(zero), 0);
  }
  EXPECT_EQ(math::log1p_unit(0), 0);
  EXPECT_NEAR(math::log1p_unit(1), std::log(2.0), 1e-7);
}

TEST(Math, InfinityGivesTheLimits) {
  EXPECT_EQ(math::exp(kInf), kInf);
  EXPECT_EQ(math::exp(-kInf), 0);
  EXPECT_EQ(math::expm1(kInf), kInf);
  EXPECT_EQ(math::expm1(-kInf), -1);
  EXPECT_EQ(math::sigmoid(kInf), 1);
  EXPECT_EQ(math::sigmoid(-kInf), 0);
  EXPECT_EQ(math::tanh(kInf), 1);
  EXPECT_EQ(math::tanh(-kInf), -1);
  EXPECT_EQ(math::softplus(kInf), kInf);
  EXPECT_EQ(math::softplus(-kInf), 0);
  EXPECT_EQ(math::normal_cdf(kInf), 1);
  EXPECT_EQ(math::normal_cdf(-kInf), 0);
  EXPECT_EQ(math::log(kInf), kInf);
  EXPECT_EQ(math::log1p(kInf), kInf);
  EXPECT_EQ(math::log1p(-1), -kInf);
}

TEST(Math, HugeArgumentsGiveTheLimitsToo) {
  for (const Scalar huge : {Scalar(1000), Scalar(1e30), Scalar(1e38)}) {
    EXPECT_EQ(math::exp(huge), kInf);
    EXPECT_EQ(math::exp(-huge), 0);
    EXPECT_EQ(math::expm1(huge), kInf);
    EXPECT_EQ(math::expm1(-huge), -1);
    EXPECT_EQ(math::sigmoid(huge), 1);
    EXPECT_EQ(math::sigmoid(-huge), 0);
    EXPECT_EQ(math::tanh(huge), 1);
    EXPECT_EQ(math::tanh(-huge), -1);
    EXPECT_EQ(math::softplus(huge), huge);
    EXPECT_EQ(math::softplus(-huge), 0);
    EXPECT_EQ(math::normal_cdf(huge), 1);
    EXPECT_EQ(math::normal_cdf(-huge), 0);
  }
}

TEST(Math, LogarithmsOfNegativeNumbersAreNaN) {
  for (const Scalar x : {-kSmallest, Scalar(-0.5), Scalar(-1.5), Scalar(-1e38), -kInf}) {
    EXPECT_TRUE(std::isnan(math::log(x))) << x;
    EXPECT_EQ(std::isnan(math::log1p(x)), x < -1) << x;
  }
}

TEST(Math, DenormalsAreAsGoodAsZero) {
  for (const Scalar tiny : {kSmallest, -kSmallest, std::numeric_limits<Scalar>::min() / 2}) {
    EXPECT_EQ(math::exp(tiny), 1);
    EXPECT_NEAR(math::expm1(tiny), tiny, std::numeric_limits<Scalar>::min());
    EXPECT_EQ(math::sigmoid(tiny), Scalar(0.5));
    EXPECT_NEAR(math::tanh(tiny), tiny, std::numeric_limits<Scalar>::min());
    EXPECT_EQ(math::log1p(tiny), tiny);
  }
}

TEST(Math, ResultsKeepWithinTheirRange) {
  for (int i = -4000; i <= 4000; ++i) {
    const Scalar x = Scalar(i) / 40;
    EXPECT_GE(math::exp(x), 0);
    EXPECT_GE(math::expm1(x), -1);
    EXPECT_GE(math::sigmoid(x), 0);
    EXPECT_LE(math::sigmoid(x), 1);
    EXPECT_LE(std::abs(math::tanh(x)), 1);
    EXPECT_GE(math::normal_cdf(x), 0);
    EXPECT_LE(math::normal_cdf(x), 1);
    EXPECT_GE(math::softplus(x), std::max(x, Scalar(0)));
  }
}

TEST(Math, SmallArgumentsKeepTheirDigits) {
  // e^x - 1 computed as exp(x) - 1 would have no digit left here.
  const Scalar x = test::kFloat ? Scalar(1e-9) : Scalar(1e-18);
  EXPECT_NEAR(math::expm1(x) / x, 1, 1e-6);
  EXPECT_NEAR(math::log1p_unit(x) / x, 1, 1e-6);
  EXPECT_NEAR(math::log1p(x) / x, 1, 1e-6);
  EXPECT_NEAR(math::tanh(x) / x, 1, 1e-6);
  EXPECT_NEAR(math::softplus(Scalar(-40)) / std::exp(-40.0), 1, 1e-6);
}

// Fused multiply-adds may round differently in a vectorised loop, but edge
// values must be the same there.
TEST(Math, AVectorisedLoopGivesTheSame) {
  std::vector<Scalar> x;
  for (int i = 0; i < 1003; ++i) x.push_back(Scalar(-110 + 0.22 * i));
  x.insert(x.end(), {kInf, -kInf, kNan, 0, kSmallest, Scalar(1e38), Scalar(-1e38)});
  const std::size_t n = x.size();
  std::vector<Scalar> e(n), s(n), t(n), p(n), c(n), l(n), m(n);
#pragma omp simd
  for (std::size_t i = 0; i < n; ++i) {
    e[i] = math::exp(x[i]);
    s[i] = math::sigmoid(x[i]);
    t[i] = math::tanh(x[i]);
    p[i] = math::softplus(x[i]);
    c[i] = math::normal_cdf(x[i]);
    l[i] = math::log(x[i]);
    m[i] = math::log1p(x[i]);
  }
  const auto expect_same = [](Scalar got, Scalar want) {
    if (std::isnan(want)) {
      EXPECT_TRUE(std::isnan(got));
    } else if (std::isinf(want) || want == 0) {
      EXPECT_EQ(got, want);
    } else {
      EXPECT_NEAR(got / want, 1, 1e-6);
    }
  };
  for (std::size_t i = 0; i < n; ++i) {
    SCOPED_TRACE(x[i]);
    expect_same(e[i], math::exp(x[i]));
    expect_same(s[i], math::sigmoid(x[i]));
    expect_same(t[i], math::tanh(x[i]));
    expect_same(p[i], math::softplus(x[i]));
    expect_same(c[i], math::normal_cdf(x[i]));
    expect_same(l[i], math::log(x[i]));
    expect_same(m[i], math::log1p(x[i]));
  }
}

}  // namespace
}  // namespace gradus
