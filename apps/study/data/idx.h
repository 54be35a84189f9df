// IDX, the format of MNIST and its descendants: a few numbers that say how many
// bytes follow, and the bytes.
//
//     0x00 0x00 | type (0x08: unsigned byte) | rank | rank sizes, 32 bits each,
//     most significant byte first | the values, the last index fastest
//
// Source: the description at the end of LeCun's page on MNIST.
// Thread safety: free functions without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace gradus::study {

/// An array of unsigned bytes, row-major: as many bytes as the product of `dims`.
struct IdxArray {
  std::vector<int64_t> dims;
  std::vector<uint8_t> bytes;
};

/// The array of `rank` dimensions in the IDX file `path`, gzipped or not.
/// Throws `Error`, naming the file, where `read_maybe_gzip` does and where the
/// header is not that of unsigned bytes of this rank or promises another number
/// of bytes than there are.
IdxArray read_idx(const std::filesystem::path& path, size_t rank, size_t max_bytes);

/// The same from the file's inflated `content`; `path` serves the messages.
IdxArray parse_idx(std::string_view content, size_t rank, const std::filesystem::path& path);

}  // namespace gradus::study
