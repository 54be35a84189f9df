// The callbacks that act on the history, and that a run with all of them goes on
// after a stop to the very bits of an uninterrupted one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "autograd/arithmetic.h"
#include "autograd/reductions.h"
#include "nn/layers.h"
#include "nn/losses.h"
#include "optim/optim.h"
#include "tensor/file.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::optim {
namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

History losses(const std::vector<double>& values) {
  History history;
  for (const double v : values) history.push_back({static_cast<int>(history.size()) + 1, v, {}, 0});
  return history;
}

struct OneWeight {
  Variable w{Tensor::from({1}, {7}), true};
  SGD sgd{{{"w", w}}, {.learning_rate = Scalar(0.5)}};

  void set(Scalar value) { w.mutable_value().mutable_data()[0] = value; }
};

TEST(EarlyStopping, StopsOnceItsPatienceIsOver) {
  const EarlyStopping two({.patience = 2});
  EXPECT_FALSE(two.stops({}));
  EXPECT_FALSE(two.stops(losses({5, 4, 4})));
  EXPECT_TRUE(two.stops(losses({5, 4, 4, 4})));
  EXPECT_FALSE(two.stops(losses({5, 4, 4, 3})));
  EXPECT_FALSE(two.stops(losses({5, 4, 4.5, 3, 9})));
  EXPECT_TRUE(two.stops(losses({5, 4, 4.5, 3, 9, 8})));
  EXPECT_TRUE(two.stops(losses({kNan, kNan})));
  const EarlyStopping none;
  EXPECT_FALSE(none.stops(losses({5, 4})));
  EXPECT_TRUE(none.stops(losses({5, 4, 4})));
  const EarlyStopping strict({.patience = 2, .min_delta = 1});
  EXPECT_TRUE(strict.stops(losses({5, 4, 4})));
  EXPECT_FALSE(strict.stops(losses({5, 3.9, 3.5})));
}

// w falls by 0.5 an epoch; the validation loss, -w, is least after the first.
TEST(EarlyStopping, PutsTheBestWeightsBackHoweverTrainingEnds) {
  const Tensor x = Tensor::ones({1}), minus = Tensor::full({1}, -1);
  for (const auto& [patience, epochs, alone] :
       {std::tuple(2, 3, true), {100, 6, true}, {2, 3, false}}) {
    OneWeight one;
    BestWeights best({{"w", one.w}});
    EarlyStopping stop({.patience = patience, .best = &best});
    const History history =
        fit(one.sgd, {x, x}, [&](const Batch& b) { return sum(one.w * b.inputs); },
            {.epochs = 6,
             .validation = {minus, minus},
             .callbacks =
                 alone ? std::vector<Callback*>{&stop} : std::vector<Callback*>{&stop, &best}});
    EXPECT_EQ(std::ssize(history), epochs);
    EXPECT_EQ(one.w.item(), 6.5);
  }
}

TEST(EarlyStopping, WithoutBestWeightsLeavesThoseOfTheLastEpoch) {
  const Tensor x = Tensor::ones({1}), minus = Tensor::full({1}, -1);
  OneWeight one;
  EarlyStopping stop({.patience = 2});
  const History history =
      fit(one.sgd, {x, x}, [&](const Batch& b) { return sum(one.w * b.inputs); },
          {.epochs = 6, .validation = {minus, minus}, .callbacks = {&stop}});
  EXPECT_EQ(std::ssize(history), 3);
  EXPECT_EQ(one.w.item(), 5.5);
}

