// Named tensors in a file that Python opens, too: the safetensors format
// (eight bytes of header length, a JSON header, the elements).
//
// Written in the Scalar of the build (F32 or F64); read from either. A file is
// not believed: every size is held against the file's length before memory is
// asked for, and the ranges of the tensors must fill the file without gaps.
//
// Source: the format's description, github.com/huggingface/safetensors.
// Thread safety: free functions without state.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace gradus {

struct NamedTensor {
  std::string name;
  Tensor value;
};

struct TensorFile {
  std::vector<NamedTensor> tensors;             ///< in the order of their data
  std::map<std::string, std::string> metadata;  ///< free text by key

  /// The tensor of that name. Throws `Error`, naming what is there, where there is none.
  const Tensor& at(std::string_view name) const;
};

/// Throws `Error` unless `file` has a tensor of the name and shape of each of
/// `expected`; `copy_tensors` then copies their elements into these.
void check_tensors(const TensorFile& file, const std::vector<NamedTensor>& expected);
void copy_tensors(const TensorFile& file, std::vector<NamedTensor> into);

/// Writes atomically (see write_file). Throws `Error` where two tensors have
/// one name, one is named "__metadata__", a name or a text is not UTF-8, there are
/// more names or longer texts than a reader takes (safetensors_header.h), or the
/// file cannot be written.
void save_tensors(const std::filesystem::path& path, const TensorFile& file);

/// Throws `Error`, naming the file and what is wrong with it, where it cannot
/// be read or is no well-formed safetensors file of F32 or F64 tensors.
TensorFile load_tensors(const std::filesystem::path& path);

/// The same from the file's `bytes`; `path` serves the messages.
TensorFile parse_tensors(std::string_view bytes, const std::filesystem::path& path);

}  // namespace gradus
