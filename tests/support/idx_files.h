// Small data sets in the form of Fashion-MNIST, for tests that need no real one.
//
// Thread safety: free functions without state.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::test {

/// `bytes` as one gzip member.
inline std::string gzip(std::string_view bytes) {
  z_stream z{};
  if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::runtime_error("deflateInit2 failed");
  }
  std::string packed(deflateBound(&z, bytes.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  deflate(&z, Z_FINISH);
  packed.resize(z.total_out);
  deflateEnd(&z);
  return packed;
}

/// An IDX file of unsigned bytes, as said by its `dims`; whether `values` fits
/// them is up to the caller.
inline std::string idx(const std::vector<uint32_t>& dims, std::string_view values) {
  std::string file = {0, 0, 0x08, static_cast<char>(dims.size())};
  for (const uint32_t dim : dims) {
    for (int shift = 24; shift >= 0; shift -= 8) file += static_cast<char>(dim >> shift & 0xff);
  }
  return file.append(values);
}

inline void write(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error(path.string() + ": cannot be written");
}

struct FashionLike {
  uint32_t train = 200;
  uint32_t test = 50;
  uint32_t rows = 28;
  uint32_t columns = 28;
  bool gzipped = true;
};

/// Images [count][rows][columns] with the labels 0 to 9 in turn. Each class is a
/// bright band at its own height over a little noise, so that a model can learn
/// one class and miss another; no two images of a class are the same.
inline std::string banded_images(uint32_t count, uint32_t rows, uint32_t columns) {
  std::string pixels;
  uint32_t random = 1;
  for (uint32_t i = 0; i < count; ++i) {
    for (uint32_t row = 0; row < rows; ++row) {
      for (uint32_t column = 0; column < columns; ++column) {
        random = random * 1664525 + 1013904223;  // linear congruential: enough for noise
        const uint32_t noise = random >> 27;     // 0 to 31
        pixels += static_cast<char>(row * 10 / rows == i % 10 ? 255 - noise : noise);
      }
    }
  }
  return pixels;
}

/// Writes the four files of such a data set into `folder`, which it makes.
inline void write_fashion_like(const std::filesystem::path& folder,
                               const FashionLike& options = {}) {
  std::filesystem::create_directories(folder);
  const auto put = [&](std::string name, const std::string& bytes) {
    write(folder / (name + (options.gzipped ? ".gz" : "")), options.gzipped ? gzip(bytes) : bytes);
  };
  const auto put_set = [&](const std::string& set, uint32_t count) {
    std::string labels;
    for (uint32_t i = 0; i < count; ++i) labels += static_cast<char>(i % 10);
    put(set + "-images-idx3-ubyte", idx({count, options.rows, options.columns},
                                        banded_images(count, options.rows, options.columns)));
    put(set + "-labels-idx1-ubyte", idx({count}, labels));
  };
  put_set("train", options.train);
  put_set("t10k", options.test);
}

}  // namespace gradus::test
