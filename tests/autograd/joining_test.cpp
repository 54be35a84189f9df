// What the table of operations (operations_test.cpp) does not say: errors,
// hand-worked examples, and lists of other lengths than three.
#include "autograd/joining.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "autograd/engine.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::values;
using Values = std::vector<Scalar>;

const Variable kRow(Tensor::from({1, 2}, {1, 2})), kTwo(Tensor::from({2, 2}, {3, 4, 5, 6}));

TEST(ConcatenateTest, PutsOneBehindTheOther) {
  const Variable y = concatenate({kRow, kTwo});
  EXPECT_EQ(y.shape(), (Shape{3, 2}));
  EXPECT_EQ(values(y.value()), (Values{1, 2, 3, 4, 5, 6}));
  const Variable z = concatenate({kTwo, kTwo}, -1);
  EXPECT_EQ(z.shape(), (Shape{2, 4}));
  EXPECT_EQ(values(z.value()), (Values{3, 4, 3, 4, 5, 6, 5, 6}));
}

TEST(ConcatenateTest, TakesOneInputAndEmptyOnes) {
  const Variable none(Tensor::zeros({0, 2}), true), row(kRow.value(), true);
  const Variable y = concatenate({none, row, none});
  EXPECT_EQ(values(y.value()), (Values{1, 2}));
  y.backward(Tensor::from({1, 2}, {7, 8}));
  EXPECT_EQ(values(row.grad()), (Values{7, 8}));
  EXPECT_EQ(none.grad().shape(), (Shape{0, 2}));
  EXPECT_EQ(values(concatenate(std::array{kTwo}, 1).value()), values(kTwo.value()));
  EXPECT_EQ(concatenate({none, none}).shape(), (Shape{0, 2}));
}

// Beside the table, which gives every input a gradient or one of them.
TEST(ConcatenateTest, JoinsManyOfWhichSomeNeedAGradient) {
  std::vector<Variable> xs;
  for (int i = 0; i < 100; ++i) xs.emplace_back(Tensor::full({2}, Scalar(i)), i % 2 == 0);
  const Variable y = concatenate(xs);
  y.backward(y.value());
  for (int i = 0; i < 100; i += 2) {
    EXPECT_EQ(values(xs[static_cast<std::size_t>(i)].grad()), (Values(2, Scalar(i))));
  }
  EXPECT_FALSE(xs[1].requires_grad());
}

TEST(StackTest, MakesADimension) {
  const Variable a(Tensor::from({2}, {1, 2})), b(Tensor::from({2}, {3, 4}));
  EXPECT_EQ(values(stack({a, b}).value()), (Values{1, 2, 3, 4}));
  EXPECT_EQ(values(stack({a, b}, 1).value()), (Values{1, 3, 2, 4}));
  EXPECT_EQ(stack({a, b, a}, -1).shape(), (Shape{2, 3}));
  EXPECT_EQ(stack({a, b, a}, -2).shape(), (Shape{3, 2}));
  const Variable numbers = stack({Variable(5), Variable(6)});
  EXPECT_EQ(numbers.shape(), (Shape{2}));
  EXPECT_EQ(values(numbers.value()), (Values{5, 6}));
}

TEST(JoiningTest, RefusesWhatDoesNotFit) {
  const std::vector<Variable> none;
  EXPECT_EQ(error_of([&] { concatenate(none); }),
            "[concatenate] got no inputs, expected one or more");
  EXPECT_EQ(error_of([&] { stack(none); }), "[stack] got no inputs, expected one or more");
  EXPECT_EQ(error_of([] {
              concatenate({Variable(1), Variable(2)});
            }),
            "[concatenate] got shape (), expected one dimension or more");
  EXPECT_EQ(error_of([] {
              concatenate({kRow, kTwo}, 2);
            }),
            "[concatenate] got axis 2 for shape (1, 2), expected -2 to 1");
  EXPECT_EQ(error_of([] {
              concatenate({kRow, kTwo}, -1);
            }),
            "[concatenate] got shapes (1, 2) and (2, 2), expected equal ones but for dimension 1");
  EXPECT_EQ(error_of([] {
              concatenate({kRow, Variable(Tensor::ones({2}))});
            }),
            "[concatenate] got shapes (1, 2) and (2,), expected equal ones but for dimension 0");
  EXPECT_EQ(error_of([] {
              stack({kRow, kTwo});
            }),
            "[stack] got shapes (1, 2) and (2, 2), expected equal ones");
  EXPECT_EQ(error_of([] {
              stack({kRow, kRow}, 3);
            }),
            "[stack] got axis 3 for shape (1, 1, 2), expected -3 to 2");
}

}  // namespace
}  // namespace gradus
