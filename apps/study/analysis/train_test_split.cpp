#include "apps/study/analysis/train_test_split.h"

#include <bit>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

#include "tensor/error.h"

namespace gradus::study {
namespace {

// Uniform in 0..most. Requires: most > 0.
std::uint32_t draw(std::mt19937& generator, std::uint32_t most) {
  const std::uint32_t mask = ~std::uint32_t{0} >> std::countl_zero(most);
  while (true) {
    const auto value = static_cast<std::uint32_t>(generator()) & mask;
    if (value <= most) return value;
  }
}

}  // namespace

TrainTestSplit legacy_split(Index n, double test_share, std::uint32_t seed) {
  if (!(test_share > 0 && test_share < 1)) {
    fail("[split] got the test share {}, expected one between 0 and 1", test_share);
  }
  const auto test_size = static_cast<Index>(std::ceil(test_share * static_cast<double>(n)));
  if (n < 2 || test_size == n || n > Index{1} << 32) {
    fail("[split] got {} rows for a test share of {}, expected enough for both sets", n,
         test_share);
  }
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::mt19937 generator(seed);
  for (std::size_t i = order.size() - 1; i > 0; --i) {
    std::swap(order[i], order[draw(generator, static_cast<std::uint32_t>(i))]);
  }
  const auto border = order.begin() + test_size;
  return {.train = {border, order.end()}, .test = {order.begin(), border}};
}

}  // namespace gradus::study
