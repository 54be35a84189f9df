// A dense, row-major array of Scalars.
//
// A Tensor is a handle: copies share their elements, as in NumPy and PyTorch;
// `clone()` copies them. Elements lie contiguously, so every kernel is a loop
// over a span; a transpose is a flag of the matrix product. Storage comes from
// the pool (tensor/pool.h) and goes back when its last handle goes.
//
// Each storage counts its writes (`version()`), so that autograd can tell when
// a value that it saved was changed in place.
//
// Thread safety: handles may be copied and read from any thread; writing to
// elements that another thread uses needs the caller's own order.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "tensor/scalar.h"
#include "tensor/shape.h"

namespace gradus {

class Tensor {
 public:
  /// No tensor at all: `defined()` is false and the shape is (0,).
  Tensor() : shape_{0} {}
  Tensor(const Tensor&) = default;
  Tensor& operator=(const Tensor&) & = default;
  Tensor(Tensor&& other) noexcept : Tensor() { swap(other); }
  Tensor& operator=(Tensor&& other) & noexcept {
    Tensor(std::move(other)).swap(*this);
    return *this;
  }
  ~Tensor() = default;
  /// Elements not set. For kernels that write every one of them.
  static Tensor uninitialized(const Shape& shape);
  static Tensor full(const Shape& shape, Scalar value);
  static Tensor zeros(const Shape& shape) { return full(shape, 0); }
  static Tensor ones(const Shape& shape) { return full(shape, 1); }
  /// Of rank 0.
  static Tensor scalar(Scalar value) { return full({}, value); }
  /// A copy of `values`, row by row. Throws `Error` where their number is not
  /// that of the shape.
  static Tensor from(const Shape& shape, std::span<const Scalar> values);
  static Tensor from(const Shape& shape, std::initializer_list<Scalar> values) {
    return from(shape, std::span<const Scalar>(values.begin(), values.size()));
  }

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  Index numel() const { return shape_.numel(); }

  std::span<const Scalar> data() const { return {begin_, static_cast<std::size_t>(numel())}; }
  /// The elements for writing; counts as a change of them (see `version`).
  std::span<Scalar> mutable_data();
  /// How often `mutable_data` of this storage was called, by any handle.
  std::uint64_t version() const;
  bool shares_storage(const Tensor& other) const { return storage_ == other.storage_; }

  /// The one element. Throws `Error` where there is not exactly one.
  Scalar item() const;
  /// The same elements under another shape. Throws `Error` where the number of
  /// elements differs.
  Tensor reshape(const Shape& shape) const;
  /// Rows [begin, end) of the first dimension, sharing the elements. Throws
  /// `Error` where they are not all there.
  Tensor rows(Index begin, Index end) const;
  /// Copies of the rows `indices` of the first dimension, in that order.
  /// Throws `Error` where one is out of range.
  Tensor gather_rows(std::span<const Index> indices) const;
  Tensor clone() const;
  /// Copies `values`' elements into this tensor's. Throws `Error` where the
  /// shapes differ.
  void copy_from(const Tensor& values);

  /// As NumPy prints a small array; of a large one only the shape.
  std::string str() const;

 private:
  struct Storage;
  Tensor(const Shape& shape, std::shared_ptr<Storage> storage, Scalar* begin)
      : shape_(shape), storage_(std::move(storage)), begin_(begin) {}
  void swap(Tensor& other) noexcept {
    std::swap(shape_, other.shape_);
    std::swap(storage_, other.storage_);
    std::swap(begin_, other.begin_);
  }

  Shape shape_;
  std::shared_ptr<Storage> storage_;
  Scalar* begin_ = nullptr;
};

}  // namespace gradus