TEST(ReduceLROnPlateau, MultipliesTheRateAfterEachPatience) {
  const auto rates = [](const std::vector<double>& values, ReduceLROnPlateauOptions options) {
    OneWeight one;
    ReduceLROnPlateau reduce(one.sgd, options);
    std::vector<Scalar> seen;
    for (std::size_t n = 1; n <= values.size(); ++n) {
      reduce.on_epoch_end(
          losses({values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n)}));
      seen.push_back(one.sgd.learning_rate());
    }
    return seen;
  };
  EXPECT_THAT(rates({4, 4, 4, 4, 4, 3, 3, 3}, {.factor = 0.5, .patience = 2}),
              ElementsAre(0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.125, 0.0625));
  // With a cooldown of two epochs the second of them counts, as in Keras.
  EXPECT_THAT(rates({4, 4, 4, 4, 4, 4, 4}, {.factor = 0.5, .patience = 2, .cooldown = 2}),
              ElementsAre(0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125));
  EXPECT_THAT(rates({4, 3.5, 3, 2.5}, {.factor = 0.5, .patience = 1, .min_delta = 0.6}),
              ElementsAre(0.5, 0.25, 0.25, 0.125));
  EXPECT_THAT(rates({4, 4, 4, 4}, {.factor = 0.5, .patience = 1, .min_learning_rate = 0.2}),
              ElementsAre(0.5, 0.25, Scalar(0.2), Scalar(0.2)));
  // One that began below the least is not raised to it.
  EXPECT_THAT(rates({4, 4, 4}, {.factor = 0.5, .patience = 1, .min_learning_rate = 0.75}),
              ElementsAre(0.5, 0.5, 0.5));
  EXPECT_THAT(rates({kNan, kNan, kNan}, {.factor = 0.5, .patience = 3}),
              ElementsAre(0.5, 0.5, 0.25));
  // A rate too small for a Scalar is not taken.
  EXPECT_GT(rates(std::vector<double>(400, 1.0), {.factor = 0.1, .patience = 1}).back(), 0);
}

TEST(ReduceLROnPlateau, RefusesAFactorThatDoesNotReduce) {
  OneWeight one;
  for (const double factor : {0.0, 1.0, -0.5, kNan}) {
    EXPECT_THAT(error_of([&] { ReduceLROnPlateau(one.sgd, {.factor = factor}); }),
                HasSubstr("expected a number between 0 and 1"));
  }
}

TEST(ModelCheckpoint, WritesTheWeightsOfEachEpochOrOfTheBest) {
  const test::TempDir dir;
  OneWeight one;
  ModelCheckpoint each(dir / "last", {{"w", one.w}});
  ModelCheckpoint best(dir / "best", {{"w", one.w}}, {.save_best_only = true});
  std::vector<double> values;
  for (const double loss : {3, 2, 4}) {
    values.push_back(loss);
    one.set(static_cast<Scalar>(10 * loss));
    each.on_epoch_end(losses(values));
    best.on_epoch_end(losses(values));
  }
  EXPECT_EQ(load_tensors(dir / "last").at("w").item(), 40);
  EXPECT_EQ(load_tensors(dir / "best").at("w").item(), 20);
  ModelCheckpoint nowhere(dir / "none/file", {{"w", one.w}});
  EXPECT_THAT(error_of([&] { nowhere.on_epoch_end(losses({1})); }), HasSubstr("none/file: "));
}

TEST(CsvLogger, WritesARowAsSoonAsAnEpochEnds) {
  const test::TempDir dir;
  const History history{{1, 0.5, 0.25, 2}, {2, 0.125, {}, 0.0000004}};
  const std::string first = "epoch,loss,val_loss,seconds\n1,0.5,0.25,2.000000\n";
  CSVLogger log(dir / "log.csv");
  log.on_epoch_end({history[0]});
  EXPECT_EQ(read_file(dir / "log.csv"), first);
  log.on_epoch_end(history);
  EXPECT_EQ(read_file(dir / "log.csv"), first + "2,0.125,,0.000000\n");
  EXPECT_EQ(read_file(dir / "log.csv"), to_csv(history));
  // A run that is taken up again after the first epoch leaves no row twice.
  CSVLogger again(dir / "log.csv");
  again.on_epoch_end(history);
  EXPECT_EQ(read_file(dir / "log.csv"), to_csv(history));
}

TEST(CsvLogger, NamesAFileThatCannotBeWritten) {
  const test::TempDir dir;
  CSVLogger nowhere(dir / "none/log.csv");
  EXPECT_EQ(error_of([&] { nowhere.on_epoch_end(losses({1})); }),
            (dir / "none/log.csv").string() + ": cannot be written: No such file or directory");
  CSVLogger full("/dev/full");
  EXPECT_EQ(error_of([&] { full.on_epoch_end(losses({1})); }),
            "/dev/full: cannot be written: No space left on device");
}

