#include "optim/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "tensor/error.h"
#include "tensor/json.h"
#include "tensor/safetensors.h"

namespace gradus::optim {
namespace {

using Json = nlohmann::json;

constexpr const char* kProgress = "progress";

// JSON has neither NaN nor infinity: they are written as text.
Json to_json(double value) {
  return std::isfinite(value) ? Json(value) : Json(fmt::format("{}", value));
}
double number(const Json& json) {
  if (!json.is_string()) return json.get<double>();
  const auto text = json.get<std::string>();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    fail("got {} for a number", json.dump());
  }
  return value;
}

// A whole number that T holds, from 0 on; nlohmann would cut off what does not fit.
template <class T>
T natural(const Json& json) {
  if (!json.is_number_unsigned() || !std::in_range<T>(json.get<std::uint64_t>())) {
    fail("got {} for a whole number", json.dump());
  }
  return json.get<T>();
}

// NaN is never trained away: it comes from a damaged file, or a run that is lost.
void check_no_nan(const TensorFile& file) {
  for (const NamedTensor& t : file.tensors) {
    if (std::ranges::any_of(t.value.data(), [](Scalar x) { return std::isnan(x); })) {
      fail("its tensor {} has NaN, expected numbers", t.name);
    }
  }
}

// Each as [name, seed, stream, counter].
Json to_json(const std::vector<NamedGenerator>& generators) {
  Json list = Json::array();
  for (const auto& [name, g] : generators) {
    list.push_back({name, g->seed(), g->stream(), g->counter()});
  }
  return list;
}

// Where each of `generators` stood when `saved` was written. Throws where they
// are not those.
std::vector<std::uint64_t> counters(const std::vector<NamedGenerator>& generators,
                                    const Json& saved) {
  std::vector<std::string> names, saved_names;
  for (const NamedGenerator& g : generators) names.push_back(g.name);
  for (const Json& s : saved) saved_names.push_back(s.at(0).get<std::string>());
  if (names != saved_names) {
    fail("it has the generators [{}], this run has [{}]", fmt::join(saved_names, ", "),
         fmt::join(names, ", "));
  }
  std::vector<std::uint64_t> result;
  for (std::size_t i = 0; i < generators.size(); ++i) {
    const Generator& g = *generators[i].generator;
    const auto seed = natural<std::uint64_t>(saved[i].at(1));
    const auto stream = natural<std::uint64_t>(saved[i].at(2));
    if (seed != g.seed() || stream != g.stream()) {
      fail("the generator {} began with seed {} and stream {}, now they are {} and {}", names[i],
           seed, stream, g.seed(), g.stream());
    }
    result.push_back(natural<std::uint64_t>(saved[i].at(3)));
  }
  return result;
}

}  // namespace

Checkpoint::Checkpoint(std::filesystem::path path, Optimizer& optimizer,
                       std::vector<Callback*> callbacks,
                       std::map<std::string, std::string> settings,
                       std::vector<NamedGenerator> generators, CheckpointOptions options)
    : path_(std::move(path)),
      optimizer_(optimizer),
      callbacks_(std::move(callbacks)),
      settings_(std::move(settings)),
      generators_(std::move(generators)),
      options_(options) {
  if (options.every_epochs < 0) {
    fail("[checkpoint] got every {} epochs, expected 0 or more", options.every_epochs);
  }
}

// All that is stored, by its name in the file; the elements are those of their owners.
std::vector<NamedTensor> Checkpoint::tensors() const {
  std::vector<NamedTensor> all;
  const auto add = [&](const std::string& prefix, const std::vector<NamedTensor>& tensors) {
    for (const NamedTensor& t : tensors) all.push_back({prefix + t.name, t.value});
  };
  add("weight:", tensors_of(optimizer_.all_parameters()));
  add("", optimizer_.state());
  for (std::size_t i = 0; i < callbacks_.size(); ++i) {  // several may use the same names
    add(fmt::format("callback_{}:", i + 1), callbacks_[i]->state());
  }
  return all;
}

