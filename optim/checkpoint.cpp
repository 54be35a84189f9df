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

constexpr const char* kWeight = "weight:";
constexpr const char* kBest = "best:";
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

// Whether the epochs follow each other and the best is one of them, or none
// where all of their losses are NaN.
bool makes_sense(const History& history, int best_epoch) {
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history[i].epoch != static_cast<int>(i) + 1) return false;
  }
  if (best_epoch != 0) return best_epoch > 0 && best_epoch <= std::ssize(history);
  return std::ranges::all_of(history, [](const EpochLog& e) { return std::isnan(e.monitored()); });
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

Checkpoint::Checkpoint(std::filesystem::path path, Optimizer& optimizer, BestWeights& best,
                       std::map<std::string, std::string> settings,
                       std::vector<NamedGenerator> generators, double every_seconds)
    : path_(std::move(path)),
      optimizer_(optimizer),
      best_(best),
      settings_(std::move(settings)),
      generators_(std::move(generators)),
      interval_(every_seconds) {}

History Checkpoint::restore() {
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
    }
    const int best_epoch = natural<int>(progress.at("best_epoch"));
    if (!makes_sense(history, best_epoch)) fail("its epochs or the best of them make no sense");
    const auto steps = natural<std::int64_t>(progress.at("steps"));
    const double best_loss = number(progress.at("best_loss"));
    const std::vector<std::uint64_t> positions =
        counters(generators_, progress.value("generators", Json::array()));
    const std::vector<NamedTensor> weights = tensors_of(optimizer_.all_parameters());
    // All is checked before the first element changes.
    check_tensors(file, kWeight, weights);
    check_tensors(file, kBest, best_.weights());
    check_no_nan(file);
    optimizer_.set_state(file, steps);
    copy_tensors(file, kWeight, weights);
    best_.set(best_epoch, best_loss, file, kBest);
    for (std::size_t i = 0; i < positions.size(); ++i) generators_[i].generator->seek(positions[i]);
    return history;
  } catch (const Error& e) {
    fail("{}: not a checkpoint of this run ({})", path_.string(), e.what());
  } catch (const Json::exception&) {
    fail("{}: not a checkpoint of this run (what it says of the epochs so far is damaged)",
         path_.string());
  }
}

void Checkpoint::on_train_begin(const FitPlan& plan) { plan_ = plan; }

void Checkpoint::on_epoch_end(const History& history) {
  const int epoch = history.back().epoch;
  const auto now = std::chrono::steady_clock::now();
  if (epoch != 1 && epoch != plan_.epochs && now - last_save_ < interval_) return;
  last_save_ = now;
  save(history);
}

void Checkpoint::save(const History& history) const {
  TensorFile file;
  const auto add = [&](const char* prefix, const std::vector<NamedTensor>& tensors) {
    for (const NamedTensor& t : tensors) file.tensors.push_back({prefix + t.name, t.value});
  };
  add(kWeight, tensors_of(optimizer_.all_parameters()));
  add("", optimizer_.state());
  add(kBest, best_.weights());
  Json epochs = Json::array();
  for (const EpochLog& e : history) {
    epochs.push_back(
        {e.epoch, to_json(e.loss), e.val_loss ? to_json(*e.val_loss) : Json(), to_json(e.seconds)});
  }
  file.metadata[kProgress] = Json{
      {"history", epochs},
      {"steps", optimizer_.steps()},
      {"generators", to_json(generators_)},
      {"best_epoch", best_.epoch()},
      {"best_loss",
       to_json(best_.loss())}}.dump();
  for (const auto& [key, value] : settings_) file.metadata["setting:" + key] = value;
  save_tensors(path_, file);
}

}  // namespace gradus::optim