TEST(TerminateOnNan, SaysWhereItBeganAndWhatIsLikely) {
  TerminateOnNaN terminate;
  terminate.on_batch_end({}, {1, 4, 3, 0});
  terminate.on_epoch_end(losses({1}));
  EXPECT_EQ(error_of([&] {
              terminate.on_batch_end({}, {1, 4, -kNan, 0});
            }),
            "[training] the loss became nan in epoch 1, step 1; look for NaN or infinity in the "
            "data");
  EXPECT_EQ(error_of([&] {
              terminate.on_batch_end({}, {2, 8, kInf, 0});
            }),
            "[training] the loss became inf in epoch 1, step 2; try a smaller learning rate");
  EXPECT_EQ(error_of([&] {
              terminate.on_batch_end(losses({1}), {1, 4, kNan, 0});
            }),
            "[training] the loss became nan in epoch 2, step 1; try a smaller learning rate");
  EXPECT_EQ(error_of([&] {
              terminate.on_epoch_end({{1, 1, kNan, 0}});
            }),
            "[training] the val_loss became nan in epoch 1; try a smaller learning rate");
}

TEST(TerminateOnNan, KeepsTheLossesUpToThere) {
  const auto caught = [](TerminateOnNaN& terminate, const History& history, const EpochPart* part) {
    try {
      part ? terminate.on_batch_end(history, *part) : terminate.on_epoch_end(history);
    } catch (const NonFiniteLoss& e) {
      return e.until;
    }
    return LossesUntil{};
  };
  TerminateOnNaN terminate;
  terminate.on_train_begin({});
  terminate.on_batch_end({}, {1, 4, 4, 0});
  terminate.on_batch_end({}, {2, 6, 10, 0});
  terminate.on_epoch_end(losses({1.5}));
  terminate.on_batch_end(losses({1.5}), {1, 4, 20, 0});
  const EpochPart broken{2, 6, kInf, 0};
  const LossesUntil in_step = caught(terminate, losses({1.5}), &broken);
  EXPECT_EQ(in_step.value, kInf);
  EXPECT_EQ(std::pair(in_step.epoch, in_step.step), std::pair(2, Index{2}));
  EXPECT_EQ(in_step.history.size(), 1u);
  EXPECT_THAT(in_step.steps, ElementsAre(5));
  EXPECT_FALSE(in_step.is_of_data());

  TerminateOnNaN resumed;
  resumed.on_train_begin({.first_epoch = 1, .epochs = 9, .batches = 3, .part = {1, 4, 4, 0}});
  resumed.on_batch_end({}, {2, 8, 16, 0});
  resumed.on_batch_end({}, {3, 10, 20, 0});
  const LossesUntil validation = caught(resumed, {{1, 2, kNan, 0}}, nullptr);
  EXPECT_TRUE(std::isnan(validation.value));
  EXPECT_EQ(std::pair(validation.epoch, validation.step), std::pair(1, Index{0}));
  EXPECT_THAT(validation.steps, ElementsAre(3, 2));
  EXPECT_EQ(validation.first_step, 2);
  EXPECT_FALSE(validation.is_of_data());

  TerminateOnNaN data;
  const EpochPart first{1, 4, kNan, 0};
  EXPECT_TRUE(caught(data, {}, &first).is_of_data());
  data.on_batch_end({}, {1, 4, 4, 0});
  EXPECT_THAT(caught(data, losses({1}), &first).steps, ElementsAre()) << "those of epoch 1";

  TerminateOnNaN later;
  later.on_train_begin({.first_epoch = 1, .epochs = 9, .batches = 3, .part = {1, 4, 4, 0}});
  later.on_batch_end(losses({1}), {1, 4, 4, 0});
  EXPECT_EQ(caught(later, losses({1}), &broken).first_step, 1);
}

// Learns noise, so that its losses soon get no better.
struct Trainer {
  explicit Trainer(std::filesystem::path where) : folder(std::move(where)) {}

