#include "apps/study/data/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "tests/support/expect.h"

namespace gradus::study {
namespace {

using test::error_of;
using ::testing::AnyOf;
using ::testing::HasSubstr;

template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

// A file as NumPy lays it out: the header is padded to a multiple of 64 bytes.
std::string npy(const std::string& dictionary, const std::string& elements, int major = 1) {
  const std::size_t fixed = major == 1 ? 10 : 12;
  std::string header = dictionary;
  header.resize((fixed + dictionary.size() + 64) / 64 * 64 - fixed - 1, ' ');
  header += '\n';
  std::string file = std::string(kNpyMagic) + static_cast<char>(major) + '\0';
  for (std::size_t i = 0; i < fixed - 8; ++i) {
    file += static_cast<char>(header.size() >> (8 * i) & 0xff);
  }
  return file + header + elements;
}
std::string dictionary(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
}
Tensor parse(const std::string& file) { return parse_npy(file, "some.npy"); }
std::string error(const std::string& file) {
  return error_of([&] { parse(file); });
}

TEST(Npy, ReadsWhatNumpyWrites) {
  // numpy.save of numpy.array([[1, 2, 3], [4, 5, 6]], '<f4').
  const std::string file = npy(dictionary("<f4", "(2, 3)"), bytes_of<float>({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(file.size(), 128u + 24u);
  const Tensor array = parse(file);
  EXPECT_EQ(array.shape(), Shape({2, 3}));
  test::expect_near(array, {1, 2, 3, 4, 5, 6}, 0);
}

TEST(Npy, ReadsEveryTypeVersionAndShape) {
  const auto check = [](const std::string& descr, const std::string& elements) {
    const Tensor array = parse(npy(dictionary(descr, "(2,)"), elements));
    EXPECT_EQ(array.shape(), Shape({2})) << descr;
    test::expect_near(array, {3, 100}, 0);
  };
  check("|u1", bytes_of<std::uint8_t>({3, 100}));
  check("|i1", bytes_of<std::int8_t>({3, 100}));
  check("<u2", bytes_of<std::uint16_t>({3, 100}));
  check("<i2", bytes_of<std::int16_t>({3, 100}));
  check("<u4", bytes_of<std::uint32_t>({3, 100}));
  check("<i4", bytes_of<std::int32_t>({3, 100}));
  check("<u8", bytes_of<std::uint64_t>({3, 100}));
  check("<i8", bytes_of<std::int64_t>({3, 100}));
  check("<f4", bytes_of<float>({3, 100}));
  check("<f8", bytes_of<double>({3, 100}));
  for (const int major : {2, 3}) {
    EXPECT_EQ(parse(npy(dictionary("|i1", "(1,)"), "\x05", major)).item(), 5);
  }
  EXPECT_EQ(parse(npy(dictionary("|i1", "()"), "\x05")).shape(), Shape());
  EXPECT_EQ(parse(npy(dictionary("|i1", "(2, 0)"), "")).shape(), Shape({2, 0}));
  EXPECT_EQ(parse(npy("{'shape': (1, 1), 'descr': '|i1', 'fortran_order': False}", "\x05")).shape(),
            Shape({1, 1}));
}

TEST(Npy, NamesWhatItDoesNotRead) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(error(npy(dictionary(">f4", "(1,)"), "1234")), HasSubstr("astype"));
  EXPECT_THAT(error(npy(dictionary("|b1", "(1,)"), "1")), HasSubstr("'|b1'"));
  EXPECT_THAT(error(npy(dictionary("<f4", "(2,)"), bytes_of<float>({1, nan}))),
              HasSubstr("got nan for element 1"));
  EXPECT_THAT(error(npy("{'descr': '|i1', 'fortran_order': True, 'shape': (1,)}", "1")),
              HasSubstr("ascontiguousarray"));
  EXPECT_THAT(error(npy(dictionary("|i1", "(3,)"), "12")), HasSubstr("2 bytes after the header"));
  EXPECT_THAT(error(npy(dictionary("|i1", "(3,)"), "1234")), HasSubstr("4 bytes after"));
  EXPECT_THAT(error(npy(dictionary("<f8", "(9223372036854775807,)"), "1")), HasSubstr("some.npy"));
  EXPECT_THAT(error(npy(dictionary("<f8", "(4294967296, 4294967296)"), "1")),
              HasSubstr("some.npy"));
  for (const char* shape :
       {"(-1,)", "(1", "1", "(,)", "(1,, 2)", "(1 2)", "(99999999999999999999,)"}) {
    EXPECT_THAT(error(npy(dictionary("|i1", shape), "1")), HasSubstr("header that cannot be read"))
        << shape;
  }
  for (const char* text :
       {"", "{", "{}", "{'descr': '|i1'}", "{'descr': '|i1', 'descr': '|i1'}", "{'else': 1}",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (1,)} more"}) {
    EXPECT_THAT(error(npy(text, "1")), HasSubstr("header that cannot be read")) << text;
  }
  EXPECT_THAT(error(npy(dictionary("|i1", "(1,1,1,1,1,1,1)"), "1")), HasSubstr("some.npy"));
}

TEST(Npy, NoTruncationAndNoFlippedBitIsBelieved) {
  const std::string file = npy(dictionary("<i2", "(2, 2)"), bytes_of<std::int16_t>({1, 2, 3, 4}));
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(error(file.substr(0, size)), "(no error)") << size;
  }
  int loads = 0;
  for (std::size_t bit = 0; bit < 8 * (file.size() - 8); ++bit) {
    std::string flipped = file;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const std::string message = error(flipped);
    EXPECT_THAT(message, AnyOf("(no error)", HasSubstr("some.npy"))) << bit;
    loads += message == "(no error)";
  }
  EXPECT_LT(loads, 40);  // another type of the same size, another kind of blank
}

}  // namespace
}  // namespace gradus::study
