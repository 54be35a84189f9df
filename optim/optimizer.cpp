#include "optim/optimizer.h"

#include <algorithm>

#include "tensor/checks.h"
#include "tensor/parallel.h"

namespace gradus::optim {

Optimizer::Optimizer(Parameters parameters, const std::vector<std::string>& moments,
                     Scalar learning_rate)
    : all_(std::move(parameters)), moments_(moments.size()) {
  set_learning_rate(learning_rate);
  for (const NamedParameter& p : all_) {
    if (!p.variable.requires_grad()) continue;
    for (const NamedParameter& other : parameters_) {
      if (other.variable.node() == p.variable.node()) {
        fail("[optimizer] \"{}\" and \"{}\" are the same parameter, expected each once", other.name,
             p.name);
      }
    }
    parameters_.push_back(p);
    size_ += p.variable.value().numel();
  }
  if (parameters_.empty()) {
    fail("[optimizer] got no parameter that requires a gradient; pass model.parameters()");
  }
  for (const std::string& moment : moments) {
    for (const auto& [name, variable] : parameters_) {
      state_.push_back({fmt::format("{}:{}", moment, name), Tensor::zeros(variable.shape())});
    }
  }
  whole_.resize(parameters_.size());
}

void Optimizer::step() {
  check_gradients();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Variable& p = parameters_[i].variable;
    Chunk& chunk = whole_[i];
    chunk.parameter = p.mutable_value().mutable_data().data();
    chunk.gradient = p.grad().data().data();
    chunk.size = p.value().numel();
    for (std::size_t m = 0; m < moments_; ++m) {
      chunk.moment[m] = state_[m * parameters_.size() + i].value.mutable_data().data();
    }
  }
  ++steps_;
  begin_step();
  // The parameters end to end, in chunks of equal size: a small model, however
  // many parameters it has, is one chunk and needs no second thread.
  parallel_for(size_, kElementGrain, [&](Index begin, Index end) {
    Index offset = 0;  // where the parameter begins in the row of all
    for (const Chunk& whole : whole_) {
      const Index from = std::max(begin, offset) - offset;
      const Index to = std::min(end, offset + whole.size) - offset;
      offset += whole.size;
      if (from >= to) continue;
      Chunk chunk = whole;
      chunk.parameter += from;
      chunk.gradient += from;
      for (std::size_t m = 0; m < moments_; ++m) chunk.moment[m] += from;
      chunk.size = to - from;
      update(chunk);
    }
  });
}

void Optimizer::check_gradients() const {
  const auto lacks = [](const NamedParameter& p) { return !p.variable.has_grad(); };
  if (std::ranges::none_of(parameters_, lacks)) return;
  std::vector<std::string> names;
  for (const NamedParameter& p : parameters_) {
    if (lacks(p)) names.push_back(fmt::format("\"{}\"", p.name));
  }
  fail(
      "[optimizer] {} of {} parameters got no gradient: {}; call backward() on a loss that depends "
      "on them, or freeze them before the optimizer is made",
      names.size(), parameters_.size(), fmt::join(names, ", "));
}

void Optimizer::zero_grad() {
  for (NamedParameter& p : parameters_) p.variable.zero_grad();
}

void Optimizer::set_learning_rate(Scalar rate) {
  learning_rate_ = checked_positive("optimizer", "learning rate", rate);
}

void Optimizer::set_state(const TensorFile& file, std::int64_t steps) {
  if (steps < 0) fail("[optimizer] got {} steps, expected 0 or more", steps);
  copy_tensors(file, state());
  steps_ = steps;
}

}  // namespace gradus::optim
