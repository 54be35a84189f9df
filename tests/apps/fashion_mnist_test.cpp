#include "apps/study/data/fashion_mnist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tensor/error.h"
#include "tests/support/data_variable.h"
#include "tests/support/expect.h"
#include "tests/support/idx_files.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

const fs::path kInstalled = "/usr/share/datasets/fashion-mnist";

TEST(FindFashionMnistTest, TakesTheFolderOrItsSubfolder) {
  const test::DataVariable unset(nullptr);
  const test::TempDir folder;
  test::write_fashion_like(folder / "data/fashion-mnist", {.gzipped = false});
  EXPECT_EQ(find_fashion_mnist(folder / "data"), folder / "data/fashion-mnist");
  EXPECT_EQ(find_fashion_mnist(folder / "data/fashion-mnist"), folder / "data/fashion-mnist");
  EXPECT_EQ(find_fashion_mnist({}, {folder / "none", folder / "data"}),
            folder / "data/fashion-mnist");
}

TEST(FindFashionMnistTest, PrefersTheFlagThenTheVariableThenThePlacesInTurn) {
  const test::TempDir folder;
  for (const char* name : {"flag", "variable", "first", "second"}) {
    test::write_fashion_like(folder / name, {.train = 1, .test = 1});
  }
  const std::vector<fs::path> places = {folder / "first", folder / "second"};
  const test::DataVariable variable((folder / "variable").c_str());
  EXPECT_EQ(find_fashion_mnist(folder / "flag", places), folder / "flag");
  EXPECT_EQ(find_fashion_mnist({}, places), folder / "variable");
  const test::DataVariable empty("");
  EXPECT_EQ(find_fashion_mnist({}, places), folder / "first");
}

TEST(FindFashionMnistTest, DoesNotGoOnFromAPlaceTheUserNamed) {
  const test::TempDir folder;
  test::write_fashion_like(folder / "good", {.train = 1, .test = 1});
  const std::vector<fs::path> places = {folder / "good"};
  const fs::path empty = folder / "empty";
  const test::DataVariable variable(empty.c_str());
  const auto names = [&](const std::string& who) {
    return ThrowsMessage<Error>(AllOf(HasSubstr(who + " " + empty.string()),
                                      HasSubstr("train-images-idx3-ubyte[.gz]"),
                                      HasSubstr("scripts/fetch-data")));
  };
  EXPECT_THAT([&] { find_fashion_mnist(empty, places); }, names("--data"));
  EXPECT_THAT([&] { find_fashion_mnist({}, places); }, names("GRADUS_DATA"));
}

TEST(FindFashionMnistTest, ListsThePlacesAndTheWaysOut) {
  const test::DataVariable unset(nullptr);
  const test::TempDir folder;
  EXPECT_THAT(
      [&] {
        find_fashion_mnist({}, {folder / "first", folder / "second"});
      },
      ThrowsMessage<Error>(
          AllOf(HasSubstr((folder / "first").string()), HasSubstr((folder / "second").string()),
                HasSubstr("apt-get install dataset-fashion-mnist"), HasSubstr("scripts/fetch-data"),
                HasSubstr("--data"), HasSubstr("GRADUS_DATA"), Not(HasSubstr("\n")))));
}

TEST(FindFashionMnistTest, KnowsTheStandardPlaces) {
  EXPECT_EQ(fashion_mnist_places().front(), kInstalled);
  EXPECT_THAT(fashion_mnist_places(), Contains(fs::path("data")));
}

class LoadFashionMnistTest : public ::testing::Test {
 protected:
  // That the data now in the folder is refused with one line that names `file`,
  // says `what`, and where to get better.
  void expect_refused(const std::string& file, const std::string& what) {
    EXPECT_THAT([&] { load_fashion_mnist(folder_.path()); },
                ThrowsMessage<Error>(AllOf(HasSubstr((folder_ / file).string()), HasSubstr(what),
                                           HasSubstr("expected"), HasSubstr("scripts/fetch-data"),
                                           Not(HasSubstr("\n")))));
  }

  test::TempDir folder_;
};

TEST_F(LoadFashionMnistTest, LoadsImagesOfAnySize) {
  test::write_fashion_like(folder_.path(), {.train = 12, .test = 3, .rows = 10, .columns = 7});
  const FashionMnist data = load_fashion_mnist(folder_.path());
  EXPECT_EQ(data.train.count(), 12);
  EXPECT_EQ(data.train.rows, 10);
  EXPECT_EQ(data.train.columns, 7);
  EXPECT_THAT(data.train.pixels, SizeIs(12 * 10 * 7));
  EXPECT_THAT(data.train.labels, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1));
  EXPECT_THAT(data.test.labels, ElementsAre(0, 1, 2));
  const std::string train = test::banded_images(12, 10, 7), tests = test::banded_images(3, 10, 7);
  EXPECT_EQ(std::string(data.train.pixels.begin(), data.train.pixels.end()), train);
  EXPECT_EQ(std::string(data.test.pixels.begin(), data.test.pixels.end()), tests);
  EXPECT_EQ(data.folder, folder_.path());
  EXPECT_FALSE(data.published);
}

