// What the table of operations (operations_test.cpp) does not say: errors,
// hand-worked examples, sharing of elements.
#include "autograd/shaping.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::kSix;
using test::values;
using Values = std::vector<Scalar>;

TEST(ReshapeTest, SharesTheElements) {
  const Variable y = reshape(kSix, {3, 2});
  EXPECT_TRUE(y.value().shares_storage(kSix.value()));
  EXPECT_EQ(values(y.value()), values(kSix.value()));
}

TEST(BroadcastToTest, RepeatsAndLeavesAloneWhatHasTheShape) {
  const Variable row(Tensor::from({1, 2}, {1, 2}), true);
  EXPECT_EQ(values(broadcast_to(row, {2, 2, 2}).value()), (Values{1, 2, 1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(broadcast_to(row, {1, 2}).node(), row.node());
  EXPECT_EQ(sum_to(row, {1, 2}).node(), row.node());
}

TEST(Shaping, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error_of([] {
              reshape(kSix, {4, 2});
            }),
            "[reshape] got shape (4, 2) for the 6 elements of (2, 3), expected 6 elements");
  EXPECT_EQ(error_of([] {
              broadcast_to(kSix, {3, 3});
            }),
            "[broadcast_to] got shape (2, 3) for (3, 3), expected sizes that are equal or 1 from "
            "the last dimension on");
  EXPECT_EQ(error_of([] { broadcast_to(kSix, {3}); }),
            "[broadcast_to] got shape (2, 3) for (3,), expected sizes that are equal or 1 from the "
            "last dimension on");
  EXPECT_EQ(error_of([] { sum_to(kSix, {2}); }),
            "[sum_to] got shape (2,) for (2, 3), expected sizes that are equal or 1 from the last "
            "dimension on");
}

}  // namespace
}  // namespace gradus
