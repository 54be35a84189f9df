#include "autograd/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "autograd/non_finite.h"
#include "autograd/ops.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::in;
using test::leaf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr double kScalar = sizeof(Scalar);

TEST(Profile, RecordsForwardsAndBackwardsInOrder) {
  const Variable w(Tensor::ones({3, 5}), true), b(Tensor::zeros({5}), true);
  const Variable x(Tensor::ones({2, 3}));
  Profile profile;
  Variable y;
  {
    const auto scope = in("net");
    y = dense(x, w, b, Activation::tanh);
  }
  mean(y).backward();
  std::vector<std::string> seen;
  double last = 0;
  for (const Profile::Event& e : profile.events()) {
    seen.push_back(std::string(e.operation) + (e.backward ? "'" : "") + " " + e.path->str());
    EXPECT_GE(e.start, last);
    EXPECT_GE(e.seconds, 0);
    last = e.start + e.seconds;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"dense net", "mean ", "reshape ", "reshape' ", "mean' ",
                                            "dense' net"}));
}

TEST(Profile, CountsBytesAndOperations) {
  const Variable w(Tensor::ones({3, 5}), true), b(Tensor::zeros({5}), true);
  const Variable data(Tensor::ones({2, 3})), learned(Tensor::ones({2, 3}), true);
  Profile profile;
  const auto last = [&] { return profile.events().back(); };

  const Variable y = dense(data, w, b, Activation::linear);
  EXPECT_EQ(last().flops, 2 * 2 * 3 * 5);
  EXPECT_EQ(last().bytes, 10 * kScalar);
  EXPECT_EQ(last().shape, (Shape{2, 5}));
  y.backward(Tensor::ones({2, 5}));
  EXPECT_EQ(last().flops, 2 * 2 * 3 * 5);  // of w alone
  EXPECT_EQ(last().bytes, (15 + 5) * kScalar);
  dense(learned, w, b, Activation::linear).backward(Tensor::ones({2, 5}));
  EXPECT_EQ(last().flops, 2 * 2 * 2 * 3 * 5);  // of both
  EXPECT_EQ(last().bytes, (6 + 15 + 5) * kScalar);

  const Variable product = matmul(w, learned, {.transpose_a = true, .transpose_b = true});
  EXPECT_EQ(last().flops, 2 * 5 * 3 * 2);
  product.backward(Tensor::ones({5, 2}));
  EXPECT_EQ(last().flops, 2 * 2 * 5 * 3 * 2);

  // Many products: as many times the flops of one.
  const Variable many(Tensor::ones({10, 3, 4})), others(Tensor::ones({10, 4, 5}));
  matmul(many, others);
  EXPECT_EQ(last().flops, 2 * 10 * 3 * 4 * 5);
  matmul(transpose(many, 1, 2), others, {.transpose_a = true});
  EXPECT_EQ(last().flops, 2 * 10 * 3 * 4 * 5);

  reshape(learned, {6});
  EXPECT_EQ(last().flops, 0);  // the same elements
  EXPECT_EQ(last().bytes, 0);
  const Variable total = sum_to(learned, {});
  EXPECT_EQ(last().flops, 6);
  EXPECT_EQ(last().bytes, kScalar);
  total.backward();
  EXPECT_EQ(last().flops, 6);
  EXPECT_EQ(last().bytes, 6 * kScalar);
  const NoGrad no_grad;
  matmul(learned, w);
  EXPECT_EQ(last().flops, 2 * 2 * 3 * 5);
}

TEST(Profile, SeesItsOwnLifeAndThreadOnly) {
  const Variable x = leaf(2);
  exp(x);
  auto outer = std::make_unique<Profile>();
  exp(x);
  auto inner = std::make_unique<Profile>();
  exp(x);
  std::jthread([] { exp(leaf(2)); }).join();
  outer.reset();  // not in the order in which they were made
  exp(x);
  EXPECT_EQ(inner->events().size(), 2u);
  inner.reset();
  exp(x);
  EXPECT_FALSE(Observer::any());
}

