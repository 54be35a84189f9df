#include "apps/study/model/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "apps/study/model/variational_autoencoder.h"
#include "tensor/safetensors.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

using Json = nlohmann::json;
using test::error_of;
using test::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const Layers kLayers{.sample = {2, 3},
                     .encoder = {5, 4},
                     .decoder = {5},
                     .activation = Activation::selu,
                     .output = Activation::linear};

ModelCard card() {
  return {.study = "some_study",
          .layers = kLayers,
          .range = {-1, 3, 0.25},
          .threshold = 0.125,
          .threshold_name = "by_eye"};
}

Tensor samples() {
  Tensor x = Tensor::uninitialized({7, 2, 3});
  Generator(9).fill_uniform(x, 0, 1);
  return x;
}

TEST(ModelFile, AnAutoencoderReconstructsToTheSameBits) {
  const TempDir folder;
  Generator random(1);
  Autoencoder model(kLayers, random);
  save_model(model, card(), folder / "model.safetensors");
  const LoadedModel loaded = load_model(folder / "model.safetensors", 0);
  EXPECT_EQ(loaded.card.study, "some_study");
  EXPECT_EQ(loaded.card.layers.encoder, kLayers.encoder);
  EXPECT_EQ(loaded.card.range.low, -1);
  EXPECT_EQ(loaded.card.range.high, 3);
  EXPECT_EQ(loaded.card.range.margin, 0.25);
  EXPECT_EQ(loaded.card.threshold, 0.125);
  EXPECT_EQ(loaded.card.threshold_name, "by_eye");
  EXPECT_FALSE(loaded.card.codings);
  EXPECT_TRUE(test::same_bits(loaded.reconstruct(samples()),
                              reconstruction_of(model, kLayers.output)(samples())));
}

TEST(ModelFile, SaysWhatMultiplied) {
  const TempDir folder;
  Generator random(1);
  Autoencoder model(kLayers, random);
  for (const GemmBackend gemm : {GemmBackend::own, GemmBackend::blas}) {
    set_gemm_backend(gemm);
    save_model(model, card(), folder / "model.safetensors");
    set_gemm_backend(GemmBackend::blas);
    EXPECT_EQ(load_model(folder / "model.safetensors", 0).card.gemm, gemm);
  }
}

TEST(ModelFile, AVariationalOneDrawsFromTheSeedItIsGiven) {
  const TempDir folder;
  Generator random(1);
  VariationalAutoencoder model(kLayers, 2, random, Generator(8));
  ModelCard with = card();
  with.codings = 2;
  with.threshold.reset();
  save_model(model, with, folder / "model.safetensors");
  const LoadedModel loaded = load_model(folder / "model.safetensors", 8);
  EXPECT_EQ(loaded.card.codings, 2);
  EXPECT_FALSE(loaded.card.threshold);
  const Tensor output = reconstruction_of(model, kLayers.output)(samples());
  EXPECT_TRUE(test::same_bits(loaded.reconstruct(samples()), output));
  const LoadedModel other = load_model(folder / "model.safetensors", 9);
  EXPECT_FALSE(test::same_bits(other.reconstruct(samples()), output));
}

TEST(ModelFile, TheBestWeightsGetTheCardWithoutTheThreshold) {
  const TempDir temp;
  RunFolder folder(temp / "run", Existing::refuse, "a run of some_study");
  Generator random(1);
  Autoencoder best(kLayers, random), last(kLayers, random);
  nn::save_weights(best, folder / "best.safetensors", {{"mine", "stays"}});
  save_models(last, card(), folder);
  EXPECT_EQ(load_tensors(folder / "best.safetensors").metadata.at("mine"), "stays");
  EXPECT_EQ(load_model(folder / "model.safetensors", 0).card.threshold, 0.125);
  for (Autoencoder* model : {&best, &last}) {
    const LoadedModel loaded =
        load_model(folder / (model == &best ? "best.safetensors" : "model.safetensors"), 0);
    EXPECT_EQ(loaded.card.range.high, 3);
    EXPECT_EQ(loaded.card.threshold.has_value(), model == &last);
    EXPECT_TRUE(test::same_bits(loaded.reconstruct(samples()),
                                reconstruction_of(*model, kLayers.output)(samples())));
  }
}

