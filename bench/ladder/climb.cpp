// Times every rung of both ladders, in turns, against what the machine can do.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "bench/ladder/ladder.h"
#include "bench/peak.h"
#include "bench/timing.h"
#include "tensor/error.h"
#include "tensor/gemm.h"
#include "tensor/parallel.h"
#include "tensor/random.h"

namespace {

using namespace gradus;
using namespace gradus::bench;

template <class Run>
struct Rung {
  const char* name;
  Run run;
  std::vector<double> seconds = {};
};

std::vector<float> random_numbers(Index n) {
  std::vector<float> values(static_cast<std::size_t>(n));
  Tensor t = Tensor::uninitialized({n});
  Generator(1).fill_uniform(t, -1, 1);
  std::ranges::copy(t.data(), values.begin());
  return values;
}

// One turn of every rung, `rounds` times; results that differ from the first rung's end it.
template <class Rungs, class Call>
void climb(Rungs& rungs, int rounds, const std::vector<float>& y, const Call& call) {
  std::vector<float> first;
  for (int round = 0; round <= rounds; ++round) {
    for (auto& rung : rungs) {
      const double time = seconds_of([&] { call(rung.run); });
      if (round > 0) {
        rung.seconds.push_back(time);
      } else if (first.empty()) {
        first = y;
      } else {
        for (std::size_t i = 0; i < y.size(); ++i) {
          if (!(std::abs(y[i] - first[i]) <= 1e-3f)) fail("{}: wrong at {}", rung.name, i);
        }
      }
    }
  }
}

void library(const float* a, const float* b, float* c, long n) {
  gemm({a, n, n, n}, {b, n, n, n}, 0, c);
}

void own(const float* a, const float* b, float* c, long n) {
  set_gemm_backend(GemmBackend::own);
  library(a, b, c, n);
  set_gemm_backend(GemmBackend::blas);
}

void climb_matmul(long n, int rounds) {
  std::array rungs{
      Rung<Matmul>{"1 loops", matmul_1_loops},   Rung<Matmul>{"2 order", matmul_2_order},
      Rung<Matmul>{"3 blocks", matmul_3_blocks}, Rung<Matmul>{"4 registers", matmul_4_registers},
      Rung<Matmul>{"5 packed", matmul_5_packed}, Rung<Matmul>{"6 threads", matmul_6_threads},
      Rung<Matmul>{"gradus' own", own},          Rung<Matmul>{"OpenBLAS", library}};
  const std::vector<float> a = random_numbers(n * n), b = random_numbers(n * n);
  std::vector<float> c(a.size());
  climb(rungs, rounds, c, [&](Matmul run) { run(a.data(), b.data(), c.data(), n); });
  const double one = peak_flops(1), all = peak_flops(num_threads());
  fmt::print("Matrix product, {0} x {0}: GFLOP/s, and share of the peak\n", n);
  for (const auto& rung : rungs) {
    const bool threaded = rung.run == matmul_6_threads || rung.run == own || rung.run == library;
    const double flops =
        2.0 * static_cast<double>(n * n) * static_cast<double>(n) / median(rung.seconds);
    fmt::print("  {:<12} {:>8.1f} {:>5.0f} %\n", rung.name, flops / 1e9,
               100 * flops / (threaded ? all : one));
  }
  fmt::print("  peak: {:.0f} on one thread, {:.0f} on {}\n\n", one / 1e9, all / 1e9, num_threads());
}

void copy(const float* x, float* y, long n) { std::copy_n(x, n, y); }

void climb_chain(long n, int rounds) {
  std::array rungs{Rung<Chain>{"1 passes", chain_1_passes}, Rung<Chain>{"2 blocks", chain_2_blocks},
                   Rung<Chain>{"3 fused", chain_3_fused},
                   Rung<Chain>{"4 threads", chain_4_threads}};
  std::array copies{Rung<Chain>{"a plain copy", copy}};
  const std::vector<float> x = random_numbers(n);
  std::vector<float> y(x.size());
  climb(rungs, rounds, y, [&](Chain run) { run(x.data(), y.data(), n); });
  climb(copies, rounds, y, [&](Chain run) { run(x.data(), y.data(), n); });
  const auto rate = [&](const Rung<Chain>& rung) {
    return 8.0 * static_cast<double>(n) / median(rung.seconds);
  };
  fmt::print("max(2 x + 1, 0) / 3 of {} million: GB/s read and written, and share of a copy's\n",
             n >> 20);
  for (const auto& rung : rungs) {
    fmt::print("  {:<12} {:>8.1f} {:>5.0f} %\n", rung.name, rate(rung) / 1e9,
               100 * rate(rung) / rate(copies[0]));
  }
  fmt::print("  {:<12} {:>8.1f}\n", copies[0].name, rate(copies[0]) / 1e9);
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  int rounds = 7;
  long size = 1152;
  CLI::App app{"Climbs two ladders of kernels, from plain loops to what the machine can do."};
  app.add_option("--rounds", rounds, "Turns [7]")->check(CLI::PositiveNumber);
  app.add_option("--size", size, "Rows of the matrices, a multiple of 96 [1152]")
      ->check([](const std::string& text) {
        const long n = std::strtol(text.c_str(), nullptr, 10);
        return n > 0 && n % 96 == 0 ? "" : "expected a multiple of 96";
      });
  CLI11_PARSE(app, argc, argv);
  try {
    climb_matmul(size, rounds);
    climb_chain(Index(1) << 24, rounds);
  } catch (const Error& e) {
    fmt::print(stderr, "ladder: {}\n", e.what());
    return 1;
  }
  return 0;
}
