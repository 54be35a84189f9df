#include "tensor/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "tensor/file.h"
#include "tensor/safetensors_header.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus {
namespace {

using test::error_of;
using test::TempDir;
using test::values;
using testing::EndsWith;
using testing::HasSubstr;
using Values = std::vector<Scalar>;

// The eight bytes of header length, least significant first.
std::string length_of(std::uint64_t length) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> 8 * i & 0xff);
  return bytes;
}

std::string file_of(const std::string& header, const std::string& data) {
  return length_of(header.size()) + header + data;
}

template <class T>
std::string bytes_of(std::initializer_list<T> numbers) {
  std::string bytes(numbers.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), numbers.begin(), bytes.size());
  return bytes;
}

class Safetensors : public testing::Test {
 protected:
  TensorFile load(const std::string& bytes) const { return parse_tensors(bytes, path_); }
  // What is wrong with these bytes, without the file's name in front.
  std::string error(const std::string& bytes) const {
    const std::string message = error_of([&] { load(bytes); });
    const std::string name = path_.string() + ": ";
    return message.starts_with(name) ? message.substr(name.size()) : message;
  }
  std::string error(const std::string& header, const std::string& data) const {
    return error(file_of(header, data));
  }

  TempDir dir_;
  std::filesystem::path path_ = dir_ / "file.safetensors";
};

TEST_F(Safetensors, RoundTripKeepsNamesShapesOrderBitsAndMetadata) {
  Scalar nan_with_payload = std::numeric_limits<Scalar>::quiet_NaN();
  reinterpret_cast<unsigned char*>(&nan_with_payload)[0] = 0x5a;
  const TensorFile saved{
      {{"b", Tensor::from({2, 2}, {Scalar(0.1), Scalar(-0.0), nan_with_payload,
                                   std::numeric_limits<Scalar>::denorm_min()})},
       {"a.weight", Tensor::full({3, 1, 2}, std::numeric_limits<Scalar>::infinity())},
       {"empty", Tensor::zeros({0, 4})},
       {"\"quoted\" \n \xc3\xa9", Tensor::scalar(7)}},
      {{"format", "pt"}, {"key with \"quotes\"", "line\nbreak \xe2\x82\xac"}, {"none", ""}}};
  save_tensors(path_, saved);
  const TensorFile loaded = load_tensors(path_);
  ASSERT_EQ(loaded.tensors.size(), saved.tensors.size());
  for (std::size_t i = 0; i < saved.tensors.size(); ++i) {
    EXPECT_EQ(loaded.tensors[i].name, saved.tensors[i].name);
    EXPECT_TRUE(test::same_bits(loaded.tensors[i].value, saved.tensors[i].value));
  }
  EXPECT_EQ(loaded.metadata, saved.metadata);
}

TEST_F(Safetensors, SavesTheBytesOfTheFormat) {
  save_tensors(path_, {{{"w", Tensor::from({2}, {1, -2})}}, {{"k", "v"}}});
  const std::string header =
      test::kFloat
          ? R"({"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} )"
          : R"({"__metadata__":{"k":"v"},"w":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}})";
  EXPECT_EQ(read_file(path_), file_of(header, bytes_of<Scalar>({1, -2})));
}

TEST_F(Safetensors, DataStartsAtAMultipleOfEight) {
  for (std::string name = "n"; name.size() < 12; name += "n") {
    save_tensors(path_, {{{name, Tensor::scalar(1)}}, {}});
    EXPECT_EQ((read_file(path_).size() - sizeof(Scalar)) % 8, 0u);
  }
}

TEST_F(Safetensors, ReadsAFileWrittenByHand) {
  const TensorFile file =
      load(file_of(R"( {"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]},)"
                   R"("a":{"shape":[1,2],"dtype":"F32","data_offsets":[0,8]}}  )",
                   std::string("\0\0\x80\x3f\0\0\0\xc0\0\0\0\x3f", 12)));  // 1, -2, 0.5
  ASSERT_EQ(file.tensors.size(), 2u);
  EXPECT_EQ(file.tensors[0].name, "a");  // in the order of the data
  EXPECT_EQ(file.at("a").shape(), (Shape{1, 2}));
  EXPECT_EQ(values(file.at("a")), (Values{1, -2}));
  EXPECT_EQ(file.at("b").item(), Scalar(0.5));
  EXPECT_TRUE(file.metadata.empty());
}

