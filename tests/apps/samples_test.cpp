#include "apps/study/model/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/expect.h"
#include "tests/support/idx_files.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

using test::error_of;
using test::expect_near;
using test::TempDir;
using ::testing::HasSubstr;

// A model of samples (2, 2) whose raw values are 0 to 10.
const ModelCard kCard{.layers = {.sample = {2, 2}}, .range = {0, 10}};

class Samples : public ::testing::Test {
 protected:
  Tensor load(const std::string& bytes, const SampleOptions& options = {},
              const ModelCard& card = kCard) {
    test::write(folder / "data", bytes);
    return load_samples(folder / "data", card, options);
  }
  std::string error(const std::string& bytes, const SampleOptions& options = {}) {
    const std::string message = error_of([&] { load(bytes, options); });
    EXPECT_THAT(message, HasSubstr("data"));
    return message;
  }
  const TempDir folder;
};

TEST_F(Samples, AreToldByTheirFirstBytesAndScaled) {
  const std::string csv = "a,b,c,d\n0,5,10,1\n2,4,6,8\n";
  expect_near(load(csv), {0, 0.5, 1, 0.1, 0.2, 0.4, 0.6, 0.8}, 1e-7);
  EXPECT_EQ(load(csv).shape(), Shape({2, 2, 2}));
  expect_near(load(test::gzip(csv)), {0, 0.5, 1, 0.1, 0.2, 0.4, 0.6, 0.8}, 1e-7);
  const std::string bytes("\0\5\12\1", 4);
  expect_near(load(test::idx({1, 2, 2}, bytes)), {0, 0.5, 1, 0.1}, 1e-7);
  expect_near(load(test::gzip(test::idx({2, 2}, bytes))), {0, 0.5, 1, 0.1}, 1e-7);
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 4), }\n";
  std::string npy("\x93NUMPY\x01\0", 8);
  npy += static_cast<char>(header.size());
  npy += '\0';
  expect_near(load(npy + header + bytes), {0, 0.5, 1, 0.1}, 1e-7);
}

TEST_F(Samples, MayBeScaledOrLabelled) {
  expect_near(load("0,0.5,1,0.25\n", {.scaled = true}), {0, 0.5, 1, 0.25}, 1e-7);
  expect_near(load("0,5,10,1,7\n", {.labelled = true}), {0, 0.5, 1, 0.1}, 1e-7);
  EXPECT_THAT(error("0,5,10,1,7\n"), HasSubstr("try --labelled"));
  EXPECT_THAT(error("0,0.5,1,0.25\n"), HasSubstr("try --scaled"));
  expect_near(load("0,0,1,0\n"), {0, 0, 0.1, 0}, 1e-7);  // whole numbers may well be raw
  EXPECT_THAT(error("0,2,1,0\n", {.scaled = true}), HasSubstr("expected 0 to 1"));
  const std::string idx = test::idx({1, 2, 2}, std::string("\0\5\12\1", 4));
  for (const std::string& file : {idx, test::gzip(idx)}) {
    EXPECT_THAT(error(file, {.labelled = true}),
                HasSubstr("got --labelled with a file in IDX format, expected CSV"));
  }
  EXPECT_THAT(error(std::string("\x93NUMPY\x01\0\x10\0", 10), {.labelled = true}),
              HasSubstr("got --labelled with a file in NumPy format, expected CSV"));
}

TEST_F(Samples, OutOfRangeAreNamed) {
  EXPECT_THAT(error("0,5,10,1\n1,2,11,3\n"), HasSubstr("got 11 as value 2 of sample 1"));
  EXPECT_THAT(error("0,5,-1,1\n"), HasSubstr("got -1 as value 2 of sample 0"));
  ModelCard wide = kCard;
  wide.range.margin = 0.5;
  expect_near(load("0,15,-5,1\n", {}, wide), {0, 1.5, -0.5, 0.1}, 1e-7);
}

TEST_F(Samples, OfOtherShapesAreNamed) {
  EXPECT_THAT(error("1,2,3\n"), HasSubstr("got an array (1, 3), expected samples (2, 2)"));
  EXPECT_THAT(error(test::idx({1, 3, 2}, "123456")), HasSubstr("(1, 3, 2)"));
  EXPECT_THAT(error(test::idx({0, 2, 2}, "")), HasSubstr("no samples"));
  EXPECT_THAT(error(test::idx({2}, "12")), HasSubstr("(2,)"));
  EXPECT_THAT(error(std::string("\0\0\x08\0", 4) + "1"), HasSubstr("data"));
  error(std::string("\0\0\x08\xff", 4));
  error(std::string("\0\0\x08\x09", 4).append(36, '\0'));
}

TEST_F(Samples, NoShortFileIsBelieved) {
  for (const std::string& whole :
       {test::idx({1, 2, 2}, std::string("\0\1\2\3", 4)), test::gzip("0,1,2,3\n"),
        std::string("\x93NUMPY\x01\0\x10\0", 10)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) error(whole.substr(0, size));
  }
}

}  // namespace
}  // namespace gradus::study
