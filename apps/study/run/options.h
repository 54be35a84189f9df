// The flags that every study program has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tensor/scalar.h"

namespace gradus::study {

struct StudyOptions {
  std::filesystem::path out = {};                  ///< --out
  std::optional<std::filesystem::path> data = {};  ///< --data
  std::uint64_t seed = 42;                         ///< --seed; the first of --seeds
  int seeds = 1;                                   ///< --seeds
  int epochs = 1;                                  ///< --epochs
  Index batch_size = 32;                           ///< --batch-size
  Scalar learning_rate = Scalar(0.001);            ///< --learning-rate
  int checkpoint_every = 0;                        ///< --checkpoint-every; 0: by time
  std::string gemm = "blas";                       ///< --gemm: blas or own
  int threads = 0;                                 ///< --threads; 0: one for each processor
  bool resume = false;                             ///< --resume
  bool force = false;                              ///< --force
  bool quiet = false;                              ///< --quiet
};

}  // namespace gradus::study
