// The autoencoders of the studies: a stack of dense layers down to a code and
// one back up.
//
// Thread safety: as every module's.
#pragma once

#include <vector>

#include "apps/study/model/reconstruction.h"
#include "nn/nn.h"

namespace gradus::study {

/// The sizes of an autoencoder. With sample (28, 28), encoder {256, 16} and
/// decoder {256} it is 784-256-16-256-784.
struct Layers {
  Shape sample{};                ///< of one input, without the batch
  std::vector<Index> encoder{};  ///< units of each layer; the last is the code
  std::vector<Index> decoder{};  ///< without the last layer, whose units are the sample's elements
  Activation activation = Activation::linear;  ///< of all of these
  /// Of the last layer: sigmoid for outputs between 0 and 1; linear where the
  /// loss starts from logits.
  Activation output = Activation::linear;
};

/// What a model makes of samples without recording a graph: its outputs, or where
/// these are logits (`output` is linear) their sigmoid. Refers to `model`.
Reconstruct reconstruction_of(nn::Layer& model, Activation output);

/// Flatten and the encoder's layers.
nn::Sequential encoder_stack(const Layers& layers, Generator& random);
/// The decoder's layers, the output's and Reshape. Takes codes of `units` numbers.
nn::Sequential decoder_stack(const Layers& layers, Index units, Generator& random);

/// Samples (n, ...) to their reconstructions, or the logits of these.
class Autoencoder final : public nn::Layer {
 public:
  Autoencoder(const Layers& layers, Generator& random)
      : encoder(encoder_stack(layers, random)),
        decoder(decoder_stack(layers, layers.encoder.back(), random)) {}

  Variable forward(const Variable& x) override { return decoder(encoder(x)); }
  void reflect(nn::Reflector& r) override {
    r("encoder", encoder);
    r("decoder", decoder);
  }

  nn::Sequential encoder, decoder;
};

}  // namespace gradus::study
