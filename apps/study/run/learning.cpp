#include "apps/study/run/learning.h"

#include <fmt/format.h>

#include <algorithm>

namespace gradus::study {

IdleUnits::IdleUnits(const optim::Optimizer& optimizer) {
  for (const NamedParameter& p : optimizer.parameters()) {
    const Shape& shape = p.variable.shape();
    if (shape.rank() != 1 || !p.name.ends_with("bias")) continue;
    layers_.push_back({p, Tensor::zeros(shape), Tensor::zeros(shape)});
  }
  if (!layers_.empty()) layers_.pop_back();
}

void IdleUnits::on_batch_end(const optim::History&, const optim::EpochPart&) {
  for (Layer& layer : layers_) {
    const auto gradient = layer.bias.variable.grad().data();
    const auto learned = layer.learned.mutable_data();
    for (std::size_t i = 0; i < learned.size(); ++i) {
      if (gradient[i] != 0) learned[i] = 1;
    }
  }
}

void IdleUnits::on_epoch_end(const optim::History& history) {
  for (Layer& layer : layers_) {
    const auto learned = layer.learned.mutable_data(), since = layer.since.mutable_data();
    for (std::size_t i = 0; i < learned.size(); ++i) {
      if (learned[i] != 0) {
        since[i] = 0;
      } else if (since[i] == 0) {
        since[i] = static_cast<Scalar>(history.back().epoch);
      }
      learned[i] = 0;
    }
  }
}

std::vector<NamedTensor> IdleUnits::state() const {
  std::vector<NamedTensor> result;
  for (const Layer& layer : layers_) {
    result.push_back({"learned:" + layer.bias.name, layer.learned});
    result.push_back({"since:" + layer.bias.name, layer.since});
  }
  return result;
}

std::vector<IdleUnits::Count> IdleUnits::counts() const {
  std::vector<Count> result;
  for (const Layer& layer : layers_) {
    const auto since = layer.since.data();
    const std::string& name = layer.bias.name;
    Count count{name.substr(0, name.rfind('.')), 0, std::ssize(since), 0};
    for (const Scalar epoch : since) {
      if (epoch == 0) continue;
      const int first = static_cast<int>(epoch);
      count.since = count.idle++ == 0 ? first : std::min(count.since, first);
    }
    if (count.idle > 0) result.push_back(std::move(count));
  }
  return result;
}

std::string idle_units(const IdleUnits& idle) {
  std::string text;
  for (const IdleUnits::Count& c : idle.counts()) {
    text += fmt::format("{}{} of {} in {} (the first since epoch {})", text.empty() ? "" : ", ",
                        c.idle, c.units, c.layer, c.since);
  }
  return text;
}

std::vector<std::string> learning_warnings(const optim::History& history, const IdleUnits& idle) {
  std::vector<std::string> result;
  for (const IdleUnits::Count& c : idle.counts()) {
    if (10 * c.idle < 9 * c.units) continue;
    result.push_back(fmt::format(
        "{} of the {} units of {} have learned nothing, the first since epoch {}: they are dead, "
        "likely of {}; try a smaller --learning-rate or another --seed.",
        c.idle, c.units, c.layer, c.since,
        c.since > 1 ? "steps that were too large" : "the first weights or the first steps"));
  }
  if (history.size() < 3) return result;
  const double first = history.front().loss, last = history.back().loss;
  const auto best = std::ranges::min_element(history, {}, &optim::EpochLog::loss);
  if (last > 1.1 * best->loss) {
    result.push_back(
        fmt::format("The loss rose after epoch {}, from {:.4g} to {:.4g}: likely the steps are too "
                    "large; try a smaller --learning-rate.",
                    best->epoch, best->loss, last));
  } else if (best->loss > 0.99 * first) {
    result.push_back(fmt::format(
        "The loss has hardly moved since epoch 1, from {:.4g} to {:.4g}: {}.", first, last,
        result.empty() ? "likely the steps are too small; try a larger --learning-rate"
                       : "too few units learn"));
  }
  return result;
}

}  // namespace gradus::study
