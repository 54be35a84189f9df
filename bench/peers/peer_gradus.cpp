// gradus as one of the peers: see protocol.py. Arguments: WORKLOAD FILE THREADS blas|own
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

#include "bench/workload.h"
#include "tensor/error.h"
#include "tensor/gemm.h"
#include "tensor/parallel.h"
#include "tensor/safetensors.h"

namespace {

using namespace gradus;
using namespace gradus::bench;

Workload find(const std::string& name) {
  for (Workload& w : workloads()) {
    if (w.name == name) return w;
  }
  fail("got workload {}, expected one of those in bench/workload.cpp", name);
}

void serve(const std::string& name, const std::string& file, int threads) {
  set_num_threads(threads);
  const Workload w = find(name);
  const TensorFile tensors = load_tensors(file);
  for (std::size_t i = 0; i < w.parameters.size(); ++i) {
    Variable parameter = w.parameters[i].variable;
    parameter.mutable_value().copy_from(tensors.at(fmt::format("{}{}", "wb"[i % 2], i / 2)));
  }
  const Tensor& data = tensors.at("data");
  const Index batches = data.shape()[0] / w.batch;
  Index next = 0;
  std::cout << "ready" << std::endl;
  std::string command;
  while (std::cin >> command && command != "quit") {
    if (command == "steps") {
      int n = 0;
      std::cin >> n;
      const auto begin = std::chrono::steady_clock::now();
      for (int i = 0; i < n; ++i) {
        w.step(Variable(data.rows(next * w.batch, (next + 1) * w.batch)));
        next = (next + 1) % batches;
      }
      const std::chrono::duration<double, std::milli> time =
          std::chrono::steady_clock::now() - begin;
      std::cout << time.count() / n << std::endl;
    } else {
      const NoGrad no_grad;
      std::cout << w.loss(Variable(data)).item() << std::endl;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  if (argc != 5) {
    fmt::print(stderr, "usage: {} WORKLOAD FILE THREADS blas|own\n", argv[0]);
    return 2;
  }
  try {
    set_gemm_backend(gemm_backend_named(argv[4]));
    serve(argv[1], argv[2], static_cast<int>(std::strtol(argv[3], nullptr, 10)));
  } catch (const Error& e) {
    fmt::print(stderr, "{}: {}\n", argv[0], e.what());
    return 1;
  }
  return 0;
}
