// How the cost of a training step grows with the batch, the width, the depth and the
// data, on one thread and on two.
//
// Starts from the autoencoder of ae_fashion and changes one size at a time. Writes a
// table, a chart of the time for each size, and the roofline: the rate of each step
// over the operations it makes for a byte of its memory, under what the processor
// and the memory allow (Williams, Waterman and Patterson, Roofline, 2009).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <vector>

#include "apps/study/chart/chart.h"
#include "bench/batches.h"
#include "bench/peak.h"
#include "bench/products.h"
#include "bench/timing.h"
#include "bench/workload.h"
#include "tensor/file.h"
#include "tensor/gemm.h"
#include "tensor/parallel.h"
#include "tensor/pool.h"

namespace {

using namespace gradus;
using namespace gradus::bench;
using Clock = std::chrono::steady_clock;

constexpr std::array kThreads{1, 2};

struct Point {
  Index size;
  double flops;                                 ///< of the products of a step
  double bytes;                                 ///< live at most, without the data
  std::array<double, kThreads.size()> seconds;  ///< of a step
};

struct Sweep {
  std::string name, title;
  std::vector<Point> points;
};

Point measure(Index size, const Workload& workload, Index batches, double seconds) {
  const double before = static_cast<double>(pool_stats().live_bytes);
  Batches data(workload.batch, workload.features(), batches);
  const double with_data = static_cast<double>(pool_stats().live_bytes);
  const auto step = [&] { workload.step(data.next()); };
  Point point{size, Products(workload.layers, workload.batch).flops(), 0, {}};
  std::array<std::vector<double>, kThreads.size()> times;
  for (int i = 0; i < 3; ++i) step();
  pool_reset_high_water();
  const auto start = Clock::now();
  // Turns of a few steps on one thread, then on two; at least five turns.
  while (times[0].size() < 25 ||
         std::chrono::duration<double>(Clock::now() - start).count() < seconds) {
    for (std::size_t t = 0; t < kThreads.size(); ++t) {
      set_num_threads(kThreads[t]);
      for (int i = 0; i < 5; ++i) {
        times[t].push_back(seconds_of(step));
      }
    }
  }
  for (std::size_t t = 0; t < kThreads.size(); ++t) point.seconds[t] = median(times[t]);
  // What is live outside of this step, such as the weights, counts; the data does not.
  point.bytes = static_cast<double>(pool_stats().high_water_bytes) - (with_data - before);
  return point;
}

// Bytes a second that a copy far larger than the caches reads and writes, on all threads.
double copy_rate() {
  set_num_threads(kThreads.back());
  const Tensor x = Tensor::zeros({1 << 26});
  Tensor y = Tensor::zeros({1 << 26});
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    times.push_back(seconds_of([&] {
      parallel_for(x.numel(), 1 << 20, [&](Index from, Index to) {
        std::copy(x.data().begin() + from, x.data().begin() + to, y.mutable_data().begin() + from);
      });
    }));
  }
  return 2.0 * sizeof(Scalar) * static_cast<double>(x.numel()) / median(times);
}

const std::vector<Index> kFashion{784, 256, 128, 64, 16, 64, 128, 256, 784};

std::vector<Sweep> sweep(double seconds) {
  std::vector<Sweep> sweeps;
  const auto add = [&](const char* name, const char* title, const std::vector<Index>& sizes,
                       const auto& point) {
    Sweep& s = sweeps.emplace_back(Sweep{name, title, {}});
    for (const Index size : sizes) {
      s.points.push_back(point(size));
      pool_trim();
      fmt::print(stderr, "\r{} {}    ", name, size);
    }
    fmt::print(stderr, "\n");
  };
  add("batch", "samples a batch", {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096},
      [&](Index n) {
        return measure(n, autoencoder(n, kFashion), std::max<Index>(2, 8192 / n), seconds);
      });
  add("width", "units of the two hidden layers", {64, 128, 256, 512, 1024, 2048, 4096},
      [&](Index n) {
        return measure(n, autoencoder(128, {784, n, n, 784}), 60, seconds);
      });
  add("depth", "hidden layers of 256 units", {2, 4, 8, 16, 32, 64}, [&](Index n) {
    std::vector<Index> units(static_cast<std::size_t>(n) + 2, 256);
    units.front() = units.back() = 784;
    return measure(n, autoencoder(128, units), 60, seconds);
  });
  add("data", "samples to draw batches of 128 from", {1024, 2048, 4096, 8192, 16384, 32768, 60032},
      [&](Index n) { return measure(n, autoencoder(128, kFashion), n / 128, seconds); });
  return sweeps;
}

