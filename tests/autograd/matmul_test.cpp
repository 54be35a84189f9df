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
            "[matmul] got shapes (2, 3) and (3,), expected two matrices; try reshape");
  EXPECT_EQ(error_of([&] { matmul(v, a); }),
            "[matmul] got shapes (3,) and (2, 3), expected two matrices; try reshape");
  EXPECT_EQ(error_of([&] { matmul(a, a); }),
            "[matmul] got shapes (2, 3) and (2, 3), expected equal inner sizes, not 3 and 2");
  EXPECT_EQ(error_of([&] {
              matmul(a, Variable(Tensor::ones({2, 4})), {true, true});
            }),
            "[matmul] got shapes (2, 3) transposed and (2, 4) transposed, expected equal inner "
            "sizes, not 2 and 4");
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
