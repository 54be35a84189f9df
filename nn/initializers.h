// How weights begin.
//
// Each is random with a spread that keeps the size of signals about the same
// from layer to layer. For a weight of shape (fan_in, fan_out):
//
//   glorot   variance 2 / (fan_in + fan_out)   Glorot & Bengio, 2010
//   lecun    variance 1 / fan_in               LeCun et al., Efficient BackProp, 1998
//   he       variance 2 / fan_in               He et al., 2015
//
// uniform between -sqrt(3 variance) and +sqrt(3 variance), or normal (not
// truncated, as in PyTorch; Keras truncates at two standard deviations).
#pragma once

#include "tensor/random.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// Makes a weight of that shape. Throws `Error` where the shape has no fan_in
/// and fan_out, that is not two dimensions.
using Initializer = Tensor (*)(const Shape& shape, Generator& random);

Tensor glorot_uniform(const Shape& shape, Generator& random);
Tensor glorot_normal(const Shape& shape, Generator& random);
Tensor lecun_uniform(const Shape& shape, Generator& random);
Tensor lecun_normal(const Shape& shape, Generator& random);
Tensor he_uniform(const Shape& shape, Generator& random);
Tensor he_normal(const Shape& shape, Generator& random);

}  // namespace gradus::nn
