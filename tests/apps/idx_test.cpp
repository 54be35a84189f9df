#include "apps/study/data/idx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tensor/error.h"
#include "tests/support/idx_files.h"

namespace gradus::study {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

const std::string kSmall = test::idx({2, 3, 2}, "abcdefghijkl");

auto throws(const std::string& what) {
  return ThrowsMessage<Error>(AllOf(HasSubstr("some.idx: got "), HasSubstr(what)));
}

TEST(IdxTest, Parses) {
  const IdxArray array = parse_idx(kSmall, 3, "some.idx");
  EXPECT_THAT(array.dims, ElementsAre(2, 3, 2));
  EXPECT_EQ(std::string(array.bytes.begin(), array.bytes.end()), "abcdefghijkl");
  EXPECT_THAT(parse_idx(test::idx({2}, "\x07\xff"), 1, "some.idx").bytes, ElementsAre(7, 255));
}

TEST(IdxTest, ParsesTheEmptyArray) {
  const IdxArray array = parse_idx(test::idx({0, 28, 28}, ""), 3, "some.idx");
  EXPECT_THAT(array.dims, ElementsAre(0, 28, 28));
  EXPECT_THAT(array.bytes, IsEmpty());
}

TEST(IdxTest, SaysWhatIsWrong) {
  const auto parse = [](std::string content, size_t rank = 3) {
    return [=] { parse_idx(content, rank, "some.idx"); };
  };
  EXPECT_THAT(parse(""), throws("0 bytes, expected an IDX header of 16"));
  EXPECT_THAT(parse("PNG!"), throws("0x50 0x4e, expected 0x00 0x00"));
  std::string floats = kSmall;
  floats[2] = 0x0d;
  EXPECT_THAT(parse(floats), throws("type 0x0d, expected 0x08 (unsigned bytes)"));
  EXPECT_THAT(parse(kSmall, 1), throws("3 dimensions, expected 1"));
  EXPECT_THAT(parse(kSmall.substr(0, 15)), throws("15 bytes, expected an IDX header of 16"));
  EXPECT_THAT(parse(kSmall.substr(0, 20)), throws("4 bytes after the header, expected 12"));
  EXPECT_THAT(parse(kSmall + "m"), throws("13 bytes after the header, expected 12"));
  EXPECT_THAT(parse(kSmall + "m"), throws("2 x 3 x 2"));
}

TEST(IdxTest, RefusesSizesWhoseProductOverflows) {
  const uint32_t huge = 0xffffffff, half = 0x80000000;
  EXPECT_THAT(
      [=] {
        parse_idx(test::idx({huge, huge, huge}, "x"), 3, "some.idx");
      },
      throws("more than can be counted"));
  // 2^31 * 2^31 * 4 is 2^64: zero, if nobody looked.
  EXPECT_THAT(
      [=] {
        parse_idx(test::idx({half, half, 4}, ""), 3, "some.idx");
      },
      throws("more than can be counted"));
  // Nothing, but a shape that cannot be counted.
  EXPECT_THAT(
      [=] {
        parse_idx(test::idx({0, huge, huge}, ""), 3, "some.idx");
      },
      throws("more than can be counted"));
  EXPECT_THAT([=] { parse_idx(test::idx({huge}, "x"), 1, "some.idx"); },
              throws("got 1 bytes after the header, expected 4294967295"));
}

TEST(IdxTest, RefusesTruncationAtEveryByte) {
  for (size_t size = 0; size < kSmall.size(); ++size) {
    EXPECT_THROW(parse_idx(kSmall.substr(0, size), 3, "some.idx"), Error) << size;
  }
}

TEST(IdxTest, RefusesEveryFlippedBitOfTheHeader) {
  for (size_t bit = 0; bit < 8 * 16; ++bit) {
    std::string flipped = kSmall;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_THROW(parse_idx(flipped, 3, "some.idx"), Error) << bit;
  }
}

}  // namespace
}  // namespace gradus::study
