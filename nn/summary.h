// A model at a glance, as Keras prints it.
#pragma once

#include <string>

#include "nn/module.h"

namespace gradus::nn {

/// A table of every module that runs: name and type, output shape ("None"
/// stands for the batch; several outputs' shapes stand in brackets), number of
/// parameters; children indented; the totals below. `sample` is the shape of one
/// input, without the batch. Throws `Error` where the model does not take such an
/// input.
std::string summary(Layer& model, const Shape& sample);

}  // namespace gradus::nn
