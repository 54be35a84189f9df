// What the table of operations (operations_test.cpp) does not say: errors, and
// the same bits at any number of threads.
#include "autograd/matmul.h"

#include <gtest/gtest.h>

#include <vector>

#include "tensor/random.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::same_bits;
using test::ThreadCount;
using test::values;

TEST(MatmulTest, MultipliesMatrices) {
  const Variable a(Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6}));
  const Variable b(Tensor::from({3, 2}, {7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(values(matmul(a, b).value()), (std::vector<Scalar>{58, 64, 139, 154}));
}

TEST(MatmulTest, RefusesWhatDoesNotFit) {
  const Variable a(Tensor::ones({2, 3})), v(Tensor::ones({3}));
  EXPECT_EQ(error_of([&] { matmul(a, v); }),
            "[matmul] got shapes (2, 3) and (3,), expected two matrices or more of them; try "
            "reshape");
  EXPECT_EQ(error_of([&] { matmul(v, a); }),
            "[matmul] got shapes (3,) and (2, 3), expected two matrices or more of them; try "
            "reshape");
  EXPECT_EQ(error_of([&] { matmul(a, a); }),
            "[matmul] got shapes (2, 3) and (2, 3), expected equal inner sizes, not 3 and 2");
  EXPECT_EQ(error_of([&] {
              matmul(a, Variable(Tensor::ones({2, 4})), {true, true});
            }),
            "[matmul] got shapes (2, 3) transposed and (2, 4) transposed, expected equal inner "
            "sizes, not 2 and 4");
  const Variable two(Tensor::ones({2, 3, 4})), three(Tensor::ones({3, 4, 5}));
  EXPECT_EQ(error_of([&] { matmul(two, three); }),
            "[matmul] got shapes (2, 3, 4) and (3, 4, 5), expected sizes in front of the matrices "
            "that are equal or 1; try reshape");
  EXPECT_EQ(error_of([&] { matmul(two, two); }),
            "[matmul] got shapes (2, 3, 4) and (2, 3, 4), expected equal inner sizes, not 4 and 3");
}

TEST(MatmulTest, MultipliesEachPair) {
  const Variable a(Tensor::from({2, 1, 2}, {1, 2, 3, 4})), b(Tensor::from({2, 1}, {5, 6}));
  const Variable c = matmul(a, b);
  EXPECT_EQ(c.shape(), (Shape{2, 1, 1}));
  EXPECT_EQ(values(c.value()), (std::vector<Scalar>{17, 39}));
  const Variable d(Tensor::from({2, 2, 1}, {5, 6, 7, 8}));
  EXPECT_EQ(values(matmul(a, d).value()), (std::vector<Scalar>{17, 53}));
  EXPECT_EQ(matmul(Variable(Tensor::ones({3, 1, 2, 4})), Variable(Tensor::ones({5, 4, 6}))).shape(),
            (Shape{3, 5, 2, 6}));
}

// A product of no elements is 0, and so is a sum of no products.
TEST(MatmulTest, TakesSizesOfZero) {
  const Variable a(Tensor::ones({2, 3, 0}), true), b(Tensor::ones({0, 4}), true);
  EXPECT_EQ(values(matmul(a, b).value()), (std::vector<Scalar>(24, 0)));
  for (const MatmulOptions t : {MatmulOptions{}, {true, false}, {false, true}, {true, true}}) {
    const Variable one(Tensor::ones({2, 2}), true), none(Tensor::ones({0, 1, 2, 2}), true);
    const Variable left = matmul(one, none, t), right = matmul(none, one, t);
    EXPECT_EQ(left.shape(), (Shape{0, 1, 2, 2}));
    left.backward(left.value());
    EXPECT_EQ(values(one.grad()), (std::vector<Scalar>(4, 0)));
    right.backward(right.value());
    EXPECT_EQ(values(one.grad()), (std::vector<Scalar>(4, 0)));
    EXPECT_EQ(none.grad().shape(), none.shape());
  }
}

// Rows in front are rows: one product, with the bits of one.
TEST(MatmulTest, JoinsTheRowsBeforeOneMatrix) {
  Generator generator(1);
  Tensor rows = Tensor::uninitialized({60, 50}), w = Tensor::uninitialized({50, 40});
  Tensor seed = Tensor::uninitialized({60, 40});
  for (Tensor* t : {&rows, &w, &seed}) generator.fill_normal(*t, 0, 1);
  const Variable x(rows, true), y(w, true), many(rows.reshape({3, 4, 5, 50}), true), z(w, true);
  const Variable flat = matmul(x, y), batched = matmul(many, z);
  EXPECT_TRUE(same_bits(batched.value().reshape({60, 40}), flat.value()));
  flat.backward(seed);
  batched.backward(seed.reshape({3, 4, 5, 40}));
  EXPECT_TRUE(same_bits(many.grad().reshape({60, 50}), x.grad()));
  EXPECT_TRUE(same_bits(z.grad(), y.grad()));
}

TEST(MatmulTest, GivesTheSameBitsOfManyAtAnyThreadCount) {
  Generator generator(1);
  for (const Shape& front : {Shape{3, 1, 60, 70}, Shape{1, 1, 60, 70}, Shape{60, 70}}) {
    Tensor a = Tensor::uninitialized(front), b = Tensor::uninitialized({3, 20, 70, 80});
    for (Tensor* t : {&a, &b}) generator.fill_normal(*t, 0, 1);
    std::vector<Tensor> first;
    for (const int threads : {1, 2, 4}) {
      const ThreadCount use(threads);
      const Variable x(a, true), y(b, true);
      const Variable z = matmul(x, y);
      z.backward(z.value(), {.retain_graph = true});
      z.backward(z.value());
      const std::vector<Tensor> results{z.value(), x.grad(), y.grad()};
      if (first.empty()) first = results;
      for (std::size_t i = 0; i < results.size(); ++i) {
        EXPECT_TRUE(same_bits(results[i], first[i])) << threads << " threads, result " << i;
      }
    }
  }
}

// 300 x 200 x 250 is 15 million multiply-adds, enough for three tiles in each
// of the three products.
TEST(MatmulTest, GivesTheSameBitsAtAnyThreadCount) {
  Generator generator(1);
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      Tensor a = Tensor::uninitialized(ta ? Shape{250, 300} : Shape{300, 250});
      Tensor b = Tensor::uninitialized(tb ? Shape{200, 250} : Shape{250, 200});
      Tensor seed = Tensor::uninitialized({300, 200});
      for (Tensor* t : {&a, &b, &seed}) generator.fill_normal(*t, 0, 1);
      std::vector<Tensor> first;
      for (const int threads : {1, 2, 4}) {
        const ThreadCount use(threads);
        const Variable x(a, true), y(b, true);
        const Variable z = matmul(x, y, {ta, tb});
        z.backward(seed, {.retain_graph = true});
        z.backward(seed);  // and adding to what is there
        const std::vector<Tensor> results{z.value(), x.grad(), y.grad()};
        if (first.empty()) first = results;
        for (std::size_t i = 0; i < results.size(); ++i) {
          EXPECT_TRUE(same_bits(results[i], first[i])) << threads << " threads, result " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace gradus
