#include "apps/study/data/image_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/expect.h"

namespace gradus::study {
namespace {

using test::error_of;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;

// Labels 0 to 9 in turn; the two pixels of an image say its place.
LabelledImages images(int count) {
  LabelledImages data{.pixels = {}, .labels = {}, .rows = 1, .columns = 2};
  for (int i = 0; i < count; ++i) {
    data.labels.push_back(static_cast<uint8_t>(i % 10));
    data.pixels.push_back(static_cast<uint8_t>(i / 256));
    data.pixels.push_back(static_cast<uint8_t>(i % 256));
  }
  return data;
}

FashionMnist data(int train, int test) {
  FashionMnist both;
  both.train = images(train);
  both.test = images(test);
  return both;
}

// Every image is the one that its index says, and of a class of its kind.
void expect_consistent(const ImageSet& set) {
  ASSERT_EQ(set.images.shape(), (Shape{set.size(), 1, 2}));
  ASSERT_EQ(std::ssize(set.index), set.size());
  ASSERT_EQ(std::ssize(set.is_normal), set.size());
  for (std::size_t i = 0; i < set.labels.size(); ++i) {
    EXPECT_EQ(set.labels[i], set.index[i] % 10);
    EXPECT_EQ(set.is_normal[i], set.labels[i] == 1 || set.labels[i] == 2);
    const Scalar* const pixels = set.images.data().data() + 2 * i;
    EXPECT_EQ(pixels[0], static_cast<Scalar>(set.index[i] / 256) / 255);
    EXPECT_EQ(pixels[1], static_cast<Scalar>(set.index[i] % 256) / 255);
  }
}

TEST(FashionSets, SplitNineToOneAndPickTheClasses) {
  const FashionSets sets = fashion_sets(data(1000, 50), {1, 2}, {7}, 5);
  for (const ImageSet* set :
       {&sets.train_normal, &sets.valid, &sets.valid_normal, &sets.valid_abnormal, &sets.test,
        &sets.test_normal, &sets.test_abnormal}) {
    expect_consistent(*set);
  }
  // All 200 normal images are in one of the two; of 100 validation images, 20 are expected.
  std::set<Index> seen(sets.train_normal.index.begin(), sets.train_normal.index.end());
  seen.insert(sets.valid_normal.index.begin(), sets.valid_normal.index.end());
  EXPECT_EQ(seen.size(), 200u);
  EXPECT_EQ(sets.train_normal.size() + sets.valid_normal.size(), 200);
  EXPECT_NEAR(static_cast<double>(sets.valid_normal.size()), 20, 12);
  EXPECT_EQ(sets.valid.size(), sets.valid_normal.size() + sets.valid_abnormal.size());
  EXPECT_THAT(sets.train_normal.is_normal, Each(true));
  EXPECT_THAT(sets.valid_abnormal.labels, Each(7));
  EXPECT_FALSE(std::ranges::is_sorted(sets.train_normal.index)) << "not at random";

  EXPECT_EQ(sets.test_normal.size(), 10);
  EXPECT_EQ(sets.test_abnormal.size(), 5);
  EXPECT_TRUE(std::ranges::is_sorted(sets.test.index)) << "not as filed";
}

TEST(FashionSets, DependOnTheSeedAndNotOnTheClasses) {
  const FashionMnist all = data(1000, 50);
  const FashionSets sets = fashion_sets(all, {1, 2}, {7}, 5);
  EXPECT_EQ(fashion_sets(all, {1, 2}, {7}, 5).train_normal.index, sets.train_normal.index);
  EXPECT_NE(fashion_sets(all, {1, 2}, {7}, 6).train_normal.index, sets.train_normal.index);
  EXPECT_EQ(fashion_sets(all, {2, 1}, {3}, 5).train_normal.index, sets.train_normal.index);
}

TEST(FashionSets, NameTheSetThatWouldBeEmpty) {
  const auto error = [](const FashionMnist& from) {
    return error_of([&] { fashion_sets(from, {1, 2}, {7}, 5); });
  };
  FashionMnist few = data(1000, 50);
  std::ranges::replace(few.train.labels, uint8_t{7}, uint8_t{8});
  EXPECT_THAT(error(few), AllOf(HasSubstr("abnormal validation"), HasSubstr("class 7")));
  std::ranges::fill(few.train.labels, uint8_t{7});
  EXPECT_THAT(error(few), AllOf(HasSubstr("normal training"), HasSubstr("class 1, 2")));
  EXPECT_THAT(error(data(1000, 7)), HasSubstr("abnormal test"));
  EXPECT_THAT(error(data(1000, 1)), HasSubstr("normal test"));
  EXPECT_THAT(error(data(1, 50)), HasSubstr("normal training"));
}

TEST(ImageSet, GivesItsFirstImages) {
  const FashionSets sets = fashion_sets(data(1000, 50), {1, 2}, {7}, 5);
  EXPECT_EQ(sets.test.first(3).shape(), (Shape{3, 1, 2}));
  EXPECT_EQ(sets.test.first(100).shape(), (Shape{15, 1, 2}));
}

}  // namespace
}  // namespace gradus::study