void Checkpoint::restore(FitOptions& options) {
  const TensorFile file = load_tensors(path_);
  for (const auto& [key, value] : settings_) {
    const auto found = file.metadata.find("setting:" + key);
    const std::string was = found == file.metadata.end() ? "not set" : found->second;
    if (was != value) {
      fail("{}: this run began with {} {}, now it is {}; a run goes on only as it began",
           path_.string(), key, was, value);
    }
  }
  try {
    if (!file.metadata.contains(kProgress)) fail("it says nothing of the epochs so far");
    const Json progress =
        parse_json("what it says of the epochs so far", file.metadata.at(kProgress));
    History history;
    for (const Json& e : progress.at("history")) {
      EpochLog log{natural<int>(e.at(0)), number(e.at(1)), std::nullopt, number(e.at(3))};
      if (!e.at(2).is_null()) log.val_loss = number(e.at(2));
      history.push_back(log);
      if (log.epoch != std::ssize(history)) fail("its epochs make no sense");
    }
    const Json& p = progress.at("part");
    const EpochPart part{natural<Index>(p.at(0)), natural<Index>(p.at(1)), number(p.at(2)),
                         number(p.at(3))};
    const auto steps = natural<std::int64_t>(progress.at("steps"));
    const auto learning_rate = static_cast<Scalar>(number(progress.at("learning_rate")));
    const std::vector<std::uint64_t> positions =
        counters(generators_, progress.value("generators", Json::array()));
    // All is checked before the first element changes.
    if (!(learning_rate > 0) || !std::isfinite(learning_rate)) {
      fail("its learning rate is {}", learning_rate);
    }
    check_tensors(file, tensors());
    check_no_nan(file);
    optimizer_.set_state(file, steps);
    optimizer_.set_learning_rate(learning_rate);
    copy_tensors(file, tensors());
    for (std::size_t i = 0; i < positions.size(); ++i) generators_[i].generator->seek(positions[i]);
    options.history = std::move(history);
    options.part = part;
  } catch (const Error& e) {
    fail("{}: not a checkpoint of this run ({})", path_.string(), e.what());
  } catch (const Json::exception&) {
    fail("{}: not a checkpoint of this run (what it says of the epochs so far is damaged)",
         path_.string());
  }
}

void Checkpoint::on_train_begin(const FitPlan& plan) {
  if (plan.epochs > kMostEpochs) {
    fail("{}: got {} epochs, but a checkpoint holds the losses of {} at most", path_.string(),
         plan.epochs, kMostEpochs);
  }
}

void Checkpoint::on_epoch_settled(const History& history, bool last) {
  const int epoch = history.back().epoch;
  const auto now = std::chrono::steady_clock::now();
  const bool due = options_.every_epochs > 0
                       ? epoch % options_.every_epochs == 0
                       : now - last_save_ >= std::chrono::duration<double>(options_.every_seconds);
  if (epoch != 1 && !last && !due) return;
  last_save_ = now;
  save(history);
}

void Checkpoint::save(const History& history, const EpochPart& part) const {
  TensorFile file{tensors(), {}};
  Json epochs = Json::array();
  for (const EpochLog& e : history) {
    epochs.push_back(
        {e.epoch, to_json(e.loss), e.val_loss ? to_json(*e.val_loss) : Json(), to_json(e.seconds)});
  }
  file.metadata[kProgress] = Json{
      {"history", epochs},
      {"part", {part.batches, part.samples, to_json(part.sum), to_json(part.seconds)}},
      {"steps", optimizer_.steps()},
      {"learning_rate", optimizer_.learning_rate()},
      {"generators",
       to_json(generators_)}}.dump();
  for (const auto& [key, value] : settings_) file.metadata["setting:" + key] = value;
  save_tensors(path_, file);
}

}  // namespace gradus::optim
