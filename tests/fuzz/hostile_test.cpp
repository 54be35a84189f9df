// Files made to cost memory: what refuses one takes no more than twice its size and
// a megabyte, the file in memory included.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "apps/study/data/gzip.h"
#include "tests/fuzz/target.h"
#include "tests/support/allocations.h"
#include "tests/support/idx_files.h"

namespace gradus::test {
namespace {

constexpr std::size_t kMany = 1'000'000;

std::string times(std::size_t count, std::string_view text) {
  std::string all;
  all.reserve(count * text.size());
  while (count-- > 0) all += text;
  return all;
}

std::string header(const std::string& text) {
  std::string length;
  for (int i = 0; i < 8; ++i) length += static_cast<char>(text.size() >> 8 * i & 0xff);
  return length + text;
}

// The header of a file with that text in its metadata.
std::string metadata(std::string_view key, const std::string& text) {
  std::string quoted;
  for (const char c : text) quoted += c == '"' ? "\\\"" : std::string(1, c);
  return header(fmt::format(R"({{"__metadata__":{{"setting:seed":"5","{}":"{}"}}}})", key, quoted));
}

std::string npy_header(const std::string& shape) {
  const std::string text = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + "}";
  std::string file = std::string("\x93NUMPY\x02\0", 8);
  for (int i = 0; i < 4; ++i) file += static_cast<char>(text.size() >> 8 * i & 0xff);
  return file + text;
}

// What `read` takes to refuse a file, beside the bytes of it that the test holds.
template <class Read>
std::int64_t bytes_to_refuse(const Read& read) {
  const std::int64_t before = live_new_bytes();
  reset_most_new_bytes();
  EXPECT_THROW(read(), Error);
  return most_new_bytes() - before;
}

TEST(Hostile, AreRefusedInLittleMemory) {
  if (!counts_new_calls()) GTEST_SKIP() << "the sanitizers' operator new does not count";
  std::string tensors = "{", texts = R"({"__metadata__":{)";
  for (std::size_t i = 0; i < 100'000; ++i) {
    const std::string name = fmt::format("{:x}", i);
    tensors += "\"" + name + R"(":{"dtype":"F32","shape":[],"data_offsets":[0,0]},)";
    texts += "\"" + name + "\":\"\",";
  }
  const std::string empty = R"("shape":[0],"data_offsets":[0,0]},)";
  std::string empties = "{";
  for (std::size_t i = 0; i < 8191; ++i) {
    empties += fmt::format(R"("{:x}":{{"dtype":"F32",{})", i, empty);
  }
  const struct {
    const char *target, *what;
    std::string file;
  } cases[] = {
      {"safetensors", "a long header that is not there",
       header("{}").replace(0, 4, "\xff\xff\xff\x7f")},
      {"safetensors", "lists nested deep", header(times(kMany, "["))},
      {"safetensors", "objects nested deep", header(times(kMany, R"({"a":)"))},
      {"safetensors", "a shape of many sizes", header(R"({"w":{"shape":[)" + times(kMany, "0,"))},
      {"safetensors", "many offsets", header(R"({"w":{"data_offsets":[)" + times(kMany, "0,"))},
      {"safetensors", "many tensors", header(tensors)},
      {"safetensors", "many empty tensors, then an end", header(empties)},
      {"safetensors", "many texts", header(texts)},
      {"safetensors", "one name many times", header(times(kMany, R"({"a":"",)"))},
      {"safetensors", "a long name", header("{\"" + times(100'000, "a"))},
      {"safetensors", "a huge tensor",
       header(R"({"w":{"dtype":"F64","shape":[99999999999],"data_offsets":[0,799999999992]}})")},
      {"model", "a description nested deep", metadata("gradus", times(8000, "["))},
      {"model", "a description that is long", metadata("gradus", times(30'000, "[],"))},
      {"model", "many keys", metadata("gradus", "{" + times(2000, R"("a":[)"))},
      {"checkpoint", "epochs nested deep",
       metadata("progress", R"({"history":)" + times(200'000, "["))},
      {"npy", "a shape of many sizes", npy_header("(" + times(kMany, "1,"))},
      {"npy", "a huge array", npy_header("(99999999999,)")},
      {"idx", "a huge array", idx({0xffff, 0xffff, 0xff}, "x")},
      {"samples", "an array of another shape", idx({kMany, 1}, std::string(kMany, 'x'))},
      {"csv", "a long field", times(kMany, "1") + "x"},
      {"csv", "a row of many fields, the last one none", times(20'000, "1,") + "x"},
      {"json", "nested deep", times(kMany, "[")},
  };
  for (const auto& c : cases) {
    const auto size = static_cast<std::int64_t>(c.file.size());
    const auto target = std::ranges::find(FuzzTarget::all(), c.target,
                                          [](const FuzzTarget* t) { return t->name(); });
    EXPECT_LE(bytes_to_refuse([&] { (*target)->read(c.file); }), size + (1 << 20))
        << c.target << ": " << c.what << ", in " << size << " bytes";
  }
}

TEST(Hostile, AGzipFilesWordForItsSizeIsNotBelieved) {
  if (!counts_new_calls()) GTEST_SKIP() << "the sanitizers' operator new does not count";
  const std::string claims_4_gb =
      gzip("content").replace(gzip("content").size() - 4, 4, "\xff\xff\xff\xff");
  EXPECT_LE(bytes_to_refuse([&] { study::inflate_if_gzip(claims_4_gb, 1 << 30, "fuzz.gz"); }),
            1 << 20);
}

}  // namespace
}  // namespace gradus::test
