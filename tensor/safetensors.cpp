#include "tensor/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "tensor/error.h"
#include "tensor/file.h"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::size_t kMaxHeader = 100'000'000;  // the limit of the reference reader
constexpr const char* kMetadata = "__metadata__";
constexpr const char* kDtype = sizeof(Scalar) == 4 ? "F32" : "F64";

// The header of a file, or an error that says where it stops being one.
Json parse_header(const std::string& where, std::string_view text) {
  std::vector<std::set<std::string>> keys;
  const auto refuse_duplicates = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      fail("{}: its header names {} twice", where, value.dump());
    }
    return true;
  };
  try {
    Json header = Json::parse(text, refuse_duplicates);
    if (!header.is_object()) fail("{}: its header is not a JSON object", where);
    return header;
  } catch (const nlohmann::json::exception&) {
    fail("{}: its header is not JSON; not a whole safetensors file", where);
  }
}

// What the header says of one tensor, checked against `data_size` bytes of data.
struct Entry {
  std::string name;
  bool is_double;
  Shape shape;
  std::size_t begin, end;
};

Entry read_entry(const std::string& where, const std::string& name, const Json& json,
                 std::size_t data_size) {
  const auto bad = [&](std::string_view what) { fail("{}: tensor \"{}\" {}", where, name, what); };
  const auto is_size = [](const Json& v) { return v.is_number_unsigned(); };
  if (!json.is_object() || json.size() != 3 || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets")) {
    bad("is not described by dtype, shape and data_offsets");
  }
  const Json &dtype = json["dtype"], &shape = json["shape"], &offsets = json["data_offsets"];
  if (dtype != "F32" && dtype != "F64") bad("has a dtype other than F32 and F64");
  if (!shape.is_array() || !std::ranges::all_of(shape, is_size) || shape.size() > kMaxRank) {
    bad(fmt::format("has no shape of at most {} sizes", kMaxRank));
  }
  if (!offsets.is_array() || offsets.size() != 2 || !std::ranges::all_of(offsets, is_size)) {
    bad("has no pair of data_offsets");
  }
  std::vector<Index> sizes;
  std::size_t bytes = dtype == "F32" ? 4 : 8;
  for (const Json& size : shape) {
    const auto value = size.get<std::uint64_t>();
    if (value > data_size && value > (std::uint64_t{1} << 40)) bad("has an absurd size");
    if (__builtin_mul_overflow(bytes, value, &bytes)) bad("has an absurd size");
    sizes.push_back(static_cast<Index>(value));
  }
  const auto begin = offsets[0].get<std::uint64_t>(), end = offsets[1].get<std::uint64_t>();
  if (begin > end || end > data_size) bad("lies outside the file");
  if (end - begin != bytes) {
    bad(fmt::format("has {} bytes of data, its shape needs {}", end - begin, bytes));
  }
  return {name, dtype == "F64", Shape(sizes), begin, end};
}

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

void check_tensors(const TensorFile& file, std::string_view prefix,
                   const std::vector<NamedTensor>& expected) {
  for (const NamedTensor& t : expected) {
    const Shape& shape = file.at(std::string(prefix) + t.name).shape();
    if (shape != t.value.shape()) {
      fail("[tensors] \"{}{}\" has shape {}, expected {}", prefix, t.name, shape.str(),
           t.value.shape().str());
    }
  }
}

void copy_tensors(const TensorFile& file, std::string_view prefix, std::vector<NamedTensor> into) {
  check_tensors(file, prefix, into);
  for (NamedTensor& t : into) t.value.copy_from(file.at(std::string(prefix) + t.name));
}

void save_tensors(const std::filesystem::path& path, const TensorFile& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header[kMetadata] = file.metadata;
  std::size_t offset = 0;
  for (const NamedTensor& t : file.tensors) {
    if (t.name == kMetadata) {
      fail("[save] a tensor is named \"{}\", which the format keeps for itself", kMetadata);
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

TensorFile load_tensors(const std::filesystem::path& path) {
  const std::string where = path.string();
  const std::string bytes = read_file(path);
  std::uint64_t length = 0;
  if (bytes.size() < sizeof length) {
    fail("{}: got {} bytes, expected a safetensors file", where, bytes.size());
  }
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > kMaxHeader || length > bytes.size() - sizeof length) {
    fail("{}: says that its header has {} bytes, but {} follow; not a whole safetensors file",
         where, length, bytes.size() - sizeof length);
  }
  const Json header = parse_header(where, std::string_view(bytes).substr(sizeof length, length));
  const char* const data = bytes.data() + sizeof length + length;
  const std::size_t data_size = bytes.size() - sizeof length - length;

  TensorFile file;
  std::vector<Entry> entries;
  for (const auto& [name, json] : header.items()) {
    if (name != kMetadata) {
      entries.push_back(read_entry(where, name, json, data_size));
      continue;
    }
    if (!json.is_object()) fail("{}: its {} is not an object of strings", where, kMetadata);
    for (const auto& [key, value] : json.items()) {
      if (!value.is_string()) fail("{}: its {} \"{}\" is not a string", where, kMetadata, key);
      file.metadata[key] = value.get<std::string>();
    }
  }
  std::ranges::stable_sort(entries, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
  std::size_t position = 0;
  for (const Entry& e : entries) {
    if (e.begin != position) {
      fail("{}: tensor \"{}\" begins at byte {} of the data, expected {}", where, e.name, e.begin,
           position);
    }
    position = e.end;
  }
  if (position != data_size) {
    fail("{}: its tensors fill {} bytes of data, but there are {}", where, position, data_size);
  }
  for (const Entry& e : entries) {
    Tensor value = Tensor::uninitialized(e.shape);
    e.is_double ? copy_elements<double>(value.mutable_data(), data + e.begin)
                : copy_elements<float>(value.mutable_data(), data + e.begin);
    file.tensors.push_back({e.name, std::move(value)});
  }
  return file;
}

}  // namespace gradus
