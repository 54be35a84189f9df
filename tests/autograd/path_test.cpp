#include "autograd/path.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <vector>

#include "autograd/engine.h"
#include "autograd/ops.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;

TEST(ModulePath, RootIsNowhere) {
  EXPECT_EQ(ModulePath::current(), ModulePath::root());
  EXPECT_EQ(ModulePath::root()->str(), "");
  EXPECT_EQ(ModulePath::root()->place(), "");
}

TEST(ModulePath, NamesFromTheOutermostInwards) {
  const ModulePath* const dense = ModulePath::root()->child("decoder")->child("dense_2");
  EXPECT_EQ(dense->str(), "decoder.dense_2");
  EXPECT_EQ(dense->place(), " (in decoder.dense_2)");
}

TEST(ModulePath, IsMadeOnceForEachPlace) {
  const ModulePath* const a = ModulePath::root()->child("a");
  EXPECT_EQ(ModulePath::root()->child("a"), a);
  EXPECT_NE(ModulePath::root()->child("b"), a);
  EXPECT_NE(a->child("a"), a);
  EXPECT_NE(a->child("x"), ModulePath::root()->child("b")->child("x"));
}

TEST(ModulePath, ScopesNestAndEndWithTheirBlock) {
  const ModulePath* const outer = ModulePath::root()->child("outer");
  {
    const ModulePath::Scope open(outer);
    EXPECT_EQ(ModulePath::current(), outer);
    {
      const ModulePath::Scope inner(ModulePath::current()->child("inner"));
      EXPECT_EQ(ModulePath::current()->str(), "outer.inner");
    }
    EXPECT_EQ(ModulePath::current(), outer);
    try {
      const ModulePath::Scope inner(ModulePath::current()->child("inner"));
      throw std::runtime_error("out");
    } catch (const std::runtime_error&) {
    }
    EXPECT_EQ(ModulePath::current(), outer);
  }
  EXPECT_EQ(ModulePath::current(), ModulePath::root());
}

TEST(ModulePath, EachThreadHasItsOwnOpenPathAndAllShareTheNames) {
  const ModulePath::Scope open(ModulePath::root()->child("main"));
  std::vector<const ModulePath*> seen(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      threads.emplace_back([&seen, i] {
        EXPECT_EQ(ModulePath::current(), ModulePath::root());
        for (int n = 0; n < 100; ++n) {
          seen[i] = ModulePath::root()->child("shared")->child(std::to_string(n));
        }
      });
    }
  }
  for (const ModulePath* path : seen) {
    EXPECT_EQ(path, ModulePath::root()->child("shared")->child("99"));
  }
  EXPECT_EQ(ModulePath::current()->str(), "main");
}

TEST(ModulePath, StandsInErrorsOfForward) {
  const ModulePath* const encoder = ModulePath::root()->child("encoder");
  const auto product = [] {
    return matmul(Variable(Tensor::ones({2, 3})), Variable(Tensor::ones({2, 3})));
  };
  const auto inner = [&] { return encoder->child("dense")->open(product); };
  EXPECT_EQ(error_of([&] { encoder->open(inner); }),
            "[matmul] got shapes (2, 3) and (2, 3), expected equal inner sizes, not 3 and 2 "
            "(in encoder.dense)");
  // What fails before an operation begins, too.
  EXPECT_EQ(error_of([&] { encoder->open([] { return sum(Variable(Tensor::ones({2})), {1}); }); }),
            "[sum] got axis 1 for shape (2,), expected -1 to 0 (in encoder)");
}

TEST(ModulePath, IsKeptByNodesAndByTheNodesOfTheirRules) {
  const Variable x(Tensor::scalar(2), true);
  Variable y;
  {
    const ModulePath::Scope open(ModulePath::root()->child("here"));
    y = exp(x);
  }
  EXPECT_EQ(x.node()->path().str(), "");
  EXPECT_EQ(y.node()->path().str(), "here");
  const Variable dy = grad(y, std::span(&x, 1))[0];
  EXPECT_EQ(dy.node()->path().str(), "here");
  EXPECT_EQ(ModulePath::current(), ModulePath::root());
}

}  // namespace
}  // namespace gradus
