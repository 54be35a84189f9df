// Training runs side by side, each on a thread of its own.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "optim/adam.h"
#include "optim/best_weights.h"
#include "optim/fit.h"
#include "tests/support/expect.h"
#include "tests/support/vae.h"

namespace gradus::optim {
namespace {

// The weights, their best and the losses of a run.
std::vector<Tensor> train(std::uint64_t seed, const Tensor& images) {
  test::Vae vae = test::make_vae(seed, seed + 10);
  Adam adam(vae.parameters());
  BestWeights best(vae.parameters());
  const History history =
      fit(adam, {images, images}, [&](const Batch& b) { return vae.loss(b.inputs); },
          {.epochs = 5,
           .batch_size = 2100,
           .seed = seed,
           .validation = {images.rows(0, 40), images.rows(0, 40)},
           .callbacks = {&best}});
  std::vector<Tensor> result;
  for (const NamedParameter& p : vae.parameters()) result.push_back(p.variable.value());
  for (const NamedTensor& t : best.weights()) result.push_back(t.value);
  for (const EpochLog& e : history) {
    result.push_back(Tensor::scalar(static_cast<Scalar>(e.loss)));
    result.push_back(Tensor::scalar(static_cast<Scalar>(*e.val_loss)));
  }
  return result;
}

// A ThreadLimit of `limit` on each; 0 is none, where both start teams.
class SideBySide : public testing::TestWithParam<int> {};

TEST_P(SideBySide, TwoRunsGiveWhatEachGivesAlone) {
  const test::ThreadCount scope(2);
  Generator random(1);
  // Batches of 2,100 rows of 6, so that loops over them and their noise are cut in two.
  Tensor images = Tensor::uninitialized({5000, 2, 3});
  random.fill_normal(images, 0, 1);
  const std::vector<std::vector<Tensor>> alone{train(1, images), train(2, images)};
  std::vector<std::vector<Tensor>> together(2);
  {
    std::vector<std::jthread> threads;
    for (const std::uint64_t seed : {1, 2}) {
      threads.emplace_back([&, seed] {
        const ThreadLimit limit(GetParam());
        together[seed - 1] = train(seed, images);
      });
    }
  }
  for (std::size_t run = 0; run < 2; ++run) {
    ASSERT_EQ(together[run].size(), alone[run].size());
    for (std::size_t i = 0; i < alone[run].size(); ++i) {
      EXPECT_TRUE(test::same_bits(together[run][i], alone[run][i])) << run << ", " << i;
    }
  }
  EXPECT_FALSE(test::same_bits(alone[0][0], alone[1][0]));
}

INSTANTIATE_TEST_SUITE_P(Threads, SideBySide, testing::Values(1, 2));

}  // namespace
}  // namespace gradus::optim