TEST(Profile, SkipsWhatFails) {
  Profile profile;
  EXPECT_THROW(exp(leaf(1)) + Variable(Tensor::ones({2})) * Variable(Tensor::ones({3})), Error);
  for (const Profile::Event& e : profile.events()) EXPECT_STREQ(e.operation, "exp");
}

TEST(Profile, SeesGradAsTheForwardsOfItsRules) {
  const Variable x = leaf(2);
  const Variable y = exp(x);
  Profile profile;
  grad(y, std::span(&x, 1));
  ASSERT_EQ(profile.events().size(), 1u);
  EXPECT_STREQ(profile.events()[0].operation, "mul");
  EXPECT_FALSE(profile.events()[0].backward);
}

TEST(Profile, MakesTables) {
  const Variable x(Tensor::ones({100}), true);
  Profile profile;
  for (int i = 0; i < 3; ++i) {
    const auto scope = in("a");
    sum_to(exp(x), {}).backward();
  }
  sum_to(x, {});
  const std::string operations = profile.table(), modules = profile.table(Profile::By::module);
  EXPECT_THAT(operations, StartsWith("operation    calls  forward ms  backward ms   share  MB "
                                     "written   GFLOP/s\n"));
  EXPECT_THAT(operations, testing::ContainsRegex("\nexp              6  "));
  EXPECT_THAT(operations, testing::ContainsRegex("\nsum              7  "));
  EXPECT_THAT(operations, testing::ContainsRegex("\ntotal           13  .* 100.0%"));
  EXPECT_THAT(modules, StartsWith("module    calls  "));
  EXPECT_THAT(modules, testing::ContainsRegex("\na            12  "));
  EXPECT_THAT(modules, testing::ContainsRegex("\n-             1  "));
  EXPECT_THAT(Profile().table(), HasSubstr("total            0       0.000        0.000    0.0%"));
}

TEST(Profile, WritesATrace) {
  const Variable x(Tensor::ones({2, 3}), true);
  Profile profile;
  {
    const auto scope = in("a \"quoted\\ name\n\x01 \xff");
    exp(x).backward(Tensor::ones({2, 3}));
  }
  const auto trace = nlohmann::json::parse(profile.chrome_trace());
  const auto& events = trace.at("traceEvents");
  ASSERT_EQ(events.size(), 2u);
  for (const auto& e : events) {
    EXPECT_EQ(e.at("name"), "exp");
    EXPECT_EQ(e.at("ph"), "X");
    EXPECT_TRUE(e.at("ts").is_number());
    EXPECT_GE(e.at("dur").get<double>(), 0);
    EXPECT_EQ(e.at("pid"), 1);
    EXPECT_EQ(e.at("tid"), thread_number());
    EXPECT_EQ(e.at("args").at("module"), "a \"quoted\\ name\n\x01 \xef\xbf\xbd");
    EXPECT_EQ(e.at("args").at("shape"), "(2, 3)");
    EXPECT_EQ(e.at("args").at("bytes"), 6 * kScalar);
    EXPECT_EQ(e.at("args").at("flops"), 6);
  }
  EXPECT_EQ(events[0].at("cat"), "forward");
  EXPECT_EQ(events[1].at("cat"), "backward");
}

// The same bits, watched or not.
TEST(Profile, ChangesNothing) {
  const auto gradient = [] {
    const Variable w = leaf({2, 2}, {1, 2, 3, Scalar(0.3)});
    sum(tanh(matmul(w, w)) / w).backward();
    return w.grad().clone();
  };
  const Tensor alone = gradient();
  const StopAtNonFinite stop;
  Profile profile;
  EXPECT_TRUE(test::same_bits(gradient(), alone));
}

}  // namespace
}  // namespace gradus
