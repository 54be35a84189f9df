// Every operation of the table that the tests prove (tests/autograd/operation_table.h),
// forward and backward, and every whole training step, with Google Benchmark.
//
//   build/release/bench/benchmarks --benchmark_filter=dense
//
// An operation runs at the largest shapes of those the table draws for it; items are
// the elements of its inputs. scripts/compare-builds holds two builds against each other.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>

#include "bench/batches.h"
#include "bench/workload.h"
#include "tensor/parallel.h"
#include "tests/autograd/operation_table.h"

namespace {

using namespace gradus;

constexpr test::Limit kLimit{512, 1 << 17};

// One forward and backward pass. An operation without a gradient runs forward.
void run_operation(benchmark::State& state, const test::Operation& operation) {
  std::vector<Variable> x;
  Index elements = 0;
  test::Random random(1);
  for (const Tensor& input : draw_inputs(operation, random, kLimit)) {
    x.emplace_back(input, true);
    elements += input.numel();
  }
  const Variable first = operation.function(x);
  const Tensor seed = Tensor::ones(first.shape());
  for ([[maybe_unused]] auto _ : state) {
    for (Variable& input : x) input.zero_grad();
    const Variable y = operation.function(x);
    if (y.requires_grad()) y.backward(seed);
    benchmark::DoNotOptimize(y.value().data().data());
  }
  state.SetItemsProcessed(state.iterations() * elements);
}

void run_step(benchmark::State& state, const bench::Workload& workload) {
  bench::Batches batches(workload.batch, workload.features());
  for ([[maybe_unused]] auto _ : state) workload.step(batches.next());
  state.SetItemsProcessed(state.iterations() * workload.batch);
}

// The operation with shapes as it draws them, of many draws those with the most elements:
// the same in every build.
test::Operation enlarged(test::Operation operation) {
  test::Random random(1);
  std::vector<Shape> largest;
  Index most = -1;
  for (int draw = 0; draw < 200; ++draw) {
    std::vector<Shape> shapes = operation.shapes(random, kLimit);
    Index elements = 0;
    for (const Shape& shape : shapes) elements += shape.numel();
    // Where the common shape is empty, those that stretch to it may be beyond the limit.
    const bool beyond = std::ranges::any_of(
        shapes, [](const Shape& shape) { return shape.numel() > kLimit.elements; });
    if (elements > most && !beyond) {
      most = elements;
      largest = std::move(shapes);
    }
  }
  operation.shapes = [largest](test::Random&, test::Limit) { return largest; };
  return operation;
}

void register_all() {
  for (const test::Operation& row : test::operations()) {
    const test::Operation operation = enlarged(row);
    test::Random random(1);
    std::string shapes;
    for (const Shape& shape : operation.shapes(random, kLimit)) shapes += shape.str();
    benchmark::RegisterBenchmark(
        fmt::format("operation/{}/{}", operation.name, shapes).c_str(),
        [operation](benchmark::State& state) { run_operation(state, operation); })
        ->UseRealTime();
  }
  for (const bench::Workload& workload : bench::workloads()) {
    benchmark::RegisterBenchmark(("step/" + workload.name).c_str(), [workload](
                                                                        benchmark::State& state) {
      run_step(state, workload);
    })->UseRealTime();
  }
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  register_all();
  benchmark::RunSpecifiedBenchmarks();
}