  History train(int epochs, Callback* killer = nullptr) {
    Generator random(4);
    Tensor x = Tensor::uninitialized({21, 2}), y = Tensor::uninitialized({21, 1});
    random.fill_normal(x, 0, 1);
    random.fill_normal(y, 0, 1);
    FitOptions options{
        .epochs = epochs, .batch_size = 4, .seed = 5, .validation = {x.rows(0, 5), y.rows(0, 5)}};
    options.callbacks = {&checkpoint, &stop, &reduce, &best, &model_checkpoint, &log, &terminate};
    if (killer) options.callbacks.push_back(killer);
    if (std::filesystem::exists(folder / "checkpoint")) checkpoint.restore(options);
    return fit(
        adam, {x, y}, [&](const Batch& b) { return nn::mse(model(b.inputs), b.targets); }, options);
  }
  static nn::Sequential make() {
    Generator random(3);
    return nn::Sequential(nn::Dense(2, 7, Activation::tanh, random),
                          nn::Dense(7, 1, Activation::linear, random));
  }

  std::filesystem::path folder;
  nn::Sequential model = make();
  Adam adam{model.parameters(), {.learning_rate = Scalar(0.2)}};
  BestWeights best{model.parameters()};
  EarlyStopping stop{{.patience = 12, .best = &best}};
  ReduceLROnPlateau reduce{adam, {.factor = 0.5, .patience = 3, .cooldown = 1}};
  ModelCheckpoint model_checkpoint{folder / "best", model.parameters(), {.save_best_only = true}};
  CSVLogger log{folder / "log.csv"};
  TerminateOnNaN terminate;
  Checkpoint checkpoint{folder / "checkpoint", adam, {&best}, {}, {}, {.every_epochs = 4}};
};

class Kill final : public Callback {
 public:
  explicit Kill(int step) : step_(step) {}
  void on_batch_end(const History&, const EpochPart&) override {
    if (--step_ == 0) throw std::runtime_error("killed");
  }

 private:
  int step_;
};

// All but the seconds.
std::string without_seconds(const std::string& csv) {
  std::string result;
  for (std::size_t begin = 0, end; (end = csv.find('\n', begin)) != csv.npos; begin = end + 1) {
    result += csv.substr(begin, csv.rfind(',', end) - begin) + "\n";
  }
  return result;
}

TEST(Callbacks, ARunWithAllOfThemGoesOnToTheVeryBitsOfAnUninterruptedOne) {
  const test::TempDir dir;
  std::filesystem::create_directory(dir / "whole");
  Trainer whole(dir / "whole");
  const History expected = whole.train(100);
  // It did stop early, and after some reductions.
  ASSERT_LT(expected.size(), 100u);
  ASSERT_GT(expected.size(), 14u);
  EXPECT_LT(whole.adam.learning_rate(), Scalar(0.1));
  const int steps = 6 * static_cast<int>(expected.size());
  for (int step = 1; step <= steps; step += 5) {
    const std::filesystem::path folder = dir / std::to_string(step);
    std::filesystem::create_directory(folder);
    {
      Kill kill(step);
      Trainer killed(folder);
      EXPECT_THROW(killed.train(100, &kill), std::runtime_error);
    }
    Trainer second(folder);
    const History history = second.train(100);
    ASSERT_EQ(history.size(), expected.size()) << step;
    for (std::size_t i = 0; i < second.model.parameters().size(); ++i) {
      EXPECT_TRUE(test::same_bits(second.model.parameters()[i].variable.value(),
                                  whole.model.parameters()[i].variable.value()));
    }
    EXPECT_EQ(second.adam.learning_rate(), whole.adam.learning_rate());
    EXPECT_TRUE(read_file(folder / "best") == read_file(dir / "whole/best"));
    EXPECT_EQ(without_seconds(read_file(folder / "log.csv")),
              without_seconds(read_file(dir / "whole/log.csv")));
  }
  // Nothing is left to do, and the best weights are put back all the same.
  Trainer again(dir / "whole");
  EXPECT_EQ(again.train(100).size(), expected.size());
  EXPECT_TRUE(test::same_bits(again.model.parameters()[0].variable.value(),
                              whole.model.parameters()[0].variable.value()));
}

}  // namespace
}  // namespace gradus::optim
