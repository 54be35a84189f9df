// A model's weights in a file, as safetensors: names are those of
// Module::parameters(), so Python reads them as a dictionary of arrays.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "nn/module.h"

namespace gradus::nn {

/// Writes every parameter, atomically, and `metadata`, free text by key for
/// whoever opens the file. Throws `Error` where that fails.
void save_weights(Module& module, const std::filesystem::path& path,
                  std::map<std::string, std::string> metadata = {});

/// Reads every parameter; the metadata may be anything. Throws `Error`, and leaves
/// the module as it was, where the file is damaged or its names and shapes are not
/// the module's.
void load_weights(Module& module, const std::filesystem::path& path);

}  // namespace gradus::nn