std::string table(const Sweep& s) {
  std::string text = fmt::format(
      "| {} | 1 thread, ms | 2 threads, ms | times as fast | GFLOP/s | memory, MB |\n"
      "|---|---|---|---|---|---|\n",
      s.title);
  for (const Point& p : s.points) {
    const auto& [one, two] = p.seconds;
    text += fmt::format("| {} | {:.4g} | {:.4g} | {:.2f} | {:.1f} | {:.1f} |\n", p.size, one * 1e3,
                        two * 1e3, one / two, p.flops / std::min(one, two) * 1e-9, p.bytes * 1e-6);
  }
  return text;
}

study::Chart chart_of(const Sweep& s) {
  study::LineChart plot{.lines = {{.name = "1 thread", .ink = study::Ink::kBlue},
                                  {.name = "2 threads", .ink = study::Ink::kOrange}},
                        .log_x = true,
                        .log_y = true};
  for (const Point& p : s.points) {
    plot.x.push_back(static_cast<double>(p.size));
    for (std::size_t t = 0; t < kThreads.size(); ++t) {
      plot.lines[t].y.push_back(p.seconds[t] * 1e3);
    }
  }
  return {.name = s.name,
          .title = "A training step over the " + s.title,
          .x_label = s.title,
          .y_label = "ms",
          .plot = plot,
          .width = 640};
}

// Of the sweep whose operations for a byte differ most, that of the batch.
study::Chart roofline(const Sweep& sweep, double peak, double bandwidth) {
  study::Line steps{.name = "steps", .ink = study::Ink::kBlue};
  study::Line limit{.name = "limit", .ink = study::Ink::kRed};
  study::LineChart plot{.log_x = true, .log_y = true};
  for (const Point& p : sweep.points) {
    const double intensity = p.flops / p.bytes;
    plot.x.push_back(intensity);
    steps.y.push_back(p.flops / std::min(p.seconds[0], p.seconds[1]) * 1e-9);
    limit.y.push_back(std::min(peak, bandwidth * intensity) * 1e-9);
  }
  plot.lines = {steps, limit};
  return {.name = "roofline",
          .title = fmt::format("Rate of a step of {} to {} samples, and its limit",
                               sweep.points.front().size, sweep.points.back().size),
          .x_label = "operations for a byte of the step's memory",
          .y_label = "GFLOP/s",
          .plot = plot,
          .width = 640};
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  std::filesystem::path out = "build/scaling";
  double seconds = 0.5;
  std::string gemm = "blas";
  CLI::App app{"Measures how a training step grows with batch, width, depth and data."};
  app.add_option("--out", out, "Folder for the table and the charts [build/scaling]");
  app.add_option("--seconds", seconds, "For each size [0.5]")->check(CLI::PositiveNumber);
  app.add_option("--gemm", gemm, "What multiplies: blas, or own, our kernel [blas]")
      ->check(CLI::IsMember({"blas", "own"}).description(""));
  CLI11_PARSE(app, argc, argv);
  set_gemm_backend(gemm_backend_named(gemm));
  std::filesystem::create_directories(out);

  const std::vector<Sweep> sweeps = sweep(seconds);
  const double peak = peak_flops(kThreads.back()), bandwidth = copy_rate();
  std::string text = fmt::format("{}; two threads: peak {:.0f} GFLOP/s, memory {:.0f} GB/s\n",
                                 gemm_description(), peak * 1e-9, bandwidth * 1e-9);
  std::vector<study::Chart> charts;
  for (const Sweep& s : sweeps) {
    text += "\n" + table(s);
    charts.push_back(chart_of(s));
  }
  charts.push_back(roofline(sweeps.front(), peak, bandwidth));
  study::draw_charts(out, charts);
  write_file(out / "scaling.md", text);
  fmt::print("{}\nWritten to {}\n", text, out.string());
}
