// A study's model in a file that says all that is needed to use it: weights,
// layers, the range of its inputs and the threshold between normal and abnormal.
//
// The file is a safetensors file of the weights; the rest is JSON in its metadata,
// under the key "gradus". It is not believed: sizes are held against each other
// and against the weights before anything is made of them.
//
// Thread safety: free functions without state.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "apps/study/data/input_range.h"
#include "apps/study/model/autoencoder.h"
#include "apps/study/run/run_folder.h"
#include "tensor/gemm.h"

namespace gradus::study {

struct ModelCard {
  std::string study{};  ///< "ae_fashion"
  Layers layers{};
  std::optional<Index> codings{};  ///< of a variational autoencoder
  InputRange range{};
  GemmBackend gemm = gemm_backend();  ///< what multiplied: another rounds otherwise
  std::optional<double> threshold{};  ///< a mean absolute error below it is normal
  std::string threshold_name{};       ///< how it was found: "best_validation"
};

/// Writes `model`'s weights and `card` atomically. Throws `Error` where that fails.
void save_model(nn::Layer& model, const ModelCard& card, const std::filesystem::path& path);

/// The same as model.safetensors in `folder`, and puts the card into the weights
/// that lie there as best.safetensors (see study::train): without the threshold,
/// which was found with the weights of the last epoch.
void save_models(nn::Layer& model, const ModelCard& card, RunFolder& folder);

/// A model made from such a file.
struct LoadedModel {
  ModelCard card;
  std::unique_ptr<nn::Layer> model;
  Reconstruct reconstruct;  ///< refers to `model`
};

/// `seed` is that of the noise of a variational autoencoder. Throws `Error`,
/// naming the file, where it is damaged or no study wrote it.
LoadedModel load_model(const std::filesystem::path& path, std::uint64_t seed);

}  // namespace gradus::study