// A model's file whose card was changed by `change`.
class Damaged : public ::testing::Test {
 protected:
  std::string error(const std::function<void(Json&)>& change) {
    Generator random(1);
    Autoencoder model(kLayers, random);
    const std::filesystem::path path = folder / "model.safetensors";
    save_model(model, card(), path);
    TensorFile file = load_tensors(path);
    Json json = Json::parse(file.metadata.at("gradus"));
    change(json);
    file.metadata["gradus"] = json.is_string() ? json.get<std::string>() : json.dump();
    save_tensors(path, file);
    const std::string message = error_of([&] { load_model(path, 0); });
    EXPECT_THAT(message, AllOf(HasSubstr("model.safetensors"), HasSubstr("not the model"),
                               Not(HasSubstr("json.exception"))));
    return message;
  }
  const TempDir folder;
};

TEST_F(Damaged, IsNotBelieved) {
  for (const char* key : {"study", "sample", "encoder", "decoder", "activation", "output", "range",
                          "threshold_name"}) {
    error([&](Json& json) { json.erase(key); });
    error([&](Json& json) { json[key] = Json::object(); });
  }
  EXPECT_THAT(error([](Json& json) { json = "no json {"; }),
              HasSubstr("(its description is not JSON)"));
  EXPECT_THAT(error([](Json& json) { json = Json::array(); }),
              HasSubstr("(it does not say its study)"));
  EXPECT_THAT(error([](Json& json) { json["range"].erase("high"); }),
              HasSubstr("(it does not say its high)"));
  EXPECT_THAT(error([](Json& json) { json["output"] = 7; }),
              HasSubstr("(got number for its output, expected a string)"));
  EXPECT_THAT(error([](Json& json) { json["activation"] = "step"; }), HasSubstr("step"));
  EXPECT_THAT(error([](Json& json) { json["gemm"] = "mkl"; }),
              HasSubstr("[gemm] got mkl, expected blas or own"));
  EXPECT_THAT(error([](Json& json) { json["encoder"] = {5, -4}; }), HasSubstr("-4 units"));
  EXPECT_THAT(error([](Json& json) { json["encoder"] = Json::array(); }), HasSubstr("0 layers"));
  EXPECT_THAT(error([](Json& json) { json["range"]["high"] = -1; }), HasSubstr("range"));
  EXPECT_THAT(error([](Json& json) { json["range"]["margin"] = -1; }), HasSubstr("range"));
  EXPECT_THAT(error([](Json& json) { json["threshold"] = -1; }),
              HasSubstr("(got a threshold of -1, expected 0 or more)"));
  EXPECT_THAT(error([](Json& json) { json["threshold"] = "high"; }),
              HasSubstr("(got string for its threshold, expected a number)"));
  EXPECT_THAT(error([](Json& json) { json["encoder"] = {5, 5}; }), HasSubstr("weights for"));
  EXPECT_THAT(error([](Json& json) { json["codings"] = 3; }), HasSubstr("weights for"));
  EXPECT_THAT(error([](Json& json) { json = R"({"study":"a","study":"b"})"; }),
              HasSubstr("names \"study\" twice"));
  // As many weights in other shapes.
  error([](Json& json) { json["sample"] = {3, 1, 2, 1, 1, 1, 1}; });
}

TEST_F(Damaged, AsksForNoMemoryOnItsWord) {
  const Json most = 1 << 20;
  EXPECT_THAT(error([&](Json& json) {
                json["encoder"] = {most, most, most, most};
              }),
              HasSubstr("weights for"));
  EXPECT_THAT(error([&](Json& json) { json["sample"] = {most, most}; }), HasSubstr("samples of"));
  EXPECT_THAT(error([&](Json& json) { json["encoder"] = std::vector<int>(65, 4); }),
              HasSubstr("65 layers"));
  const std::string deep(8000, '['), end(8000, ']');
  EXPECT_THAT(error([&](Json& json) { json = "{\"sample\":[" + deep + end + "]}"; }),
              HasSubstr("is nested deeper than 8"));
  EXPECT_THAT(error([&](Json& json) { json = std::string(20'000, ' '); }),
              HasSubstr("its description has 20000 bytes"));
}

TEST(ModelFile, OtherFilesAreNoModels) {
  const TempDir folder;
  save_tensors(folder / "other.safetensors", {{{"x", Tensor::ones({2})}}, {}});
  EXPECT_THAT(error_of([&] { load_model(folder / "other.safetensors", 0); }),
              HasSubstr("does not say what model"));
  EXPECT_THAT(error_of([&] { load_model(folder / "none", 0); }), HasSubstr("none"));
}

}  // namespace
}  // namespace gradus::study
