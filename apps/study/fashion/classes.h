// The flags that say which classes of Fashion-MNIST are normal and which not.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

namespace gradus::study {

/// Adds --normal and --abnormal, lists such as "5,7,9" or "sandal,Ankle boot", to
/// `app`. Classes that are none, named twice, or on both lists are wrong usage.
void add_class_flags(CLI::App& app, std::vector<int>& normal, std::vector<int>& abnormal);

}  // namespace gradus::study