TEST_F(Safetensors, ReadsEitherPrecision) {
  const TensorFile file =
      load(file_of(R"({"f":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                   R"("d":{"dtype":"F64","shape":[3],"data_offsets":[8,32]}})",
                   bytes_of<float>({0.1f, -3}) + bytes_of<double>({0.1, 1e300, -5})));
  EXPECT_EQ(values(file.at("f")), (Values{Scalar(0.1f), -3}));
  EXPECT_EQ(values(file.at("d")), (Values{Scalar(0.1), static_cast<Scalar>(1e300), -5}));
}

TEST_F(Safetensors, AFileMayHoldNoTensor) {
  EXPECT_TRUE(load(file_of("{}", "")).tensors.empty());
  save_tensors(path_, {});
  EXPECT_TRUE(load_tensors(path_).tensors.empty());
  EXPECT_EQ(load(file_of(R"({"__metadata__":{"a":"b"}})", "")).metadata.at("a"), "b");
}

TEST_F(Safetensors, AtSaysWhatThereIs) {
  const TensorFile file{{{"a", Tensor::scalar(1)}, {"b", Tensor::scalar(2)}}, {}};
  EXPECT_EQ(file.at("b").item(), 2);
  EXPECT_EQ(error_of([&] { file.at("c"); }), "[tensors] no tensor \"c\"; there are: a, b");
}

TEST_F(Safetensors, RefusesToSaveWhatCouldNotBeLoaded) {
  const Tensor t = Tensor::scalar(1);
  EXPECT_EQ(error_of([&] {
              save_tensors(path_, {{{"a", t}, {"a", t}}, {}});
            }),
            "[save] two tensors are named \"a\"");
  EXPECT_EQ(error_of([&] {
              save_tensors(path_, {{{"__metadata__", t}}, {}});
            }),
            "[save] a tensor is named \"__metadata__\", which the format keeps for itself");
  EXPECT_THAT(error_of([&] {
                save_tensors(path_, {{{"\xff", t}}, {}});
              }),
              HasSubstr("[save] a name or a text is not UTF-8"));
  EXPECT_THAT(error_of([&] {
                save_tensors(path_, {{{"a", t}}, {{"k", "\xff"}}});
              }),
              HasSubstr("[save] a name or a text is not UTF-8"));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Safetensors, TakesNoMoreNamesThanItWrites) {
  TensorFile file;
  for (std::size_t i = 0; i + 1 < kMaxHeaderNames; ++i) {
    file.tensors.push_back({std::to_string(i), Tensor::zeros({0})});
  }
  file.metadata["k"] = "v";
  save_tensors(path_, file);
  EXPECT_EQ(load_tensors(path_).tensors.size(), kMaxHeaderNames - 1);
  file.metadata["l"] = "v";
  EXPECT_THAT(error_of([&] { save_tensors(path_, file); }),
              HasSubstr(path_.string() + ": got 8193 names and texts"));
  std::string names;
  for (std::size_t i = 0; i <= kMaxHeaderNames; ++i) {
    names += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"\"";
  }
  EXPECT_EQ(error(R"({"__metadata__":{)" + names + "}}", ""),
            "its header has more than 8192 names, expected no more");
}

TEST_F(Safetensors, TakesNoMoreBytesOfNamesAndTextsThanItReads) {
  TensorFile file;
  const std::size_t around = std::string(R"({"__metadata__":{"k":""}})").size();
  file.metadata["k"] = std::string(kMaxHeaderBytes - around, 'v');
  save_tensors(path_, file);
  EXPECT_EQ(load_tensors(path_).metadata, file.metadata);
  file.metadata["k"] += "v";
  EXPECT_EQ(error_of([&] { save_tensors(path_, file); }),
            path_.string() +
                ": got 1 names and texts of 8388616 bytes, expected at most 8192 and 8388608");
}

