// NumPy's .npy files: one array with its type and shape.
//
// A file is not believed: its header must be the dictionary that NumPy writes, and
// what it promises is held against the file's length before memory is asked for.
//
// Thread safety: free functions without state.
// Source: the format's description in NumPy's documentation (numpy.lib.format).
#pragma once

#include <filesystem>
#include <string_view>

#include "tensor/tensor.h"

namespace gradus::study {

inline constexpr std::string_view kNpyMagic = "\x93NUMPY";

/// The array of integers or floating-point numbers in the file's `content`, as
/// Scalars; `path` serves the messages. Versions 1.0 to 3.0, little endian, in C
/// order, of at most kMaxRank dimensions. Throws `Error`, naming the file, where it
/// is none, is damaged, or holds a value that is not finite.
Tensor parse_npy(std::string_view content, const std::filesystem::path& path);

}  // namespace gradus::study
