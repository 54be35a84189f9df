#include "apps/study/data/npy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "apps/study/text/encoding.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

// The header is a Python dictionary such as
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 28, 28), }
// of which no more than this is understood.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

  void read() {
    expect('{');
    while (!take('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !descr) {
        descr = quoted();
      } else if (key == "fortran_order" && !fortran_order) {
        fortran_order = boolean();
      } else if (key == "shape" && !shape) {
        shape = tuple();
      } else {
        reject();
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (!text_.empty() || !descr || !fortran_order || !shape) reject();
  }

  std::optional<std::string_view> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<Index>> shape;

 private:
  [[noreturn]] void reject() const {
    fail("{}: got an NPY header that cannot be read near \"{}\", expected that of one plain array",
         name_, clean_line(text_.substr(0, 20)));
  }
  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n'))
      text_.remove_prefix(1);
  }
  bool take(char c) {
    skip_blanks();
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) reject();
  }
  std::string_view quoted() {
    expect('\'');
    const std::size_t end = text_.find('\'');
    if (end == std::string_view::npos) reject();
    const std::string_view word = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return word;
  }
  bool boolean() {
    skip_blanks();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return value;
    }
    reject();
  }
  std::vector<Index> tuple() {
    std::vector<Index> sizes;
    expect('(');
    while (!take(')')) {
      skip_blanks();
      Index size = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), size);
      if (error != std::errc() || size < 0 || sizes.size() == kMaxRank) reject();
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      sizes.push_back(size);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return sizes;
  }

  std::string_view text_;
  std::string name_;
};

// One element of a type as a double.
template <class T>
double element(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return static_cast<double>(value);
}

struct ElementType {
  std::string_view descr;
  std::size_t size;
  double (*read)(const char*);
};
constexpr std::array kTypes{
    ElementType{"|u1", 1, element<std::uint8_t>},  ElementType{"|i1", 1, element<std::int8_t>},
    ElementType{"<u2", 2, element<std::uint16_t>}, ElementType{"<i2", 2, element<std::int16_t>},
    ElementType{"<u4", 4, element<std::uint32_t>}, ElementType{"<i4", 4, element<std::int32_t>},
    ElementType{"<u8", 8, element<std::uint64_t>}, ElementType{"<i8", 8, element<std::int64_t>},
    ElementType{"<f4", 4, element<float>},         ElementType{"<f8", 8, element<double>}};

}  // namespace

Tensor parse_npy(std::string_view content, const std::filesystem::path& path) {
  const std::string name = path.string();
  constexpr std::size_t kVersion = 6;
  const auto byte_at = [&](std::size_t i) -> std::size_t {
    return static_cast<unsigned char>(content[i]);
  };
  if (!content.starts_with(kNpyMagic) || content.size() < 10) {
    fail("{}: got {} bytes that begin no NPY file", name, content.size());
  }
  const std::size_t major = byte_at(kVersion), length_bytes = major == 1 ? 2 : 4;
  if (major < 1 || major > 3 || byte_at(kVersion + 1) != 0) {
    fail("{}: got NPY version {}.{}, expected 1.0, 2.0 or 3.0", name, major, byte_at(kVersion + 1));
  }
  const std::size_t begin = kVersion + 2 + length_bytes;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes && kVersion + 2 + i < content.size(); ++i) {
    length |= byte_at(kVersion + 2 + i) << (8 * i);
  }
  if (content.size() < begin || content.size() - begin < length) {
    fail("{}: got {} bytes, expected an NPY header of {}", name, content.size(), begin + length);
  }

  HeaderReader header(content.substr(begin, length), name);
  header.read();
  const auto type = std::ranges::find(kTypes, *header.descr, &ElementType::descr);
  if (type == kTypes.end()) {
    fail(
        "{}: got elements of type '{}', expected little-endian integers or floats; try "
        "array.astype('<f4')",
        name, clean_line(*header.descr));
  }
  if (*header.fortran_order) {
    fail("{}: got an array in Fortran order, expected C order; try numpy.ascontiguousarray(array)",
         name);
  }
  const std::string_view elements = content.substr(begin + length);
  Shape shape;
  std::size_t bytes = 0;
  try {
    shape = Shape(*header.shape);
  } catch (const Error& e) {
    fail("{}: {}", name, e.what());
  }
  if (__builtin_mul_overflow(static_cast<std::size_t>(shape.numel()), type->size, &bytes) ||
      bytes != elements.size()) {
    fail("{}: got {} bytes after the header, expected those of an array {} of '{}'", name,
         elements.size(), shape.str(), type->descr);
  }
  Tensor result = Tensor::uninitialized(shape);
  const auto to = result.mutable_data();
  for (std::size_t i = 0; i < to.size(); ++i) {
    const double value = type->read(elements.data() + i * type->size);
    to[i] = static_cast<Scalar>(value);
    if (!std::isfinite(to[i])) {
      fail("{}: got {} for element {}, expected a finite number of size {} at most", name, value, i,
           std::numeric_limits<Scalar>::max());
    }
  }
  return result;
}

}  // namespace gradus::study
