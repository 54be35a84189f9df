#include "tensor/tensor.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>

#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tensor/pool.h"

namespace gradus {

struct Tensor::Storage {
  explicit Storage(Index numel)
      : bytes(static_cast<std::size_t>(numel) * sizeof(Scalar)),
        data(static_cast<Scalar*>(pool_allocate(bytes))) {}
  ~Storage() { pool_free(data, bytes); }
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  std::size_t bytes;
  Scalar* data;
  std::atomic<std::uint64_t> version{0};
};

Tensor Tensor::uninitialized(const Shape& shape) {
  if (shape.numel() > std::numeric_limits<Index>::max() / static_cast<Index>(sizeof(Scalar))) {
    fail("[tensor] {} has more bytes than can be counted", shape.str());
  }
  auto storage = std::allocate_shared<Storage>(PoolAllocator<Storage>(), shape.numel());
  Scalar* const begin = storage->data;
  return Tensor(shape, std::move(storage), begin);
}

Tensor Tensor::full(const Shape& shape, Scalar value) {
  Tensor result = uninitialized(shape);
  std::ranges::fill(result.mutable_data(), value);
  return result;
}

Tensor Tensor::from(const Shape& shape, std::span<const Scalar> values) {
  if (static_cast<Index>(values.size()) != shape.numel()) {
    fail("[tensor] got {} values for shape {}, expected {}", values.size(), shape.str(),
         shape.numel());
  }
  Tensor result = uninitialized(shape);
  std::ranges::copy(values, result.mutable_data().begin());
  return result;
}

std::span<Scalar> Tensor::mutable_data() {
  if (storage_) storage_->version.fetch_add(1, std::memory_order_relaxed);
  return {begin_, static_cast<std::size_t>(numel())};
}

std::uint64_t Tensor::version() const {
  return storage_ ? storage_->version.load(std::memory_order_relaxed) : 0;
}

Scalar Tensor::item() const {
  if (numel() != 1 || !defined()) {
    fail("[item] got shape {}, expected exactly one element", shape_.str());
  }
  return *begin_;
}

Tensor Tensor::reshape(const Shape& shape) const {
  if (shape.numel() != numel()) {
    fail("[reshape] got shape {} for the {} elements of {}, expected {} elements", shape.str(),
         numel(), shape_.str(), numel());
  }
  return Tensor(shape, storage_, begin_);
}

Tensor Tensor::rows(Index begin, Index end) const {
  if (rank() == 0 || begin < 0 || begin > end || end > shape_[0]) {
    fail("[rows] got rows {} to {} of shape {}, expected 0 <= begin <= end <= the first size",
         begin, end, shape_.str());
  }
  const Index row = shape_.numel(1, rank());
  return Tensor(shape_.with(0, end - begin), storage_, begin_ + begin * row);
}

Tensor Tensor::gather_rows(std::span<const Index> indices) const {
  if (rank() == 0) fail("[gather_rows] got a scalar, expected at least one dimension");
  for (const Index i : indices) {
    if (i < 0 || i >= shape_[0]) {
      fail("[gather_rows] got row {} of shape {}, expected 0 <= row < the first size", i,
           shape_.str());
    }
  }
  Tensor result = uninitialized(shape_.with(0, static_cast<Index>(indices.size())));
  const Index row = shape_.numel(1, rank());
  Scalar* const out = result.begin_;
  parallel_for(static_cast<Index>(indices.size()), grain_for(row), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      std::copy_n(begin_ + indices[static_cast<std::size_t>(i)] * row, row, out + i * row);
    }
  });
  return result;
}

Tensor Tensor::clone() const {
  if (!defined()) return {};
  Tensor result = uninitialized(shape_);
  result.copy_from(*this);
  return result;
}

void Tensor::copy_from(const Tensor& values) {
  if (values.shape() != shape_) {
    fail("[copy_from] got shape {}, expected {}", values.shape().str(), shape_.str());
  }
  if (numel() == 0) return;
  // They may be other rows of the same elements.
  std::memmove(mutable_data().data(), values.data().data(), values.data().size_bytes());
}

std::string Tensor::str() const {  // NOLINT(misc-no-recursion): once, for the rows
  if (!defined()) return "Tensor()";
  if (numel() > 64 || rank() > 2) return fmt::format("Tensor of shape {}", shape_.str());
  if (rank() == 0) return fmt::format("{:g}", item());
  if (rank() == 1) return fmt::format("[{:g}]", fmt::join(data(), " "));
  std::string text = "[";
  for (Index row = 0; row < shape_[0]; ++row) {
    text += fmt::format("{}{}", row ? "\n " : "", rows(row, row + 1).reshape({shape_[1]}).str());
  }
  return text + "]";
}

}  // namespace gradus
