#include "nn/state.h"

#include "tensor/error.h"
#include "tensor/safetensors.h"

namespace gradus::nn {

void save_weights(Module& module, const std::filesystem::path& path,
                  std::map<std::string, std::string> metadata) {
  TensorFile file{{}, std::move(metadata)};
  for (const NamedParameter& p : module.parameters()) {
    file.tensors.push_back({p.name, p.variable.value()});
  }
  save_tensors(path, file);
}

void load_weights(Module& module, const std::filesystem::path& path) {
  const TensorFile file = load_tensors(path);
  Parameters parameters = module.parameters();
  for (const NamedParameter& p : parameters) {
    bool found = false;
    for (const NamedTensor& t : file.tensors) {
      if (t.name != p.name) continue;
      found = true;
      if (t.value.shape() != p.variable.shape()) {
        fail("{}: \"{}\" has shape {}, expected {}", path.string(), p.name, t.value.shape().str(),
             p.variable.shape().str());
      }
    }
    if (!found) fail("{}: has no \"{}\", which this model needs", path.string(), p.name);
  }
  if (file.tensors.size() != parameters.size()) {
    fail("{}: has {} tensors, this model has {} parameters", path.string(), file.tensors.size(),
         parameters.size());
  }
  for (NamedParameter& p : parameters) p.variable.mutable_value().copy_from(file.at(p.name));
}

}  // namespace gradus::nn
