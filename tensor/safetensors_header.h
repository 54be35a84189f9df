// What the header of a safetensors file says, checked against the rest of the file.
//
// Thread safety: a free function without state.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "tensor/shape.h"

namespace gradus {

// What becomes of a header takes at most a megabyte more than its text: so many
// names, of tensors and of metadata, need it. 8 MiB are room for the history of
// 100,000 epochs, and read in a tenth of a second.
inline constexpr std::size_t kMaxHeaderBytes = 8 << 20, kMaxHeaderNames = 8192;
inline constexpr const char* kMetadataName = "__metadata__";

struct TensorFileHeader {
  struct Entry {
    bool is_double = false;  ///< F64, else F32
    Shape shape;
    std::size_t begin = 0, end = 0;  ///< bytes of the data: 4 or 8 for each element
  };
  std::map<std::string, Entry> entries;  ///< by the tensor's name
  std::map<std::string, std::string> metadata;
};

/// The header in the JSON `text`. Throws `Error`, naming the file by `where`, where
/// it is none, names something twice, or describes a tensor that does not fit its
/// own bytes or lies outside of `data_size` bytes of data.
TensorFileHeader parse_tensor_file_header(const std::string& where, std::string_view text,
                                          std::size_t data_size);

}  // namespace gradus
