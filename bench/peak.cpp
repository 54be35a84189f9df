#include "bench/peak.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <thread>

#include "tensor/scalar.h"

namespace gradus::bench {
namespace {

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif
using Vector __attribute__((vector_size(kBytes))) = Scalar;

// Twelve independent sums: more than the four or five cycles of a multiply-add
// times the two that can begin in each.
constexpr int kSums = 12;
constexpr long kRounds = 200'000;

// Kept from being computed in advance by values the compiler cannot know.
Scalar chains(volatile const Scalar* factors) {
  Vector factor, addend, sums[kSums];
  for (int lane = 0; lane < int(sizeof(Vector) / sizeof(Scalar)); ++lane) {
    factor[lane] = factors[0];
    addend[lane] = factors[1];
    for (int s = 0; s < kSums; ++s) sums[s][lane] = Scalar(s);
  }
  for (long round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
    for (int s = 0; s < kSums; ++s) sums[s] = sums[s] * factor + addend;
  }
  Scalar total = 0;
  for (const Vector& sum : sums) total += sum[0];
  return total;
}

}  // namespace

double peak_flops(int threads) {
  const volatile Scalar factors[2] = {Scalar(0.999), Scalar(0.001)};
  volatile Scalar sink = 0;
  double best = 0;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const auto start = std::chrono::steady_clock::now();
#pragma omp parallel num_threads(threads)
    {
      const Scalar total = chains(factors);
#pragma omp critical
      sink = sink + total;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const double flops = 2.0 * kSums * kRounds * threads * sizeof(Vector) / sizeof(Scalar);
    best = std::max(best, flops / seconds.count());
  }
  return best;
}

namespace {

// Waits for `ball` to be `value`; now and then for another thread to have the processor.
void await(const std::atomic<int>& ball, int value) {
  for (int spins = 1; ball != value; ++spins) {
    if (spins % 10000 == 0) std::this_thread::yield();
  }
}

}  // namespace

double round_trip() {
  constexpr int kTrips = 2000;
  double best = std::numeric_limits<double>::infinity();
  for (int attempt = 0; attempt < 20; ++attempt) {
    std::atomic<int> ball = 0;
    std::jthread other([&] {
      for (int i = 0; i < kTrips; ++i) {
        await(ball, 2 * i + 1);
        ball = 2 * i + 2;
      }
    });
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kTrips; ++i) {
      ball = 2 * i + 1;
      await(ball, 2 * i + 2);
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::min(best, seconds.count() / kTrips);
  }
  return best;
}

}  // namespace gradus::bench
