#include "optim/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "nn/layers.h"
#include "nn/losses.h"
#include "optim/adam.h"
#include "optim/best_weights.h"
#include "tensor/file.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"
#include "tests/support/vae.h"

namespace gradus::optim {
namespace {

using test::error_of;
using testing::HasSubstr;
using testing::StartsWith;
using Settings = std::map<std::string, std::string>;

// A model in training, with everything that belongs to it.
struct Training {
  explicit Training(const std::filesystem::path& path, const Settings& settings = {{"seed", "5"}},
                    double every_seconds = 0, Index hidden = 7)
      : model(make(hidden)),
        adam(model.parameters()),
        best(model.parameters()),
        checkpoint(path, adam, {&best}, settings, {}, {.every_seconds = every_seconds}) {}

  static nn::Sequential make(Index hidden) {
    Generator random(3);
    return nn::Sequential(nn::Dense(2, hidden, Activation::tanh, random),
                          nn::Dense(hidden, 1, Activation::linear, random));
  }

  History restore() {
    FitOptions options;
    checkpoint.restore(options);
    part = options.part;
    return options.history;
  }
  History train(int epochs, History history = {}, bool validate = true) {
    Generator random(4);
    Tensor x = Tensor::uninitialized({21, 2}), y = Tensor::uninitialized({21, 1});
    random.fill_normal(x, 0, 1);
    random.fill_normal(y, 0, 1);
    std::vector<Callback*> callbacks{&best, &checkpoint};
    callbacks.insert(callbacks.end(), more.begin(), more.end());
    return fit(adam, {x, y}, [&](const Batch& b) { return nn::mse(model(b.inputs), b.targets); },
               {.epochs = epochs,
                .batch_size = 4,
                .seed = 5,
                .validation = validate ? Dataset{x.rows(0, 5), y.rows(0, 5)} : Dataset{},
                .callbacks = callbacks,
                .history = std::move(history),
                .part = part});
  }

  nn::Sequential model;
  Adam adam;
  BestWeights best;
  Checkpoint checkpoint;
  EpochPart part;
  std::vector<Callback*> more;
};

void expect_same(Training& a, Training& b) {
  for (std::size_t i = 0; i < a.model.parameters().size(); ++i) {
    EXPECT_TRUE(test::same_bits(a.model.parameters()[i].variable.value(),
                                b.model.parameters()[i].variable.value()));
    EXPECT_TRUE(test::same_bits(a.best.weights()[i].value, b.best.weights()[i].value));
  }
  for (std::size_t i = 0; i < a.adam.state().size(); ++i) {
    EXPECT_TRUE(test::same_bits(a.adam.state()[i].value, b.adam.state()[i].value));
  }
  EXPECT_EQ(a.adam.steps(), b.adam.steps());
  EXPECT_EQ(a.adam.learning_rate(), b.adam.learning_rate());
}

class CheckpointTest : public testing::Test {
 protected:
  std::string restore_error(Training& run) {
    const std::string message = error_of([&] { run.restore(); });
    const std::string name = path_.string() + ": ";
    return message.starts_with(name) ? message.substr(name.size()) : message;
  }

  test::TempDir dir_;
  std::filesystem::path path_ = dir_ / "run.checkpoint";
};

TEST_F(CheckpointTest, AStoppedRunGoesOnToTheVeryBitsOfAnUninterruptedOne) {
  for (const bool validate : {true, false}) {
    Training whole(dir_ / "whole");
    const History expected = whole.train(7, {}, validate);
    for (int stop = 1; stop <= 7; ++stop) {
      Training first(path_);
      first.train(stop, {}, validate);
      Training second(path_);
      History history = second.restore();
      ASSERT_EQ(history.size(), static_cast<std::size_t>(stop));
      expect_same(first, second);
      history = second.train(7, std::move(history), validate);
      expect_same(second, whole);
      ASSERT_EQ(history.size(), expected.size());
      for (std::size_t i = 0; i < history.size(); ++i) {
        EXPECT_EQ(history[i].epoch, expected[i].epoch);
        EXPECT_EQ(history[i].loss, expected[i].loss);
        EXPECT_EQ(history[i].val_loss, expected[i].val_loss);
      }
    }
  }
}

TEST_F(CheckpointTest, NaNInAnyTensorIsRefused) {
  Training(path_).train(1);
  const TensorFile whole = load_tensors(path_);
  for (std::size_t i = 0; i < whole.tensors.size(); ++i) {
    TensorFile file = whole;
    Tensor damaged = file.tensors[i].value.clone();
    damaged.mutable_data().back() = std::numeric_limits<Scalar>::quiet_NaN();
    file.tensors[i].value = damaged;
    save_tensors(path_, file);
    Training run(path_), untouched(path_);
    EXPECT_EQ(restore_error(run), "not a checkpoint of this run (its tensor " +
                                      whole.tensors[i].name + " has NaN, expected numbers)");
    expect_same(run, untouched);
  }
}

// Throws at a step, having saved before it where it is told to.
class Stop final : public Callback {
 public:
  Stop(int step, Checkpoint* save) : step_(step), save_(save) {}
  void on_batch_end(const History& history, const EpochPart& part) override {
    if (--step_ > 0) return;
    if (save_) save_->save(history, part);
    throw std::runtime_error("stopped");
  }

