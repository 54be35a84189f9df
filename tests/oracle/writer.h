// Tensors, written one after the other into a file of doubles.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "tensor/error.h"
#include "tensor/tensor.h"

namespace gradus::test {

class Writer {
 public:
  explicit Writer(const std::filesystem::path& path) : file_(path, std::ios::binary) {}

  /// [place, sizes...] of `tensor`, whose numbers it writes.
  nlohmann::json operator()(const Tensor& tensor) {
    nlohmann::json result{place_};
    for (const Index size : tensor.shape()) result.push_back(size);
    const std::vector<double> numbers(tensor.data().begin(), tensor.data().end());
    file_.write(reinterpret_cast<const char*>(numbers.data()),
                static_cast<std::streamsize>(numbers.size() * sizeof(double)));
    place_ += tensor.numel();
    return result;
  }
  /// Throws `Error` where not everything was written.
  void close() {
    file_.close();
    if (!file_) fail("[oracle] the numbers could not be written");
  }

 private:
  std::ofstream file_;
  Index place_ = 0;
};

}  // namespace gradus::test
