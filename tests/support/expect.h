// What tests of tensors ask again and again.
//
// Thread safety: free functions without state; ThreadCount changes a setting of
// the process, so only one lives at a time.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tensor/tensor.h"

namespace gradus::test {

inline constexpr bool kFloat = sizeof(Scalar) == 4;
/// Some units in the last place of numbers around 1, for short hand-worked sums.
inline constexpr double kClose = kFloat ? 2e-6 : 1e-14;

/// The message of the `Error` that `body` throws; "(no error)" where it throws none.
template <class Body>
std::string error_of(const Body& body) {
  try {
    body();
  } catch (const Error& e) {
    return e.what();
  }
  return "(no error)";
}

inline std::vector<Scalar> values(const Tensor& t) { return {t.data().begin(), t.data().end()}; }

inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && (a.numel() == 0 || std::memcmp(a.data().data(), b.data().data(),
                                                                  a.data().size_bytes()) == 0);
}

inline void expect_near(const Tensor& got, std::initializer_list<double> want,
                        double tolerance = kClose) {
  ASSERT_EQ(got.data().size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(got.data()[i], want.begin()[i], tolerance) << "element " << i;
  }
}

/// That many threads for as long as it lives.
class ThreadCount {
 public:
  explicit ThreadCount(int threads) : before_(num_threads()) { set_num_threads(threads); }
  ~ThreadCount() { set_num_threads(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

}  // namespace gradus::test
