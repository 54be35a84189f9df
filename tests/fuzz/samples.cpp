#include "apps/study/model/samples.h"

#include <algorithm>

#include "tests/fuzz/target.h"
#include "tests/support/idx_files.h"

namespace gradus::test {

const FuzzTarget samples(
    "samples",
    [] {
      return std::vector<std::string>{"0,1,2,3,4,255\n", idx({1, 2, 3}, "abcdef"),
                                      idx({2, 6}, "abcdefghijkl")};
    },
    [](std::string_view bytes) {
      if (bytes.starts_with("\x1f\x8b")) return;  // that is the target gzip
      const study::ModelCard card{.layers = {.sample = {2, 3}}, .range = {0, 255, 0.5}};
      const MemoryFile file(bytes);
      const Tensor read = study::load_samples(file.path(), card, {});
      require(read.shape() == Shape({read.numel() / 6, 2, 3}), "samples have the model's shape");
      require(std::ranges::all_of(read.data(), [](Scalar x) { return x >= -0.5f && x <= 1.5f; }),
              "values are in the model's range");
    });

}  // namespace gradus::test