TEST_F(Safetensors, RefusesAHeaderLengthThatLies) {
  EXPECT_EQ(error(""), "got 0 bytes, expected a safetensors file");
  EXPECT_EQ(error("1234567"), "got 7 bytes, expected a safetensors file");
  EXPECT_EQ(error(length_of(3) + "{}"),
            "says that its header has 3 bytes, but 2 follow; not a whole safetensors file");
  EXPECT_THAT(error(length_of(std::numeric_limits<std::uint64_t>::max()) + "{}"),
              HasSubstr("18446744073709551615"));
  EXPECT_EQ(error(std::string(kMaxHeaderBytes + 1, ' '), ""),
            "has a header of 8388609 bytes, expected 8388608 at most");
  EXPECT_EQ(error(length_of(1) + "{}"), "its header is not JSON; not a whole safetensors file");
  EXPECT_THAT(error(length_of(0)), HasSubstr("its header is not JSON"));
}

TEST_F(Safetensors, RefusesAHeaderThatIsNoObjectOfTensors) {
  EXPECT_EQ(error("[]", ""), "its header is not a JSON object");
  EXPECT_EQ(error("7", ""), "its header is not a JSON object");
  EXPECT_THAT(error("{\"\xff\":1}", ""), HasSubstr("its header is not JSON"));
  EXPECT_EQ(error(R"({"w":7})", ""),
            R"(tensor "w" is not described by dtype, shape and data_offsets)");
  EXPECT_EQ(error(R"({"w":{"dtype":"F32","shape":[0]}})", ""),
            R"(tensor "w" is not described by dtype, shape and data_offsets)");
  EXPECT_EQ(error(R"({"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"more":1}})", ""),
            R"(tensor "w" is not described by dtype, shape and data_offsets)");
  EXPECT_EQ(error(R"({"__metadata__":[]})", ""), "its __metadata__ is not an object of strings");
  EXPECT_EQ(error(R"({"__metadata__":{"k":{}}})", ""), R"(its __metadata__ "k" is not a string)");
  EXPECT_EQ(error(R"({"__metadata__":{"k":1}})", ""), R"(its __metadata__ "k" is not a string)");
}

