#include "nn/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "nn/layers.h"
#include "tensor/file.h"
#include "tensor/safetensors.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::nn {
namespace {

using test::error_of;
using testing::HasSubstr;

class State : public testing::Test {
 protected:
  static Sequential make(std::uint64_t seed, Index hidden = 3) {
    Generator random(seed);
    return Sequential(Dense(2, hidden, Activation::relu, random),
                      Dense(hidden, 1, Activation::linear, random));
  }
  // What loading the file into a model says; the model must not change.
  std::string load_error() {
    Sequential model = make(2), before = model;
    const std::string message = error_of([&] { load_weights(model, path_); });
    for (std::size_t i = 0; i < model.parameters().size(); ++i) {
      EXPECT_TRUE(test::same_bits(model.parameters()[i].variable.value(),
                                  before.parameters()[i].variable.value()));
    }
    const std::string name = path_.string() + ": ";
    return message.starts_with(name) ? message.substr(name.size()) : message;
  }
  // The file of a right model, with a change.
  template <class Change>
  void save_changed(const Change& change) {
    Sequential model = make(1);
    save_weights(model, path_);
    TensorFile file = load_tensors(path_);
    change(file.tensors);
    save_tensors(path_, file);
  }

  test::TempDir dir_;
  std::filesystem::path path_ = dir_ / "model.safetensors";
};

TEST_F(State, ComesBackToTheSameBits) {
  Sequential saved = make(1), loaded = make(2);
  save_weights(saved, path_);
  load_weights(loaded, path_);
  for (std::size_t i = 0; i < saved.parameters().size(); ++i) {
    EXPECT_TRUE(test::same_bits(loaded.parameters()[i].variable.value(),
                                saved.parameters()[i].variable.value()));
  }
}

TEST_F(State, IsADictionaryOfTheParametersNames) {
  Sequential model = make(1);
  save_weights(model, path_);
  const TensorFile file = load_tensors(path_);
  ASSERT_EQ(file.tensors.size(), 4u);
  EXPECT_EQ(file.tensors[0].name, "dense.weight");
  EXPECT_EQ(file.at("dense_1.weight").shape(), (Shape{3, 1}));
}

TEST_F(State, LoadsInAnyOrder) {
  save_changed([](auto& tensors) { std::ranges::reverse(tensors); });
  EXPECT_EQ(error_of([&] {
              Sequential model = make(2);
              load_weights(model, path_);
            }),
            "(no error)");
}

TEST_F(State, LoadingIsSeenByCopiesOfTheHandlesOnly) {
  Sequential saved = make(1), loaded = make(2), copy = loaded;
  const Parameters handles = loaded.parameters();
  save_weights(saved, path_);
  load_weights(loaded, path_);
  EXPECT_TRUE(test::same_bits(handles[0].variable.value(), saved.parameters()[0].variable.value()));
  EXPECT_FALSE(test::same_bits(copy.parameters()[0].variable.value(), handles[0].variable.value()));
}

TEST_F(State, RefusesAMissingTensor) {
  save_changed([](auto& tensors) { tensors.erase(tensors.begin() + 2); });
  EXPECT_EQ(
      load_error(),
      "[tensors] no tensor \"dense_1.weight\"; there are: dense.weight, dense.bias, dense_1.bias");
}

TEST_F(State, RefusesARenamedTensor) {
  save_changed([](auto& tensors) { tensors[3].name = "dense_1.offset"; });
  EXPECT_EQ(load_error(),
            "[tensors] no tensor \"dense_1.bias\"; there are: dense.weight, dense.bias, "
            "dense_1.weight, dense_1.offset");
}

TEST_F(State, RefusesATensorTooMany) {
  save_changed([](auto& tensors) { tensors.push_back({"more", Tensor::scalar(1)}); });
  EXPECT_EQ(load_error(), "has 5 tensors, this model has 4 parameters");
}

TEST_F(State, RefusesAnotherShape) {
  save_changed([](auto& tensors) { tensors[0].value = tensors[0].value.reshape({3, 2}); });
  EXPECT_EQ(load_error(), "[tensors] \"dense.weight\" has shape (3, 2), expected (2, 3)");
}

TEST_F(State, RefusesTheLastShapeBeforeItChangesTheFirst) {
  save_changed([](auto& tensors) { tensors[3].value = Tensor::ones({2}); });
  EXPECT_EQ(load_error(), "[tensors] \"dense_1.bias\" has shape (2,), expected (1,)");
}

TEST_F(State, RefusesADamagedFile) {
  Sequential model = make(1);
  save_weights(model, path_);
  const std::string bytes = read_file(path_);
  write_file(path_, bytes.substr(0, bytes.size() - 1));
  EXPECT_THAT(load_error(), HasSubstr("lies outside the file"));
  std::filesystem::remove(path_);
  EXPECT_THAT(load_error(), HasSubstr("No such file"));
}

}  // namespace
}  // namespace gradus::nn
