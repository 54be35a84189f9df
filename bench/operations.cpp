// Each operation at sizes of the Fashion study, forward and backward, with
// Google Benchmark.
//
//   build/release/bench/operations --benchmark_filter=dense
#include <benchmark/benchmark.h>

#include "nn/nn.h"
#include "tensor/parallel.h"
#include "tensor/random.h"

namespace {

using namespace gradus;

using Operation = Variable (*)(const Variable& a, const Variable& b);

Variable parameter(const Shape& shape) {
  Tensor values = Tensor::uninitialized(shape);
  Generator(1).fill_uniform(values, Scalar(0.1), Scalar(0.9));
  return Variable(values, true);
}

// One forward and backward pass of `operation` on inputs of those shapes.
void run(benchmark::State& state, Operation operation, const Shape& a, const Shape& b) {
  Variable x = parameter(a), y = parameter(b);
  const Tensor seed = Tensor::ones(operation(x, y).shape());
  for (auto _ : state) {
    x.zero_grad();
    y.zero_grad();
    operation(x, y).backward(seed);
  }
  state.SetItemsProcessed(state.iterations() * seed.numel());
}

const Shape kImages{128, 784}, kRow{784}, kWeight{784, 256}, kHeads{16, 8, 128, 64};

#define BENCH(name, a, b, expression)                                         \
  BENCHMARK_CAPTURE(                                                          \
      run, name,                                                              \
      [](const Variable& x, [[maybe_unused]] const Variable& y) -> Variable { \
        return expression;                                                    \
      },                                                                      \
      a, b)                                                                   \
      ->UseRealTime()

BENCH(add, kImages, kImages, x + y);
BENCH(add_row, kImages, kRow, x + y);
BENCH(mul, kImages, kImages, x* y);
BENCH(div, kImages, kImages, x / y);
BENCH(exp, kImages, kRow, exp(x));
BENCH(log, kImages, kRow, log(x));
BENCH(sqrt, kImages, kRow, sqrt(x));
BENCH(sigmoid, kImages, kRow, sigmoid(x));
BENCH(tanh, kImages, kRow, tanh(x));
BENCH(relu, kImages, kRow, relu(x));
BENCH(selu, kImages, kRow, selu(x));
BENCH(softplus, kImages, kRow, softplus(x));
BENCH(sum, kImages, kRow, sum(x));
BENCH(sum_rows, kImages, kRow, sum(x, {0}));
BENCH(transpose, kImages, kRow, transpose(x));
BENCH(permute, kHeads, kRow, permute(x, {0, 2, 1, 3}));
BENCH(concatenate, kImages, kImages, concatenate({x, y}, 1));
BENCH(slice, kImages, kRow, slice(x, 1, 100, 400));
BENCH(matmul, kImages, kWeight, matmul(x, y));
BENCH(matmul_batches, kHeads, kHeads, matmul(x, y, {.transpose_b = true}));
BENCH(dense_selu, kImages, kWeight, dense(x, y, Variable(Tensor::zeros({256})), Activation::selu));
BENCH(bce_with_logits, kImages, kImages, nn::bce_with_logits(x, y));
BENCH(mse, kImages, kImages, nn::mse(x, y));
BENCH(mae, kImages, kImages, nn::mae(x, y));

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