TEST_F(Safetensors, RefusesAHeaderNestedADeepWayDown) {
  const std::string deep(200'000, '[');
  EXPECT_EQ(error(deep, ""), "its header is not a JSON object");
  EXPECT_EQ(error("{\"w\":" + deep, ""),
            R"(tensor "w" is not described by dtype, shape and data_offsets)");
  EXPECT_EQ(error(R"({"w":{"shape":)" + deep, ""), R"(tensor "w" has no shape of at most 6 sizes)");
  EXPECT_EQ(error(R"({"__metadata__":{"k":)" + deep, ""),
            R"(its __metadata__ "k" is not a string)");
}

TEST_F(Safetensors, RefusesADuplicateKey) {
  const std::string w = R"("w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  EXPECT_EQ(error("{" + w + "," + w + "}", "1234"), R"(its header names "w" twice)");
  EXPECT_EQ(
      error(R"({"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234"),
      R"(its header names "dtype" twice)");
  EXPECT_EQ(error(R"({"__metadata__":{"k":"a","k":"b"}})", ""), R"(its header names "k" twice)");
  EXPECT_EQ(error(R"({"__metadata__":{},"__metadata__":{}})", ""),
            R"(its header names "__metadata__" twice)");
}

TEST_F(Safetensors, RefusesOtherDtypesAndBadShapes) {
  const auto entry = [](const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return R"({"w":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets +
           "}}";
  };
  for (const char* dtype : {R"("F16")", R"("I32")", R"("f32")", "4", "null", "true", "[]"}) {
    EXPECT_EQ(error(entry(dtype, "[1]", "[0,4]"), "1234"),
              R"(tensor "w" has a dtype other than F32 and F64)");
  }
  for (const char* shape :
       {"1", "[-1]", "[1.0]", R"(["1"])", "[1,1,1,1,1,1,1]", "{}", "[{}]", R"("F32")"}) {
    EXPECT_EQ(error(entry(R"("F32")", shape, "[0,4]"), "1234"),
              R"(tensor "w" has no shape of at most 6 sizes)");
  }
  for (const char* offsets :
       {"4", "[0]", "[0,4,8]", "[-4,0]", "[0,4.0]", R"(["0",4])", R"("F32")"}) {
    EXPECT_EQ(error(entry(R"("F32")", "[1]", offsets), "1234"),
              R"(tensor "w" has no pair of data_offsets)");
  }
}

TEST_F(Safetensors, RefusesSizesThatOverflowOrDoNotFit) {
  const auto entry = [](const std::string& shape, const std::string& offsets) {
    return R"({"w":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  EXPECT_EQ(error(entry("[18446744073709551615]", "[0,4]"), "1234"),
            R"(tensor "w" has an absurd size)");
  EXPECT_EQ(error(entry("[1099511627776,1099511627776]", "[0,4]"), "1234"),
            R"(tensor "w" has an absurd size)");
  // 2^62 elements of 4 bytes are 2^64, which is 0 in 64 bits.
  EXPECT_EQ(error(entry("[2147483648,2147483648]", "[0,0]"), ""),
            R"(tensor "w" has an absurd size)");
  EXPECT_EQ(error(entry("[0,4294967296,4294967296]", "[0,0]"), ""),
            R"(tensor "w" has an absurd size)");
  EXPECT_EQ(error(entry("[2]", "[0,4]"), "1234"),
            R"(tensor "w" has 4 bytes of data, its shape needs 8)");
  EXPECT_EQ(error(entry("[1]", "[0,8]"), "12345678"),
            R"(tensor "w" has 8 bytes of data, its shape needs 4)");
  EXPECT_EQ(error(entry("[2]", "[0,8]"), "1234"), R"(tensor "w" lies outside the file)");
  EXPECT_EQ(error(entry("[1]", "[4,0]"), "1234"), R"(tensor "w" lies outside the file)");
  EXPECT_EQ(error(entry("[1]", "[18446744073709551612,18446744073709551615]"), "1234"),
            R"(tensor "w" lies outside the file)");
}

TEST_F(Safetensors, RefusesGapsOverlapsAndBytesLeftOver) {
  const auto two = [](int begin, int end) {
    return R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
           R"("b":{"dtype":"F32","shape":[1],"data_offsets":[)" +
           std::to_string(begin) + "," + std::to_string(end) + "]}}";
  };
  EXPECT_EQ(error(two(4, 8), "12345678"), "(no error)");
  EXPECT_EQ(error(two(5, 9), "123456789"),
            R"(tensor "b" begins at byte 5 of the data, expected 4)");
  EXPECT_EQ(error(two(2, 6), "123456"), R"(tensor "b" begins at byte 2 of the data, expected 4)");
  EXPECT_EQ(error(two(0, 4), "1234"), R"(tensor "b" begins at byte 0 of the data, expected 4)");
  EXPECT_EQ(error(two(4, 8), "123456789"), "its tensors fill 8 bytes of data, but there are 9");
  EXPECT_EQ(error("{}", "1"), "its tensors fill 0 bytes of data, but there are 1");
}

// A small file that says something of everything.
std::string small_file() {
  return file_of(R"({"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1,2],)"
                 R"("data_offsets":[0,8]},"e":{"dtype":"F64","shape":[0],"data_offsets":[8,8]}})",
                 bytes_of<float>({1, 2}));
}

TEST_F(Safetensors, EveryTruncationIsAnError) {
  const std::string whole = small_file();
  ASSERT_EQ(load(whole).tensors.size(), 2u);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(error(whole.substr(0, size)), "(no error)") << size;
  }
}

TEST_F(Safetensors, EverySingleBitFlipIsAnErrorOrAWholeFile) {
  const std::string whole = small_file();
  int errors = 0, loads = 0;
  for (std::size_t bit = 0; bit < (whole.size() - 8) * 8; ++bit) {  // all but the elements
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    try {
      const TensorFile file = load(flipped);
      ++loads;  // a name or a text changed, or an empty tensor's dtype
      for (const NamedTensor& t : file.tensors) {
        EXPECT_EQ(t.value.data().size(), static_cast<std::size_t>(t.value.numel()));
      }
    } catch (const Error&) {
      ++errors;  // any other exception fails the test
    }
  }
  EXPECT_GT(errors, 1000);
  EXPECT_GT(loads, 10);
}

TEST_F(Safetensors, NamesTheFileThatIsNotThere) {
  EXPECT_THAT(error_of([&] { load_tensors(dir_ / "none"); }),
              EndsWith("none: cannot be opened: No such file or directory"));
}

}  // namespace
}  // namespace gradus