TEST_F(LoadFashionMnistTest, RefusesImagesThatAreAllTheSame) {
  test::write_fashion_like(folder_.path(), {.train = 3, .test = 3, .rows = 2, .columns = 1});
  const fs::path images = folder_ / "train-images-idx3-ubyte";
  std::string pixels("\1\2\1\2\1\2", 6);
  test::write(images, test::idx({3, 2, 1}, pixels));
  EXPECT_THAT(test::error_of([&] { load_fashion_mnist(folder_.path()); }),
              HasSubstr(images.string() + ": got 3 images that are all the same"));
  pixels.back() = '\3';
  test::write(images, test::idx({3, 2, 1}, pixels));
  EXPECT_NO_THROW(load_fashion_mnist(folder_.path()));
}

TEST_F(LoadFashionMnistTest, ChecksumIsOfTheContentInOrder) {
  // One black pixel and the label 0, then one white pixel and the label 9. The
  // figure is sha256sum's of the four uncompressed files in a row.
  for (const bool gzipped : {true, false}) {
    const auto put = [&](const std::string& name, const std::string& bytes) {
      test::write(folder_ / (name + (gzipped ? ".gz" : "")), gzipped ? test::gzip(bytes) : bytes);
    };
    put("train-images-idx3-ubyte", test::idx({1, 1, 1}, {"\x00", 1}));
    put("train-labels-idx1-ubyte", test::idx({1}, {"\x00", 1}));
    put("t10k-images-idx3-ubyte", test::idx({1, 1, 1}, "\xff"));
    put("t10k-labels-idx1-ubyte", test::idx({1}, "\x09"));
    EXPECT_EQ(load_fashion_mnist(folder_.path()).checksum,
              "sha256:911b19071d8cf3a02842af916fe0e54f5721808d6b5707c6a84e74882a574b74");
  }
}

TEST_F(LoadFashionMnistTest, NamesTheMissingFile) {
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    test::write_fashion_like(folder_.path(), {.train = 1, .test = 1});
    fs::remove(folder_ / (std::string(name) + ".gz"));
    expect_refused(name, "[.gz]: got no such file");
  }
}

TEST_F(LoadFashionMnistTest, RefusesFilesThatDoNotFitTogether) {
  const auto with = [&](const std::string& name, const std::string& bytes) {
    test::write_fashion_like(folder_.path(), {.train = 3, .test = 2, .gzipped = false});
    test::write(folder_ / name, bytes);
  };
  const std::string train_images = "train-images-idx3-ubyte";
  const std::string test_images = "t10k-images-idx3-ubyte";
  const std::string labels = "train-labels-idx1-ubyte";

  with(labels, test::idx({2}, "\x01\x02"));
  expect_refused(labels, "got 2 labels, expected 3, one for each image of " + train_images);
  with(labels, test::idx({3}, "\x01\x09\x0a"));
  expect_refused(labels, "got the label 10 for image 2, expected 0 to 9");
  with(labels, test::idx({1, 1, 1}, "\x01"));
  expect_refused(labels, "got an IDX array of 3 dimensions, expected 1");
  with(train_images, test::idx({0, 28, 28}, ""));
  expect_refused(train_images, "got 0 x 28 x 28 images");
  with(test_images, test::idx({2, 0, 28}, ""));
  expect_refused(test_images, "got 2 x 0 x 28 images");
  with(test_images, test::idx({2, 14, 28}, std::string(2 * 14 * 28, 'x')));
  expect_refused(test_images, "got images of 14 x 28 pixels, expected 28 x 28");
  with(test_images, "\x1f\x8bno more");
  expect_refused(test_images, "gzip");
}

TEST_F(LoadFashionMnistTest, RefusesAFolderInPlaceOfAFile) {
  test::write_fashion_like(folder_.path(), {.train = 1, .test = 1, .gzipped = false});
  fs::remove(folder_ / "t10k-images-idx3-ubyte");
  fs::create_directory(folder_ / "t10k-images-idx3-ubyte");
  EXPECT_THAT([&] { load_fashion_mnist(folder_.path()); },
              ThrowsMessage<Error>(HasSubstr("t10k-images-idx3-ubyte: is not a regular file")));
}

TEST_F(LoadFashionMnistTest, RefusesABomb) {
  test::write_fashion_like(folder_.path(), {.train = 1, .test = 1});
  // 300 MB of zeros in members of 10, each of 10 kB.
  const std::string member = test::gzip(std::string(10 << 20, '\0'));
  std::string bomb;
  for (int i = 0; i < 30; ++i) bomb += member;
  test::write(folder_ / "train-labels-idx1-ubyte.gz", bomb);
  expect_refused("train-labels-idx1-ubyte.gz", "got more than 268435456 bytes");
}

TEST(InstalledFashionMnistTest, IsThePublishedData) {
  if (!fs::exists(kInstalled)) {
    GTEST_SKIP() << kInstalled << " is absent; try apt-get install dataset-fashion-mnist";
  }
  const FashionMnist data = load_fashion_mnist(find_fashion_mnist(kInstalled));
  EXPECT_TRUE(data.published) << data.checksum;
  EXPECT_EQ(data.train.count(), 60000);
  EXPECT_EQ(data.test.count(), 10000);
  EXPECT_EQ(data.test.rows, 28);
  EXPECT_EQ(data.test.columns, 28);
  // Every class is equally frequent, and the first training image an ankle boot.
  std::array<int, 10> count{};
  for (const uint8_t label : data.train.labels) ++count[label];
  EXPECT_THAT(count, ::testing::Each(6000));
  EXPECT_EQ(kFashionClasses[data.train.labels[0]], "Ankle boot");
}

}  // namespace
}  // namespace gradus::study
