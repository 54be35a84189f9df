#include "tensor/safetensors_header.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "tensor/error.h"

namespace gradus {
namespace {

constexpr std::array<std::string_view, 3> kFields{"dtype", "shape", "data_offsets"};

// Takes the JSON in while nlohmann's parser reads it, and refuses what is no part of
// the format as soon as it comes. A tree of the JSON would take ten times its text,
// also where that is a list of a million sizes, or lists nested a million deep.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderReader(std::string where, std::size_t data_size)
      : where_(std::move(where)), data_size_(data_size) {}

  TensorFileHeader header;

  bool start_object(std::size_t) override {
    if (level_ == Level::list || level_ == Level::inner) wrong();
    level_ = level_ == Level::none ? Level::outer : Level::inner;
    seen_.fill(false);
    sizes_.clear();
    offsets_.clear();
    return true;
  }
  bool key(std::string& text) override {
    const bool outer = level_ == Level::outer;
    (outer ? name_ : field_) = std::move(text);
    if (!outer && !in_metadata()) {
      const auto field = std::ranges::find(kFields, field_);
      if (field == kFields.end()) bad("is not described by dtype, shape and data_offsets");
      once(!std::exchange(seen_[static_cast<std::size_t>(field - kFields.begin())], true));
      return true;
    }
    if (!outer) {
      once(!header.metadata.contains(field_));
    } else if (in_metadata()) {
      once(!std::exchange(has_metadata_, true));
    } else {
      once(!header.entries.contains(name_));
    }
    if (header.entries.size() + header.metadata.size() >= kMaxHeaderNames) {
      fail("{}: its header has more than {} names, expected no more", where_, kMaxHeaderNames);
    }
    return true;
  }
  bool string(std::string& text) override {
    if (level_ != Level::inner) wrong();
    if (in_metadata()) {
      header.metadata.emplace(field_, std::move(text));
      return true;
    }
    if (field_ != "dtype" || (text != "F32" && text != "F64")) wrong();
    is_double_ = text == "F64";
    return true;
  }
  bool start_array(std::size_t) override {
    if (level_ != Level::inner || in_metadata() || field_ == "dtype") wrong();
    level_ = Level::list;
    return true;
  }
  bool number_unsigned(std::uint64_t value) override {
    const bool is_shape = field_ == "shape";
    std::vector<std::uint64_t>& list = is_shape ? sizes_ : offsets_;
    if (level_ != Level::list || list.size() == (is_shape ? std::size_t{kMaxRank} : 2)) wrong();
    list.push_back(value);
    return true;
  }
  bool end_array() override {
    if (field_ == "data_offsets" && offsets_.size() != 2) wrong();
    level_ = Level::inner;
    return true;
  }
  bool end_object() override {
    if (level_ == Level::inner && !in_metadata()) header.entries.emplace(name_, entry());
    level_ = level_ == Level::inner ? Level::outer : Level::none;
    return true;
  }
  bool null() override { wrong(); }
  bool boolean(bool) override { wrong(); }
  bool number_integer(std::int64_t) override { wrong(); }
  bool number_float(double, const std::string&) override { wrong(); }
  bool binary(nlohmann::json::binary_t&) override { wrong(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    fail("{}: its header is not JSON; not a whole safetensors file", where_);
  }

 private:
  // Where in the JSON the parser is: in the object of all names, in that of one
  // tensor or of the metadata, in the list of a shape or of offsets.
  enum class Level { none, outer, inner, list };

  bool in_metadata() const { return name_ == kMetadataName; }

  [[noreturn]] void bad(std::string_view what) const {
    fail("{}: tensor \"{}\" {}", where_, name_, what);
  }
  void once(bool is_first) const {
    if (is_first) return;
    fail("{}: its header names \"{}\" twice", where_, level_ == Level::outer ? name_ : field_);
  }
  // A value that is not what the format has in this place.
  [[noreturn]] void wrong() const {
    if (level_ == Level::none) fail("{}: its header is not a JSON object", where_);
    if (in_metadata() && level_ == Level::outer) {
      fail("{}: its {} is not an object of strings", where_, kMetadataName);
    }
    if (in_metadata()) fail("{}: its {} \"{}\" is not a string", where_, kMetadataName, field_);
    if (level_ == Level::outer) bad("is not described by dtype, shape and data_offsets");
    if (field_ == "dtype") bad("has a dtype other than F32 and F64");
    if (field_ == "shape") bad(fmt::format("has no shape of at most {} sizes", kMaxRank));
    bad("has no pair of data_offsets");
  }

  // The tensor whose description ends here.
  TensorFileHeader::Entry entry() const {
    if (std::ranges::find(seen_, false) != seen_.end()) {
      bad("is not described by dtype, shape and data_offsets");
    }
    std::vector<Index> sizes;
    Index most = is_double_ ? 8 : 4;  // where a size of 0 leaves nothing, the others must fit, too
    for (const std::uint64_t size : sizes_) {
      if (__builtin_mul_overflow(most, std::max<std::uint64_t>(size, 1), &most)) {
        bad("has an absurd size");
      }
      sizes.push_back(static_cast<Index>(size));
    }
    const bool is_empty = std::ranges::find(sizes_, std::uint64_t{0}) != sizes_.end();
    const std::size_t bytes = is_empty ? 0 : static_cast<std::size_t>(most);
    const std::uint64_t begin = offsets_[0], end = offsets_[1];
    if (begin > end || end > data_size_) bad("lies outside the file");
    if (end - begin != bytes) {
      bad(fmt::format("has {} bytes of data, its shape needs {}", end - begin, bytes));
    }
    return {is_double_, Shape(sizes), begin, end};
  }

  std::string where_;
  std::size_t data_size_;
  Level level_ = Level::none;
  std::string name_, field_;  // the last key of Level::outer and Level::inner
  bool has_metadata_ = false;
  std::array<bool, kFields.size()> seen_{};  // of the tensor that is being described
  bool is_double_ = false;
  std::vector<std::uint64_t> sizes_, offsets_;
};

}  // namespace

TensorFileHeader parse_tensor_file_header(const std::string& where, std::string_view text,
                                          std::size_t data_size) {
  HeaderReader reader(where, data_size);
  nlohmann::json::sax_parse(text, &reader);
  return std::move(reader.header);
}

}  // namespace gradus
