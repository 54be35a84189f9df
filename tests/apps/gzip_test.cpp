#include "apps/study/data/gzip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tensor/error.h"
#include "tests/support/idx_files.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr size_t kPlenty = 64 << 20;

class GzipTest : public ::testing::Test {
 protected:
  std::string read(std::string_view bytes, size_t max_bytes = kPlenty) {
    test::write(file_, bytes);
    return read_maybe_gzip(file_, max_bytes);
  }

  test::TempDir folder_;
  std::filesystem::path file_ = folder_ / "content.gz";
};

TEST_F(GzipTest, ReadsPlainFilesAsTheyAre) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("plain"), "plain");
  EXPECT_EQ(read("\x1f"), "\x1f");  // half of gzip's magic is nothing special
}

TEST_F(GzipTest, Inflates) {
  EXPECT_EQ(read(test::gzip("")), "");
  EXPECT_EQ(read(test::gzip("content")), "content");
  // More than one buffer of input and of output, and nothing to compress.
  const std::string noise = test::banded_images(1000, 30, 30);
  EXPECT_EQ(read(test::gzip(noise)), noise);
}

TEST_F(GzipTest, InflatesBytesInMemory) {
  EXPECT_EQ(inflate_if_gzip("plain", kPlenty, "name"), "plain");
  EXPECT_EQ(inflate_if_gzip(test::gzip("content"), kPlenty, "name"), "content");
  EXPECT_THAT([] { inflate_if_gzip("12345", 4, "name"); },
              ThrowsMessage<Error>(HasSubstr("name: got more than 4 bytes")));
}

TEST_F(GzipTest, InflatesMembersInARow) {
  EXPECT_EQ(read(test::gzip("one ") + test::gzip("") + test::gzip("two")), "one two");
}

TEST_F(GzipTest, RefusesTruncationAtEveryByte) {
  const std::string whole = test::gzip("one ") + test::gzip("and another member");
  const size_t first_member = test::gzip("one ").size();
  for (size_t size = 2; size < whole.size(); ++size) {
    if (size == first_member) continue;  // that is a whole file
    EXPECT_THAT([&] { read(whole.substr(0, size)); },
                ThrowsMessage<Error>(HasSubstr(file_.string())))
        << size;
  }
  EXPECT_THAT([&] { read(whole.substr(0, 9)); }, ThrowsMessage<Error>(HasSubstr("cut short")));
}

TEST_F(GzipTest, NeverReturnsOtherContentForAnyFlippedBit) {
  const std::string content = "some content, some content";
  const std::string whole = test::gzip(content);
  int refused = 0;
  for (size_t bit = 16; bit < 8 * whole.size(); ++bit) {  // from behind the magic on
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    try {
      EXPECT_EQ(read(flipped), content) << bit;  // the time stamp, for one, is not checked
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, static_cast<int>(8 * (whole.size() - 10)) - 8);  // ten bytes of header
}

TEST_F(GzipTest, RefusesBytesAfterTheEnd) {
  EXPECT_THAT([&] { read(test::gzip("content") + "more"); },
              ThrowsMessage<Error>(AllOf(HasSubstr(file_.string()), HasSubstr("got 4 bytes"))));
  EXPECT_THROW(read(test::gzip("content") + '\x1f'), Error);
}

TEST_F(GzipTest, BoundsTheContent) {
  EXPECT_EQ(read("12345", 5), "12345");
  EXPECT_EQ(read(test::gzip("12345"), 5), "12345");
  EXPECT_THROW(read("12345", 4), Error);
  EXPECT_THROW(read(test::gzip("12345"), 4), Error);
  EXPECT_THROW(read(test::gzip("123") + test::gzip("45"), 4), Error);
  const std::string bomb = test::gzip(std::string(32 << 20, '\0'));
  ASSERT_LT(bomb.size(), 40'000);
  EXPECT_THAT(
      [&] { read(bomb, 1 << 20); },
      ThrowsMessage<Error>(AllOf(HasSubstr(file_.string()), HasSubstr("more than 1048576 bytes"))));
  EXPECT_THROW(read(std::string(1 << 20, 'x'), 1000), Error);  // refused by its size alone
}

TEST_F(GzipTest, DoesNotBelieveTheClaimedSize) {
  std::string lies = test::gzip("content");
  lies.replace(lies.size() - 4, 4, "\xff\xff\xff\xff");
  EXPECT_THROW(read(lies), Error);
}

TEST_F(GzipTest, NamesWhatCannotBeRead) {
  EXPECT_THAT([&] { read_maybe_gzip(folder_.path(), kPlenty); },
              ThrowsMessage<Error>(
                  AllOf(HasSubstr(folder_.path().string()), HasSubstr("not a regular file"))));
  EXPECT_THAT([&] { read_maybe_gzip(folder_ / "absent", kPlenty); },
              ThrowsMessage<Error>(AllOf(HasSubstr("absent"), HasSubstr("No such file"))));
}

}  // namespace
}  // namespace gradus::study
