#include "apps/study/model/model_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "apps/study/model/variational_autoencoder.h"
#include "apps/study/text/encoding.h"
#include "tensor/error.h"
#include "tensor/json.h"
#include "tensor/safetensors.h"

namespace gradus::study {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKey = "gradus";
constexpr std::size_t kMostText = 1 << 14;  // of the card: ten times what it can need
constexpr Index kMostUnits = 1 << 20;
constexpr std::size_t kMostLayers = 64;
constexpr double kGreatestMargin = 1e3;

struct ActivationName {
  Activation activation;
  std::string_view name;
};
constexpr std::array kActivations{
    ActivationName{Activation::linear, "linear"},   ActivationName{Activation::relu, "relu"},
    ActivationName{Activation::selu, "selu"},       ActivationName{Activation::elu, "elu"},
    ActivationName{Activation::sigmoid, "sigmoid"}, ActivationName{Activation::tanh, "tanh"}};

std::string_view name_of(Activation activation) {
  return std::ranges::find(kActivations, activation, &ActivationName::activation)->name;
}

Activation activation_named(const std::string& name) {
  const auto found = std::ranges::find(kActivations, name, &ActivationName::name);
  if (found == kActivations.end()) fail("got the activation {}", name);
  return found->activation;
}

Json to_json(const ModelCard& card) {
  Json json{
      {"study", card.study},
      {"sample", std::vector<Index>(card.layers.sample.begin(), card.layers.sample.end())},
      {"encoder", card.layers.encoder},
      {"decoder", card.layers.decoder},
      {"activation", name_of(card.layers.activation)},
      {"output", name_of(card.layers.output)},
      {"range",
       {{"low", card.range.low}, {"high", card.range.high}, {"margin", card.range.margin}}},
  };
  if (card.threshold) {
    json["threshold"] = *card.threshold;
    json["threshold_name"] = card.threshold_name;
  }
  if (card.codings) json["codings"] = *card.codings;
  if (card.gemm == GemmBackend::own) json["gemm"] = "own";
  return json;
}

const Json& part(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key)) fail("it does not say its {}", key);
  return json.at(key);
}

std::string text(const Json& json, const char* key) {
  const Json& value = part(json, key);
  if (!value.is_string()) fail("got {} for its {}, expected a string", value.type_name(), key);
  return clean_line(value.get<std::string>());  // it is shown on terminals
}

double number(const Json& json, const char* key) {
  const Json& value = part(json, key);
  if (!value.is_number()) fail("got {} for its {}, expected a number", value.type_name(), key);
  return value.get<double>();
}

Index units(const Json& json) {
  // A number with a fraction, or beyond any integer, would be cut to fit.
  if (!json.is_number_integer()) fail("got {} for a size", json.dump());
  const auto count = json.get<Index>();
  if (count < 1 || count > kMostUnits) fail("got a size of {} units", json.dump());
  return count;
}

std::vector<Index> sizes(const Json& json) {
  if (!json.is_array()) fail("got {} for a list of sizes", json.type_name());
  if (json.size() > kMostLayers) fail("got {} layers", json.size());
  std::vector<Index> counts;
  for (const Json& size : json) counts.push_back(units(size));
  return counts;
}

ModelCard card_from(const Json& json) {
  ModelCard card;
  card.study = text(json, "study");
  card.layers.sample = Shape(sizes(part(json, "sample")));
  card.layers.encoder = sizes(part(json, "encoder"));
  card.layers.decoder = sizes(part(json, "decoder"));
  card.layers.activation = activation_named(text(json, "activation"));
  card.layers.output = activation_named(text(json, "output"));
  const Json& ends = part(json, "range");
  card.range = {number(ends, "low"), number(ends, "high"), number(ends, "margin")};
  if (json.contains("threshold")) {
    card.threshold = number(json, "threshold");
    if (*card.threshold < 0) fail("got a threshold of {}, expected 0 or more", *card.threshold);
    card.threshold_name = text(json, "threshold_name");
  }
  if (json.contains("codings")) card.codings = units(json["codings"]);
  card.gemm = gemm_backend_named(json.contains("gemm") ? text(json, "gemm") : "blas");
  const Shape& sample = card.layers.sample;  // batches of it have one more dimension
  if (sample.rank() < 1 || sample.rank() >= kMaxRank || sample.numel() > kMostUnits ||
      card.layers.encoder.empty()) {
    fail("got samples of {} and {} layers to encode them", sample.str(),
         card.layers.encoder.size());
  }
  const InputRange& range = card.range;
  if (!(range.low < range.high) || range.high - range.low > kGreatestRange ||
      !(range.margin >= 0 && range.margin <= kGreatestMargin)) {
    fail("got an input range from {} to {} with a margin of {}", range.low, range.high,
         range.margin);
  }
  return card;
}

std::unique_ptr<nn::Layer> model_of(const ModelCard& card, std::uint64_t seed) {
  Generator random(0);  // every weight is replaced
  if (!card.codings) return std::make_unique<Autoencoder>(card.layers, random);
  return std::make_unique<VariationalAutoencoder>(card.layers, *card.codings, random,
                                                  Generator(seed));
}

// The elements that the card's weights have, worked out before any is made.
Index weights_of(const ModelCard& card) {
  Index count = 0, in = card.layers.sample.numel();
  const auto layer = [&](Index out) {
    count += (in + 1) * out;
    in = out;
  };
  for (const Index out : card.layers.encoder) layer(out);
  if (card.codings) {
    count += (in + 1) * *card.codings;  // one head here, the other as a layer
    layer(*card.codings);
  }
  for (const Index out : card.layers.decoder) layer(out);
  layer(card.layers.sample.numel());
  return count;
}

}  // namespace

void save_model(nn::Layer& model, const ModelCard& card, const std::filesystem::path& path) {
  nn::save_weights(model, path, {{kKey, to_json(card).dump()}});
}

void save_models(nn::Layer& model, const ModelCard& card, RunFolder& folder) {
  save_model(model, card, folder.add("model.safetensors"));
  ModelCard without = card;
  without.threshold.reset();
  TensorFile best = load_tensors(folder / "best.safetensors");
  best.metadata[kKey] = to_json(without).dump();
  save_tensors(folder / "best.safetensors", best);
}

LoadedModel load_model(const std::filesystem::path& path, std::uint64_t seed) {
  const TensorFile file = load_tensors(path);
  const auto words = file.metadata.find(kKey);
  if (words == file.metadata.end()) {
    fail(
        "{}: does not say what model it is of; expected the model.safetensors or best.safetensors "
        "of a "
        "study",
        path.string());
  }
  LoadedModel loaded;
  try {
    if (words->second.size() > kMostText) {
      fail("its description has {} bytes", words->second.size());
    }
    loaded.card = card_from(parse_json<Json>("its description", words->second));
    Index elements = 0;
    for (const NamedTensor& tensor : file.tensors) {
      elements += tensor.value.numel();
      if (!std::ranges::all_of(tensor.value.data(), [](Scalar w) { return std::isfinite(w); })) {
        fail("its tensor {} has numbers that are not finite", tensor.name);
      }
    }
    if (elements != weights_of(loaded.card)) {
      fail("got {} weights for layers of {}", elements, weights_of(loaded.card));
    }
    loaded.model = model_of(loaded.card, seed);
    copy_tensors(file, tensors_of(loaded.model->parameters()));
  } catch (const Error& e) {
    fail("{}: not the model of a study ({})", path.string(), e.what());
  }
  loaded.reconstruct = reconstruction_of(*loaded.model, loaded.card.layers.output);
  return loaded;
}

}  // namespace gradus::study
