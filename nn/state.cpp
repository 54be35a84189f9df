#include "nn/state.h"

#include "tensor/error.h"
#include "tensor/safetensors.h"

namespace gradus::nn {

void save_weights(Module& module, const std::filesystem::path& path,
                  std::map<std::string, std::string> metadata) {
  save_tensors(path, {tensors_of(module.parameters()), std::move(metadata)});
}

void load_weights(Module& module, const std::filesystem::path& path) {
  const TensorFile file = load_tensors(path);
  const std::vector<NamedTensor> weights = tensors_of(module.parameters());
  try {
    check_tensors(file, weights);
    if (file.tensors.size() != weights.size()) {
      fail("has {} tensors, this model has {} parameters", file.tensors.size(), weights.size());
    }
  } catch (const Error& e) {
    fail("{}: {}", path.string(), e.what());
  }
  copy_tensors(file, weights);
}

}  // namespace gradus::nn
