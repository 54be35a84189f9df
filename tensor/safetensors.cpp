#include "tensor/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <tuple>

#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/safetensors_header.h"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr const char* kDtype = sizeof(Scalar) == 4 ? "F32" : "F64";

template <class From>
void copy_elements(std::span<Scalar> to, const char* from) {
  if constexpr (std::is_same_v<From, Scalar>) {
    if (!to.empty()) std::memcpy(to.data(), from, to.size_bytes());
  } else {
    for (Scalar& element : to) {
      From value;
      std::memcpy(&value, from, sizeof value);
      element = static_cast<Scalar>(value);
      from += sizeof value;
    }
  }
}

}  // namespace

const Tensor& TensorFile::at(std::string_view name) const {
  for (const NamedTensor& t : tensors) {
    if (t.name == name) return t.value;
  }
  std::string names;
  for (const NamedTensor& t : tensors) names += (names.empty() ? "" : ", ") + t.name;
  fail("[tensors] no tensor \"{}\"; there are: {}", name, names);
}

void check_tensors(const TensorFile& file, const std::vector<NamedTensor>& expected) {
  for (const NamedTensor& t : expected) {
    const Shape& shape = file.at(t.name).shape();
    if (shape != t.value.shape()) {
      fail("[tensors] \"{}\" has shape {}, expected {}", t.name, shape.str(),
           t.value.shape().str());
    }
  }
}

void copy_tensors(const TensorFile& file, std::vector<NamedTensor> into) {
  check_tensors(file, into);
  for (NamedTensor& t : into) t.value.copy_from(file.at(t.name));
}

void save_tensors(const std::filesystem::path& path, const TensorFile& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header[kMetadataName] = file.metadata;
  std::size_t offset = 0;
  for (const NamedTensor& t : file.tensors) {
    if (t.name == kMetadataName) {
      fail("[save] a tensor is named \"{}\", which the format keeps for itself", kMetadataName);
    }
    if (header.contains(t.name)) fail("[save] two tensors are named \"{}\"", t.name);
    const std::size_t bytes = t.value.data().size_bytes();
    header[t.name] = {{"dtype", kDtype},
                      {"shape", std::vector<Index>(t.value.shape().begin(), t.value.shape().end())},
                      {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    fail("[save] a name or a text is not UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the elements start at a multiple of 8
  if (text.size() > kMaxHeaderBytes ||
      file.tensors.size() + file.metadata.size() > kMaxHeaderNames) {
    fail("{}: got {} names and texts of {} bytes, expected at most {} and {}", path.string(),
         file.tensors.size() + file.metadata.size(), text.size(), kMaxHeaderNames, kMaxHeaderBytes);
  }
  const std::uint64_t length = text.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  bytes.reserve(bytes.size() + text.size() + offset);
  bytes += text;
  for (const NamedTensor& t : file.tensors) {
    if (t.value.numel() == 0) continue;
    bytes.append(reinterpret_cast<const char*>(t.value.data().data()), t.value.data().size_bytes());
  }
  write_file(path, bytes);
}

TensorFile parse_tensors(std::string_view bytes, const std::filesystem::path& path) {
  const std::string where = path.string();
  std::uint64_t length = 0;
  if (bytes.size() < sizeof length) {
    fail("{}: got {} bytes, expected a safetensors file", where, bytes.size());
  }
  std::memcpy(&length, bytes.data(), sizeof length);
  bytes.remove_prefix(sizeof length);
  if (length > bytes.size()) {
    fail("{}: says that its header has {} bytes, but {} follow; not a whole safetensors file",
         where, length, bytes.size());
  }
  if (length > kMaxHeaderBytes) {
    fail("{}: has a header of {} bytes, expected {} at most", where, length, kMaxHeaderBytes);
  }
  const std::string_view data = bytes.substr(length);
  TensorFileHeader header = parse_tensor_file_header(where, bytes.substr(0, length), data.size());

  using Entry = TensorFileHeader::Entry;
  std::vector<const std::pair<const std::string, Entry>*> entries;
  for (const auto& named : header.entries) entries.push_back(&named);
  std::ranges::sort(entries, {}, [](const auto* named) {
    return std::tuple(named->second.begin, named->second.end, std::string_view(named->first));
  });
  std::size_t position = 0;
  for (const auto* named : entries) {
    const auto& [name, entry] = *named;
    if (entry.begin != position) {
      fail("{}: tensor \"{}\" begins at byte {} of the data, expected {}", where, name, entry.begin,
           position);
    }
    position = entry.end;
  }
  if (position != data.size()) {
    fail("{}: its tensors fill {} bytes of data, but there are {}", where, position, data.size());
  }
  TensorFile file{{}, std::move(header.metadata)};
  for (const auto* named : entries) {
    const auto& [name, entry] = *named;
    Tensor value = Tensor::uninitialized(entry.shape);
    entry.is_double ? copy_elements<double>(value.mutable_data(), data.data() + entry.begin)
                    : copy_elements<float>(value.mutable_data(), data.data() + entry.begin);
    file.tensors.push_back({name, std::move(value)});
  }
  return file;
}

TensorFile load_tensors(const std::filesystem::path& path) {
  return parse_tensors(read_file(path), path);
}

}  // namespace gradus
