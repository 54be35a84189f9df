// How close the training steps of the studies come to their limits.
//
// Measures in turns, within one process, each whole step (gather, forward, loss,
// backward, optimizer), its matrix products alone in two arrangements, and the
// machine's peak; prints medians and ratios. Turns make the ratios hold where the
// machine's speed drifts.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "autograd/profile.h"
#include "bench/batches.h"
#include "bench/peak.h"
#include "bench/products.h"
#include "bench/timing.h"
#include "tensor/file.h"
#include "tensor/gemm.h"
#include "tensor/parallel.h"
#include "tensor/pool.h"

namespace {

using namespace gradus;
using namespace gradus::bench;

struct Result {
  std::string name;
  int threads;
  std::string gemm;  // what multiplied
  double step_ms, gemm_ms, peak_fraction, allocations;
  double round_trip_ns;  // of a cache line between two threads, right after
};

// Milliseconds of each run, by one backend.
struct Times {
  GemmBackend backend;
  std::vector<double> steps = {}, in_turn = {}, in_bands = {};
};

void time(std::vector<double>& results, int times, const std::function<void()>& body) {
  for (int i = 0; i < times; ++i) {
    results.push_back(1e3 * seconds_of(body));
  }
}

std::vector<Result> measure(const Workload& workload, int threads, double peak, int rounds,
                            const std::vector<GemmBackend>& backends) {
  set_num_threads(threads);
  Products products(workload.layers, workload.batch);
  Batches batches(workload.batch, workload.features());
  const auto round = [&](Times& t, int times) {
    set_gemm_backend(t.backend);
    time(t.steps, times, [&] { workload.step(batches.next()); });
    time(t.in_turn, times, [&] { products.run_in_turn(); });
    time(t.in_bands, times, [&] { products.run_in_bands(); });
  };
  std::vector<Times> all;
  for (const GemmBackend backend : backends) {
    Times warm_up{backend};
    round(warm_up, 20);
    all.push_back({backend});
  }
  const std::uint64_t allocations = pool_stats().system_allocations;
  // Five of each a turn: enough for caches to hold what they would in training.
  for (int i = 0; i < rounds; ++i) {
    for (Times& t : all) round(t, 5);
  }
  const auto allocated = static_cast<double>(pool_stats().system_allocations - allocations);
  std::vector<Result> results;
  for (const Times& t : all) {
    const double step_ms = median(t.steps);
    set_gemm_backend(t.backend);
    results.push_back({workload.name, threads, gemm_description(), step_ms,
                       std::min(median(t.in_turn), median(t.in_bands)),
                       products.flops() / (step_ms * 1e-3) / peak,
                       allocated / static_cast<double>(t.steps.size() * all.size()),
                       round_trip() * 1e9});
  }
  return results;
}

nlohmann::ordered_json json_of(const std::vector<Result>& results) {
  nlohmann::ordered_json json;
  for (const Result& r : results) {
    json["workloads"].push_back({{"name", r.name},
                                 {"threads", r.threads},
                                 {"gemm", r.gemm},
                                 {"step_ms", r.step_ms},
                                 {"gemm_ms", r.gemm_ms},
                                 {"ratio", r.step_ms / r.gemm_ms},
                                 {"peak_fraction", r.peak_fraction},
                                 {"allocations_per_step", r.allocations},
                                 {"round_trip_ns", r.round_trip_ns}});
  }
  return json;
}

// A timeline of one step on as many threads as there are processors.
void trace(const Workload& workload, const std::string& file) {
  Batches batches(workload.batch, workload.features());
  for (int i = 0; i < 20; ++i) workload.step(batches.next());
  const Variable x = batches.next();
  const Profile profile;
  workload.step(x);
  write_file(file, profile.chrome_trace());
  fmt::print("{} on {} threads\n{}", workload.name, num_threads(),
             profile.table(Profile::By::module));
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  int rounds = 100;
  std::string json, trace_file;
  std::vector<std::string> only, gemm = {"blas"};
  CLI::App app{"Times the training steps of the studies against their matrix products alone."};
  app.add_option("--rounds", rounds, "Turns of five steps each [100]")->check(CLI::PositiveNumber);
  app.add_option("--only", only, "Names of workloads, with commas between them [all]")
      ->delimiter(',');
  app.add_option("--gemm", gemm,
                 "What multiplies: blas, own (our kernel), or both in turns, blas,own [blas]")
      ->delimiter(',')
      ->check(CLI::IsMember({"blas", "own"}).description(""));
  app.add_option("--json", json, "File to write the figures to");
  app.add_option("--trace", trace_file,
                 "Instead, profile one step of the first workload: print a table, and write a "
                 "timeline for chrome://tracing to this file");
  CLI11_PARSE(app, argc, argv);

  std::vector<Workload> chosen = workloads();
  std::erase_if(chosen, [&](const Workload& w) {
    return !only.empty() && std::ranges::find(only, w.name) == only.end();
  });
  if (chosen.empty()) {
    fmt::print(stderr, "step_vs_limit: no workload is named {}\n", fmt::join(only, " or "));
    return 2;
  }
  std::vector<GemmBackend> backends;
  for (const std::string& name : gemm) backends.push_back(gemm_backend_named(name));
  if (!trace_file.empty()) {
    set_gemm_backend(backends.front());
    trace(chosen.front(), trace_file);
    return 0;
  }
  std::vector<Result> results;
  // Two processors that share no cache, as a host may give to a virtual machine, make
  // steps of two threads slower by a third: so the round trip is said beside each.
  fmt::print("{:<8} {:>7} {:>9} {:>9} {:>6} {:>8} {:>12} {:>11}  {}\n", "workload", "threads",
             "step ms", "gemm ms", "ratio", "of peak", "allocations", "round trip", "products by");
  for (const int threads : {1, 2}) {
    const double peak = peak_flops(threads);
    for (const Workload& workload : chosen) {
      for (const Result& r : measure(workload, threads, peak, rounds, backends)) {
        fmt::print("{:<8} {:>7} {:>9.4f} {:>9.4f} {:>6.2f} {:>7.0f}% {:>12.2f} {:>8.0f} ns  {}\n",
                   r.name, r.threads, r.step_ms, r.gemm_ms, r.step_ms / r.gemm_ms,
                   100 * r.peak_fraction, r.allocations, r.round_trip_ns, r.gemm);
        results.push_back(r);
      }
    }
    fmt::print("peak of {} thread{}: {:.0f} GFLOP/s\n", threads, threads > 1 ? "s" : "",
               peak / 1e9);
  }
  if (!json.empty()) write_file(json, json_of(results).dump(2) + "\n");
  return 0;
}
