// Files of tensors for files.py, which holds them against the safetensors package.
//
//   oracle_files write FILE      writes tensors that files.py knows
//   oracle_files copy FROM TO    writes what it reads
#include <fmt/format.h>

#include <limits>
#include <string>

#include "tensor/error.h"
#include "tensor/safetensors.h"

namespace {

using namespace gradus;

// Numbers that any precision has.
Tensor counted(const Shape& shape) {
  Tensor tensor = Tensor::uninitialized(shape);
  Index i = 0;
  for (Scalar& x : tensor.mutable_data()) x = static_cast<Scalar>(i++ * 7 % 31 - 15) / 16;
  return tensor;
}

void write(const std::filesystem::path& path) {
  using Limits = std::numeric_limits<Scalar>;
  const Tensor special =
      Tensor::from({7}, {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(), Scalar(-0.0),
                         Limits::denorm_min(), Limits::max(), Limits::epsilon()});
  save_tensors(path, {{{"encoder.weight", counted({3, 4})},
                       {"\xc3\xa9 \"\\\n\xf0\x9f\x98\x80", counted({2})},
                       {"scalar", counted({})},
                       {"empty", counted({0, 5})},
                       {"six", counted({1, 2, 1, 3, 1, 2})},
                       {"special", special}},
                      {{"format", "np"}, {"text", "line\nbreak \xe2\x82\xac \"quoted\""}}});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  try {
    if (mode == "write" && argc == 3) {
      write(argv[2]);
    } else if (mode == "copy" && argc == 4) {
      gradus::save_tensors(argv[3], gradus::load_tensors(argv[2]));
    } else {
      fmt::print(stderr, "usage: oracle_files write FILE | copy FROM TO\n");
      return 2;
    }
  } catch (const gradus::Error& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
