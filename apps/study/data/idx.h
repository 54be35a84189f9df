// IDX, the format of MNIST and its descendants: a few numbers that say how many
// bytes follow, and the bytes.
//
//     0x00 0x00 | type (0x08: unsigned byte) | rank | rank sizes, 32 bits each,
//     most significant byte first | the values, the last index fastest
//
// Source: the description at the end of LeCun's page on MNIST.
// Thread safety: a free function without state.
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

/// The array of `rank` dimensions in the inflated `content` of the IDX file `path`.
/// Throws `Error`, naming the file, where the header is not that of unsigned bytes
/// of this rank or promises another number of bytes than there are.
IdxArray parse_idx(std::string_view content, size_t rank, const std::filesystem::path& path);

}  // namespace gradus::study
