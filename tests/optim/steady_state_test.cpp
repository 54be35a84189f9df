// What a training step costs once the first is done: no memory from the system,
// nothing left behind.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "nn/layers.h"
#include "nn/losses.h"
#include "optim/adam.h"
#include "optim/rmsprop.h"
#include "optim/sgd.h"
#include "tensor/pool.h"
#include "tests/support/allocations.h"
#include "tests/support/expect.h"

namespace gradus::optim {
namespace {

using test::new_calls;

struct Loss {
  const char* name;
  Variable (*function)(const Variable&, const Variable&);
};

struct Maker {
  const char* name;
  std::unique_ptr<Optimizer> (*make)(const Parameters&);
};

class SteadyState : public testing::TestWithParam<std::tuple<Loss, Maker, int>> {};

TEST_P(SteadyState, AStepAsksTheSystemForNothingAndLeavesNothing) {
  const auto& [loss, maker, threads] = GetParam();
  const auto loss_of = loss.function;
  const test::ThreadCount scope(threads);
  Generator random(1);
  // Large enough for products and updates of several chunks.
  nn::Sequential model(nn::Flatten(), nn::Dense(784, 256, Activation::relu, random),
                       nn::Dense(256, 32, Activation::selu, random),
                       nn::Dense(32, 784, Activation::linear, random), nn::Reshape({28, 28}));
  const auto optimizer = maker.make(model.parameters());
  const Tensor data = Tensor::full({64, 28, 28}, Scalar(0.5));
  std::vector<Index> indices(40);
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<Index>(63 - i);
  const auto step = [&] {
    const Variable batch(data.gather_rows(indices));
    optimizer->zero_grad();
    const Variable y = loss_of(model(batch), batch);
    y.backward();
    optimizer->step();
  };

  for (int i = 0; i < 3; ++i) step();  // the warm-up
  const PoolStats before = pool_stats();
  const auto nodes = live_nodes();
  EXPECT_EQ(nodes, 6);  // the leaves: weight and bias of three layers
  pool_reset_high_water();
  step();
  const std::size_t high_water = pool_stats().high_water_bytes;
  const std::uint64_t calls = new_calls();
  for (int i = 0; i < 5; ++i) {
    step();
    const PoolStats now = pool_stats();
    ASSERT_EQ(now.system_allocations, before.system_allocations);
    ASSERT_EQ(now.live_bytes, before.live_bytes);
    ASSERT_EQ(now.live_blocks, before.live_blocks);
    ASSERT_EQ(now.high_water_bytes, high_water);
    ASSERT_EQ(live_nodes(), nodes);
  }
  EXPECT_EQ(new_calls(), calls);
}

INSTANTIATE_TEST_SUITE_P(
    Dense, SteadyState,
    testing::Combine(testing::Values(Loss{"Bce", nn::bce_with_logits}, Loss{"Mse", nn::mse},
                                     Loss{"Mae", nn::mae}),
                     testing::Values(Maker{"SGD",
                                           [](const Parameters& p) -> std::unique_ptr<Optimizer> {
                                             return std::make_unique<SGD>(p);
                                           }},
                                     Maker{"Momentum",
                                           [](const Parameters& p) -> std::unique_ptr<Optimizer> {
                                             return std::make_unique<SGD>(
                                                 p, SgdOptions{.momentum = Scalar(0.9)});
                                           }},
                                     Maker{"RMSprop",
                                           [](const Parameters& p) -> std::unique_ptr<Optimizer> {
                                             return std::make_unique<RMSprop>(p);
                                           }},
                                     Maker{"Adam",
                                           [](const Parameters& p) -> std::unique_ptr<Optimizer> {
                                             return std::make_unique<Adam>(p);
                                           }}),
                     testing::Values(1, 2)),
    [](const auto& param) {
      return std::string(std::get<0>(param.param).name) + std::get<1>(param.param).name +
             std::to_string(std::get<2>(param.param)) + "Threads";
    });

// The memory that the system counts for this process, in bytes.
std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

TEST(LongRun, TenThousandStepsLeaveMemoryFlat) {
  Generator random(1);
  nn::Sequential model(nn::Dense(8, 16, Activation::tanh, random),
                       nn::Dense(16, 8, Activation::linear, random));
  Adam adam(model.parameters());
  Tensor data = Tensor::uninitialized({16, 8});
  random.fill_normal(data, 0, 1);
  const auto steps = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const Variable x(data);
      adam.zero_grad();
      nn::mse(model(x), x).backward();
      adam.step();
    }
  };
  steps(100);
  const PoolStats before = pool_stats();
  const std::int64_t nodes = live_nodes(), resident = resident_bytes();
  ASSERT_GT(resident, 0);
  steps(10'000);
  EXPECT_EQ(pool_stats().live_bytes, before.live_bytes);
  EXPECT_EQ(pool_stats().live_blocks, before.live_blocks);
  EXPECT_EQ(pool_stats().high_water_bytes, before.high_water_bytes);
  EXPECT_EQ(pool_stats().system_allocations, before.system_allocations);
  EXPECT_EQ(live_nodes(), nodes);
  // AddressSanitizer keeps freed memory back.
  if (test::counts_new_calls()) {
    EXPECT_LE(resident_bytes() - resident, 1 << 20);
  }
}

TEST(Allocations, AreCounted) {
  if (!test::counts_new_calls()) GTEST_SKIP() << "AddressSanitizer has operators of its own";
  const std::uint64_t before = new_calls();
  auto one = std::make_unique<int>(7);
  std::vector<int> many(100);
  // Their addresses are used, so that the compiler may not leave them out.
  EXPECT_NE(static_cast<void*>(one.get()), static_cast<void*>(many.data()));
  EXPECT_GE(new_calls(), before + 2);
}

TEST(FailedStep, LeavesNoNode) {
  Generator random(1);
  nn::Dense layer(3, 2, Activation::relu, random);
  const auto nodes = live_nodes();
  const std::size_t live = pool_stats().live_bytes;
  for (int i = 0; i < 3; ++i) {
    const Variable x(Tensor::ones({4, 3}));
    EXPECT_NE(test::error_of([&] {
                nn::mse(layer(x), Variable(Tensor::ones({4, 3})));
              }),
              "(no error)");
  }
  EXPECT_EQ(live_nodes(), nodes);
  EXPECT_EQ(pool_stats().live_bytes, live);
}

}  // namespace
}  // namespace gradus::optim
