// Optimizers: how parameters follow their gradients.
//
// An optimizer sees parameters as flat arrays. One step is one pass over
// memory: all parameters are cut into chunks, and each chunk's parameters,
// gradients and moments are read and written once, by whichever thread.
//
// Formulas: p parameter, g gradient, t the step, counted from 1.
// Thread safety: an optimizer belongs to one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "autograd/parameter.h"
#include "tensor/safetensors.h"

namespace gradus::optim {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// One update of every parameter by its gradient. Throws `Error`, naming the
  /// parameter, where one has no gradient: then none has been changed.
  void step();
  /// Forgets the gradients: the next backward overwrites them.
  void zero_grad();

  Scalar learning_rate() const { return learning_rate_; }
  /// For schedules. Throws `Error` unless it is positive and finite.
  void set_learning_rate(Scalar rate);

  /// Those that are trained.
  const Parameters& parameters() const { return parameters_; }
  /// All that the optimizer was given: also those that it leaves alone, frozen
  /// parameters and the buffers that a model changes itself.
  const Parameters& all_parameters() const { return all_; }
  std::int64_t steps() const { return steps_; }

  /// Moments and such, by name, for a checkpoint; tensors share the optimizer's.
  std::vector<NamedTensor> state() const { return state_; }
  /// Throws `Error`, and changes nothing, where names or shapes are not those of
  /// state() or `steps` is negative.
  void set_state(const TensorFile& file, std::int64_t steps);

 protected:
  /// A run of elements of one parameter, with those of its moments.
  struct Chunk {
    Scalar* parameter;
    const Scalar* gradient;
    std::array<Scalar*, 2> moment;
    Index size;
  };

  /// Takes those parameters that require a gradient, and makes one tensor of
  /// zeros for each of `moments` (at most two) and each parameter. Throws
  /// `Error` where nothing is left to train or a parameter comes twice.
  Optimizer(Parameters parameters, const std::vector<std::string>& moments, Scalar learning_rate);

  /// Called once before the chunks of a step, which may then run in parallel.
  virtual void begin_step() {}
  virtual void update(const Chunk& chunk) const = 0;

 private:
  void check_gradients() const;

  Parameters parameters_, all_;
  std::size_t moments_;             // of each parameter
  std::vector<NamedTensor> state_;  // the first moment of all parameters, then the second
  std::vector<Chunk> whole_;        // one a parameter; filled anew in each step
  Index size_ = 0;                  // of all parameters together
  Scalar learning_rate_;
  std::int64_t steps_ = 0;
};

}  // namespace gradus::optim
