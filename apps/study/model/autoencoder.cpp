#include "apps/study/model/autoencoder.h"

namespace gradus::study {

Reconstruct reconstruction_of(nn::Layer& model, Activation output) {
  return [&model, output](const Tensor& samples) {
    const NoGrad no_grad;
    const Variable y = model(Variable(samples));
    return (output == Activation::linear ? sigmoid(y) : y).value();
  };
}

nn::Sequential encoder_stack(const Layers& layers, Generator& random) {
  nn::Sequential stack{nn::Flatten()};
  Index in = layers.sample.numel();
  for (const Index out : layers.encoder) {
    stack.add(nn::Dense(in, out, layers.activation, random));
    in = out;
  }
  return stack;
}

nn::Sequential decoder_stack(const Layers& layers, Index units, Generator& random) {
  nn::Sequential stack;
  Index in = units;
  for (const Index out : layers.decoder) {
    stack.add(nn::Dense(in, out, layers.activation, random));
    in = out;
  }
  stack.add(nn::Dense(in, layers.sample.numel(), layers.output, random));
  stack.add(nn::Reshape(layers.sample));
  return stack;
}

}  // namespace gradus::study