 private:
  int step_;
  Checkpoint* save_;
};

TEST_F(CheckpointTest, ARunKilledWithinAnEpochGoesOnFromTheLastOne) {
  Training whole(dir_ / "whole");
  whole.train(4);
  Training first(path_);
  Stop kill(15, nullptr);  // in the third epoch of 6 batches
  first.more = {&kill};
  EXPECT_THROW(first.train(4), std::runtime_error);
  Training second(path_);
  History history = second.restore();
  EXPECT_EQ(history.size(), 2u);
  second.train(4, std::move(history));
  expect_same(second, whole);
}

TEST_F(CheckpointTest, ARunSavedWithinAnEpochGoesOnFromTheVeryStep) {
  Training whole(dir_ / "whole");
  const History expected = whole.train(3);
  for (int step = 1; step <= 18; ++step) {  // also the last of an epoch
    Training first(path_);
    Stop stop(step, &first.checkpoint);
    first.more = {&stop};
    EXPECT_THROW(first.train(3), std::runtime_error);
    Training second(path_);
    History history = second.restore();
    EXPECT_EQ(second.adam.steps(), step);
    EXPECT_EQ(second.part.batches, (step - 1) % 6 + 1);
    history = second.train(3, std::move(history));
    expect_same(second, whole);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(history.at(i).loss, expected[i].loss);
      EXPECT_EQ(history.at(i).val_loss, expected[i].val_loss);
    }
  }
}

TEST_F(CheckpointTest, KeepsTheLearningRate) {
  Training first(path_);
  first.adam.set_learning_rate(Scalar(0.07));
  first.checkpoint.save({});
  Training second(path_);
  second.restore();
  EXPECT_EQ(second.adam.learning_rate(), Scalar(0.07));
  for (const auto& [rate, said] : {std::pair("-0.25", "-0.25"), {"\"inf\"", "inf"}}) {
    TensorFile file = load_tensors(path_);
    std::string& progress = file.metadata["progress"];
    const std::string name = R"("learning_rate":)";
    const std::size_t begin = progress.find(name) + name.size();
    progress.replace(begin, progress.find_first_of(",}", begin) - begin, rate);
    save_tensors(path_, file);
    Training third(path_);
    EXPECT_THAT(restore_error(third), HasSubstr(std::string("its learning rate is ") + said));
    EXPECT_EQ(third.adam.steps(), 0);
  }
}

TEST_F(CheckpointTest, RefusesMoreEpochsThanAFileHasRoomFor) {
  Training run(path_);
  run.checkpoint.on_train_begin({.epochs = 100'000});
  EXPECT_THAT(error_of([&] { run.checkpoint.on_train_begin({.epochs = 100'001}); }),
              AllOf(HasSubstr(path_.string()), HasSubstr("got 100001 epochs")));
  // There is room for those, at the length that losses and seconds have at most.
  History history;
  for (int epoch = 1; epoch <= 100'000; ++epoch) {
    history.push_back(
        {epoch, -1.2345678901234567e-100, -1.2345678901234567e-100, 123.45678901234567});
  }
  run.checkpoint.save(history);
  run.restore();
}

TEST_F(CheckpointTest, AnswersForEpochsThatDoNotFollowEachOther) {
  Training run(path_);
  run.checkpoint.save({{.epoch = 1}, {.epoch = 3}});
  EXPECT_EQ(restore_error(run), "not a checkpoint of this run (its epochs make no sense)");
}

TEST_F(CheckpointTest, LeavesTheFileBeforeWhereItCannotWrite) {
  Training run(path_);
  run.train(1);
  const std::string before = read_file(path_);
  std::filesystem::create_directory(dir_ / "folder");
  Training other(dir_ / "folder");
  EXPECT_THAT(error_of([&] { other.checkpoint.save({}); }),
              HasSubstr("folder: cannot be replaced"));
  EXPECT_EQ(read_file(path_), before);
}

TEST_F(CheckpointTest, IsWrittenAfterTheFirstAndTheLastEpochAndInBetweenWhenItIsTime) {
  const auto written = [&](int epoch, double every_seconds, int every_epochs = 0) {
    Training run(path_);
    Checkpoint checkpoint(path_, run.adam, {}, {}, {}, {every_epochs, every_seconds});
    History history;
    bool last = false;
    for (int e = 1; e <= epoch; ++e) {
      history.push_back({.epoch = e});
      std::filesystem::remove(path_);
      checkpoint.on_epoch_settled(history, e == 5);
      last = std::filesystem::exists(path_);
    }
    return last;
  };
  EXPECT_TRUE(written(1, 1e6));
  EXPECT_FALSE(written(2, 1e6));
  EXPECT_FALSE(written(4, 1e6));
  EXPECT_TRUE(written(5, 1e6));
  EXPECT_TRUE(written(2, 0));
  // Every second epoch, whatever the time.
  EXPECT_TRUE(written(1, 0, 2));
  EXPECT_TRUE(written(2, 1e6, 2));
  EXPECT_FALSE(written(3, 0, 2));
  EXPECT_TRUE(written(4, 1e6, 2));
  EXPECT_TRUE(written(5, 1e6, 2));
  Training run(path_);
  EXPECT_EQ(error_of([&] { Checkpoint(path_, run.adam, {}, {}, {}, {.every_epochs = -1}); }),
            "[checkpoint] got every -1 epochs, expected 0 or more");
}

TEST_F(CheckpointTest, ASettingThatDiffersIsRefusedByName) {
  Training(path_, {{"seed", "5"}, {"data", "fashion"}}).train(1);
  Training other(path_, {{"seed", "6"}, {"data", "fashion"}});
  EXPECT_EQ(restore_error(other),
            "this run began with seed 5, now it is 6; a run goes on only as it began");
  Training more(path_, {{"seed", "5"}, {"batch_size", "32"}});
  EXPECT_EQ(restore_error(more),
            "this run began with batch_size not set, now it is 32; a run goes on only as it began");
  Training same(path_, {{"seed", "5"}, {"data", "fashion"}});
  EXPECT_EQ(restore_error(same), "(no error)");
}

TEST_F(CheckpointTest, KeepsNanAndInfinity) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  Training run(path_);
  History history{{1, kInf, std::nan(""), 0.5}, {2, -kInf, 0.1, 0.25}, {3, std::nan(""), {}, 0}};
  run.checkpoint.save(history);
  Training second(path_);
  const History back = second.restore();
  ASSERT_EQ(back.size(), 3u);
  EXPECT_EQ(back[0].loss, kInf);
  ASSERT_TRUE(back[0].val_loss.has_value());
  EXPECT_TRUE(std::isnan(*back[0].val_loss));
  EXPECT_EQ(back[0].seconds, 0.5);
  EXPECT_EQ(back[1].loss, -kInf);
  EXPECT_EQ(back[1].val_loss, 0.1);
  EXPECT_TRUE(std::isnan(back[2].loss));
  EXPECT_FALSE(back[2].val_loss.has_value());
}

TEST_F(CheckpointTest, RefusesADamagedFile) {
  Training(path_).train(2);
  const std::string bytes = read_file(path_);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, bytes.size() / 2, bytes.size() - 1}) {
    write_file(path_, bytes.substr(0, size));
    Training run(path_), untouched(path_);
    EXPECT_NE(restore_error(run), "(no error)") << size;
    expect_same(run, untouched);
  }
  std::filesystem::remove(path_);
  Training run(path_);
  EXPECT_EQ(restore_error(run), "cannot be opened: No such file or directory");
}

TEST_F(CheckpointTest, RefusesWhatIsNoCheckpoint) {
  save_tensors(path_, {{{"w", Tensor::ones({2})}}, {{"setting:seed", "5"}}});
  Training run(path_);
  EXPECT_THAT(restore_error(run), StartsWith("not a checkpoint of this run ("));
  save_tensors(path_, {{}, {{"setting:seed", "5"}}});
  EXPECT_EQ(restore_error(run),
            "not a checkpoint of this run (it says nothing of the epochs so far)");
  const auto error = [&](const std::string& progress) {
    save_tensors(path_, {{}, {{"setting:seed", "5"}, {"progress", progress}}});
    const std::string message = restore_error(run);
    EXPECT_THAT(message, StartsWith("not a checkpoint of this run (what it says of the epochs "));
    return message;
  };
  for (const char* progress : {"[]", "7", R"({"history":[[1]]})", R"({"history":7})"}) {
    EXPECT_THAT(error(progress), HasSubstr("is damaged)"));
  }
  EXPECT_THAT(error(""), HasSubstr("is not JSON)"));
  EXPECT_THAT(error("{"), HasSubstr("is not JSON)"));
  EXPECT_THAT(error(R"({"steps":1,"steps":2})"), HasSubstr("names \"steps\" twice)"));
  const std::string deep(200'000, '[');
  EXPECT_THAT(error("{\"steps\":" + deep), HasSubstr("is nested deeper than 8)"));
}

TEST_F(CheckpointTest, RefusesWholeNumbersThatAreNone) {
  Training(path_).train(1);
  TensorFile file = load_tensors(path_);
  const std::string progress = file.metadata["progress"];
  for (const std::string before : {R"("history":[[)", R"("part":[)", R"("steps":)"}) {
    ASSERT_THAT(progress, HasSubstr(before));
    const std::size_t begin = progress.find(before) + before.size();
    const std::size_t size = progress.find_first_not_of("0123456789", begin) - begin;
    for (const char* wrong : {"4294967297", "18446744073709551615", "1.5", "1e300", "-1", "true"}) {
      if (before != R"("history":[[)" && wrong == std::string("4294967297"))
        continue;  // it holds that
      file.metadata["progress"] = std::string(progress).replace(begin, size, wrong);
      save_tensors(path_, file);
      Training run(path_), untouched(path_);
      EXPECT_EQ(restore_error(run),
                fmt::format("not a checkpoint of this run (got {} for a whole number)",
                            wrong == std::string("1e300") ? "1e+300" : wrong))
          << before;
      expect_same(run, untouched);
    }
  }
}

// JSON has neither NaN nor infinity, so a number may stand there as text: as the whole of it.
TEST_F(CheckpointTest, RefusesTextsThatAreNoNumbers) {
  Training(path_).train(1);
  TensorFile file = load_tensors(path_);
  const std::string progress = file.metadata["progress"], before = R"("learning_rate":)";
  ASSERT_THAT(progress, HasSubstr(before));
  const std::size_t begin = progress.find(before) + before.size();
  const std::size_t size = progress.find(',', begin) - begin;
  for (const std::string text : {R"("")", R"("fast")", R"("0.5x")", R"("1e999")"}) {
    file.metadata["progress"] = std::string(progress).replace(begin, size, text);
    save_tensors(path_, file);
    Training run(path_), untouched(path_);
    EXPECT_EQ(restore_error(run), "not a checkpoint of this run (got " + text + " for a number)");
    expect_same(run, untouched);
  }
}

// A model that draws noise in training.
struct NoisyTraining {
  explicit NoisyTraining(const std::filesystem::path& path, std::uint64_t noise_seed = 7)
      : NoisyTraining(path, test::make_vae(1, noise_seed)) {}
  NoisyTraining(const std::filesystem::path& path, test::Vae model)
      : vae(std::move(model)),
        adam(vae.parameters()),
        best(vae.parameters()),
        checkpoint(path, adam, {&best}, {}, vae.generators(), {.every_seconds = 0}) {}

  History train(int epochs, History history = {}) {
    Generator random(4);
    Tensor x = Tensor::uninitialized({21, 2, 3});
    random.fill_normal(x, 0, 1);
    return fit(adam, {x, x}, [&](const Batch& b) { return vae.loss(b.inputs); },
               {.epochs = epochs,
                .batch_size = 4,
                .seed = 5,
                .validation = {x.rows(0, 5), x.rows(0, 5)},
                .callbacks = {&best, &checkpoint},
                .history = std::move(history)});
  }
  History restore() {
    FitOptions options;
    checkpoint.restore(options);
    return options.history;
  }
  Generator& noise() { return *vae.generators()[0].generator; }

  test::Vae vae;
  Adam adam;
  BestWeights best;
  Checkpoint checkpoint;
};

bool same_weights(NoisyTraining& a, NoisyTraining& b) {
  for (std::size_t i = 0; i < a.vae.parameters().size(); ++i) {
    if (!test::same_bits(a.vae.parameters()[i].variable.value(),
                         b.vae.parameters()[i].variable.value())) {
      return false;
    }
  }
  return true;
}

TEST_F(CheckpointTest, AModelThatDrawsNoiseGoesOnWithTheNoiseOfAnUninterruptedRun) {
  NoisyTraining whole(dir_ / "whole");
  whole.train(5);
  NoisyTraining first(path_);
  first.train(2);
  NoisyTraining second(path_);
  History history = second.restore();
  EXPECT_EQ(second.noise().counter(), first.noise().counter());
  second.train(5, std::move(history));
  EXPECT_TRUE(same_weights(second, whole));
  EXPECT_EQ(second.noise().counter(), whole.noise().counter());
  EXPECT_TRUE(test::same_bits(second.best.weights()[0].value, whole.best.weights()[0].value));
  // It is the generator's place that does it.
  first.train(2);
  NoisyTraining third(path_);
  history = third.restore();
  third.noise().seek(0);
  third.train(5, std::move(history));
  EXPECT_FALSE(same_weights(third, whole));
}

TEST_F(CheckpointTest, KeepsGeneratorsBeyondWhatADoubleOrASignedNumberHolds) {
  constexpr std::uint64_t kLarge = 0xfedcba9876543211u;
  NoisyTraining run(path_, kLarge);
  run.noise().seek(kLarge + 2);
  run.checkpoint.save({{.epoch = 1, .loss = std::nan("")}});
  NoisyTraining second(path_, kLarge);
  second.restore();
  EXPECT_EQ(second.noise().counter(), kLarge + 2);
}

TEST_F(CheckpointTest, OtherGeneratorsAreRefusedByName) {
  Generator mine(1, 2), other(1, 2);
  const auto checkpoint = [&](Training& run, std::vector<NamedGenerator> generators) {
    return Checkpoint(path_, run.adam, {&run.best}, {}, std::move(generators));
  };
  Training run(path_);
  checkpoint(run, {{"noise", &mine}}).save({{.epoch = 1, .loss = std::nan("")}});
  const auto error = [&](std::vector<NamedGenerator> generators) {
    Training second(path_), untouched(path_);
    FitOptions options;
    run.model.parameters()[0].variable.mutable_value().mutable_data()[0] = 9;
    const std::string message =
        error_of([&] { checkpoint(second, std::move(generators)).restore(options); });
    if (message != "(no error)") expect_same(second, untouched);
    return message.substr(message.find(": ") + 2);
  };
  EXPECT_EQ(error({}),
            "not a checkpoint of this run (it has the generators [noise], this run has [])");
  EXPECT_EQ(error({{"dropout", &other}}),
            "not a checkpoint of this run (it has the generators [noise], this run has [dropout])");
  EXPECT_EQ(error({{"noise", &mine}, {"dropout", &other}}),
            "not a checkpoint of this run (it has the generators [noise], this run has [noise, "
            "dropout])");
  Generator seeded(3, 2), streamed(1, 4);
  EXPECT_EQ(error({{"noise", &seeded}}),
            "not a checkpoint of this run (the generator noise began with seed 1 and stream 2, now "
            "they are 3 and 2)");
  EXPECT_EQ(error({{"noise", &streamed}}),
            "not a checkpoint of this run (the generator noise began with seed 1 and stream 2, now "
            "they are 1 and 4)");
  // One without any.
  checkpoint(run, {}).save({{.epoch = 1, .loss = std::nan("")}});
  EXPECT_EQ(error({{"noise", &other}}),
            "not a checkpoint of this run (it has the generators [], this run has [noise])");
}

TEST_F(CheckpointTest, RefusesGeneratorsThatMakeNoSense) {
  Generator noise(1, 2);
  Training run(path_);
  Checkpoint checkpoint(path_, run.adam, {&run.best}, {}, {{"noise", &noise}});
  checkpoint.save({{.epoch = 1, .loss = std::nan("")}});
  TensorFile file = load_tensors(path_);
  const std::string progress = file.metadata["progress"], right = R"(["noise",1,2,0])";
  ASSERT_THAT(progress, HasSubstr(right));
  for (const char* wrong : {R"(["noise",1,2])", R"(["noise",1,2,-1])", R"(["noise",1,2,0.5])",
                            R"(["noise",1,2,"0"])", R"([7,1,2,0])", "7"}) {
    file.metadata["progress"] =
        std::string(progress).replace(progress.find(right), right.size(), wrong);
    save_tensors(path_, file);
    noise.seek(5);
    FitOptions options;
    EXPECT_THAT(error_of([&] { checkpoint.restore(options); }),
                HasSubstr("not a checkpoint of this run ("))
        << wrong;
    EXPECT_EQ(noise.counter(), 5u);
  }
}

TEST_F(CheckpointTest, RefusesThatOfAnotherModel) {
  Training(path_).train(1);
  Training wider(path_, {{"seed", "5"}}, 0, 8);
  EXPECT_THAT(restore_error(wider), HasSubstr("expected (2, 8)"));
}

}  // namespace
}  // namespace gradus::optim
