#include "tensor/random.h"

#include <Random123/philox.h>

#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "tensor/error.h"
#include "tensor/parallel.h"

namespace gradus {
namespace {

using Group = r123::Philox4x32::ctr_type;

// The four numbers at position `counter` of a stream.
Group philox(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) {
  const auto low = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
  const auto high = [](std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); };
  return r123::Philox4x32()({{low(counter), high(counter), low(stream), high(stream)}},
                            {{low(seed), high(seed)}});
}

// 24 bits in float (2^-24 is its spacing just below 1), 32 in double.
Scalar unit(std::uint32_t bits) {
  if constexpr (sizeof(Scalar) == 4) {
    return static_cast<Scalar>(bits >> 8) * Scalar(0x1p-24);
  } else {
    return static_cast<Scalar>(bits) * Scalar(0x1p-32);
  }
}

}  // namespace

std::uint32_t Generator::bits() {
  if (left_ == 0) {
    const Group group = philox(seed_, stream_, counter_++);
    std::copy_n(group.begin(), 4, group_);
    left_ = 4;
  }
  return group_[4 - left_--];
}

Index Generator::below(Index n) {
  assert(n > 0 && n <= (Index{1} << 32));
  // Multiplying into 64 bits maps onto [0, n); the few values that would favour
  // some results are drawn again (Lemire, Fast random integer generation, 2019).
  const auto range = static_cast<std::uint64_t>(n);
  const std::uint64_t reject = ((std::uint64_t{1} << 32) - range) % range;
  std::uint64_t product = bits() * range;
  while ((product & 0xffffffffu) < reject) product = bits() * range;
  return static_cast<Index>(product >> 32);
}

std::vector<Index> Generator::permutation(Index n) {
  if (n < 0 || n > Index{1} << 32) fail("[permutation] got {}, expected 0 to 2^32", n);
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (Index i = n - 1; i > 0; --i) {
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(below(i + 1))]);
  }
  return order;
}

// Each element is draw(group, i) for the group of four that it belongs to and its place there.
template <class Draw>
void Generator::fill(Tensor& out, const Draw& draw) {
  Scalar* const y = out.mutable_data().data();
  const Index n = out.numel(), groups = (n + 3) / 4;
  parallel_for(groups, 1024, [&](Index begin, Index end) {
    for (Index g = begin; g < end; ++g) {
      const Group group = philox(seed_, stream_, counter_ + static_cast<std::uint64_t>(g));
      const Index first = 4 * g, count = std::min<Index>(4, n - first);
      for (Index i = 0; i < count; ++i) y[first + i] = draw(group, static_cast<std::size_t>(i));
    }
  });
  counter_ += static_cast<std::uint64_t>(groups);
}

void Generator::fill_uniform(Tensor& out, Scalar low, Scalar high) {
  fill(out, [=](const Group& group, std::size_t i) { return low + (high - low) * unit(group[i]); });
}

void Generator::fill_normal(Tensor& out, Scalar mean, Scalar stddev) {
  fill(out, [=](const Group& group, std::size_t i) {
    // Numbers 0 and 1 make the first pair, 2 and 3 the second. 1 - u is never
    // 0, so the logarithm is finite.
    const std::size_t pair = i / 2 * 2;
    const Scalar radius = std::sqrt(-2 * std::log(1 - unit(group[pair])));
    const Scalar angle = 2 * std::numbers::pi_v<Scalar> * unit(group[pair + 1]);
    return mean + stddev * radius * (i % 2 == 0 ? std::cos(angle) : std::sin(angle));
  });
}

}  // namespace gradus
