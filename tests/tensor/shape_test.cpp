#include "tensor/shape.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;

constexpr Index kHuge = std::numeric_limits<Index>::max();

TEST(Shape, OfAScalarHasNoDimensionAndOneElement) {
  const Shape shape;
  EXPECT_EQ(shape.rank(), 0);
  EXPECT_EQ(shape.numel(), 1);
  EXPECT_EQ(shape.begin(), shape.end());
  EXPECT_EQ(shape, Shape{});
}

TEST(Shape, CountsItsElements) {
  EXPECT_EQ((Shape{2, 3, 5}).numel(), 30);
  EXPECT_EQ((Shape{7}).numel(), 7);
  EXPECT_EQ((Shape{4, 0, 9}).numel(), 0);
  EXPECT_EQ((Shape{1, 1, 1, 1, 1, 1}).numel(), 1);
}

TEST(Shape, GivesItsSizesByAxis) {
  const Shape shape{2, 3, 5};
  EXPECT_EQ(shape.rank(), 3);
  EXPECT_EQ(shape[0], 2);
  EXPECT_EQ(shape[1], 3);
  EXPECT_EQ(shape[2], 5);
  EXPECT_EQ(std::vector<Index>(shape.begin(), shape.end()), (std::vector<Index>{2, 3, 5}));
}

TEST(Shape, IsEqualOnlyInRankAndEverySize) {
  EXPECT_EQ((Shape{2, 3}), (Shape{2, 3}));
  EXPECT_NE((Shape{2, 3}), (Shape{3, 2}));
  EXPECT_NE((Shape{2, 3}), (Shape{2, 3, 1}));
  EXPECT_NE((Shape{}), (Shape{1}));
  // Neither holds an element, but they are different shapes.
  EXPECT_NE((Shape{0, 3}), (Shape{3, 0}));
}

TEST(Shape, PrintsAsATupleOfPython) {
  EXPECT_EQ(Shape().str(), "()");
  EXPECT_EQ((Shape{3}).str(), "(3,)");
  EXPECT_EQ((Shape{128, 784}).str(), "(128, 784)");
  EXPECT_EQ((Shape{0, 1, 2}).str(), "(0, 1, 2)");
}

TEST(Shape, SetsTakesAwayAndPrependsADimension) {
  const Shape shape{2, 3, 5};
  EXPECT_EQ(shape.with(1, 7), (Shape{2, 7, 5}));
  EXPECT_EQ(shape.with(1, 7).numel(), 70);
  EXPECT_EQ(shape.without(0), (Shape{3, 5}));
  EXPECT_EQ(shape.without(1), (Shape{2, 5}));
  EXPECT_EQ(shape.without(2), (Shape{2, 3}));
  EXPECT_EQ(shape.without(2).numel(), 6);
  EXPECT_EQ((Shape{4}).without(0), Shape());
  EXPECT_EQ(shape.batch_of(4), (Shape{4, 2, 3, 5}));
  EXPECT_EQ(Shape().batch_of(0), (Shape{0}));
  EXPECT_EQ(shape, (Shape{2, 3, 5}));  // none of this changed it
}

TEST(Shape, RefusesANegativeSize) {
  EXPECT_EQ(error_of([] { Shape{2, -1}; }), "[shape] got a size of -1, expected 0 or more");
  EXPECT_EQ(error_of([] {
              (Shape{2, 3}).with(0, -5);
            }),
            "[shape] got a size of -5, expected 0 or more");
}

TEST(Shape, RefusesMoreThanSixDimensions) {
  EXPECT_EQ(error_of([] { Shape{1, 2, 3, 4, 5, 6, 7}; }),
            "[shape] got 7 dimensions, expected at most 6");
  EXPECT_EQ(error_of([] {
              (Shape{1, 2, 3, 4, 5, 6}).batch_of(1);
            }),
            "[shape] got 7 dimensions, expected at most 6");
}

TEST(Shape, RefusesMoreElementsThanAnIndexCounts) {
  EXPECT_EQ((Shape{kHuge}).numel(), kHuge);
  EXPECT_EQ(error_of([] {
              Shape{kHuge, 2};
            }),
            "[shape] (9223372036854775807, 2) has more elements than can be counted");
  EXPECT_EQ(error_of([] {
              Shape({0, Index(1) << 40, Index(1) << 40});
            }),
            "[shape] (0, 1099511627776, 1099511627776) has more elements than can be counted");
  // 2^32 * 2^31 is 2^63, one more than the largest Index.
  EXPECT_NE(error_of([] { Shape{Index{1} << 32, Index{1} << 31}; }), "(no error)");
  EXPECT_EQ((Shape{Index{1} << 32, Index{1} << 30}).numel(), Index{1} << 62);
}

// Two shapes and what NumPy's np.broadcast_shapes gives for them.
struct BroadcastCase {
  Shape a, b, both;
};

class Broadcast : public testing::TestWithParam<BroadcastCase> {};

TEST_P(Broadcast, AgreesWithNumPy) {
  const auto& [a, b, both] = GetParam();
  EXPECT_EQ(broadcast("add", a, b), both);
  EXPECT_EQ(broadcast("add", b, a), both);
  EXPECT_TRUE(broadcasts_to(a, both));
  EXPECT_TRUE(broadcasts_to(b, both));
  EXPECT_EQ(broadcasts_to(a, b), b == both);
  EXPECT_EQ(broadcasts_to(b, a), a == both);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, Broadcast,
    testing::Values(BroadcastCase{{}, {}, {}}, BroadcastCase{{2, 3}, {2, 3}, {2, 3}},
                    BroadcastCase{{2, 3}, {}, {2, 3}}, BroadcastCase{{2, 3}, {3}, {2, 3}},
                    BroadcastCase{{2, 3}, {1}, {2, 3}}, BroadcastCase{{2, 3}, {2, 1}, {2, 3}},
                    BroadcastCase{{2, 1}, {1, 3}, {2, 3}}, BroadcastCase{{2, 1}, {3}, {2, 3}},
                    BroadcastCase{{1}, {}, {1}}, BroadcastCase{{1, 1}, {1}, {1, 1}},
                    BroadcastCase{{8, 1, 6, 1}, {7, 1, 5}, {8, 7, 6, 5}},
                    BroadcastCase{{0, 3}, {3}, {0, 3}}, BroadcastCase{{0, 3}, {1, 1}, {0, 3}},
                    BroadcastCase{{1}, {0}, {0}}, BroadcastCase{{2, 0}, {2, 1}, {2, 0}},
                    BroadcastCase{{1, 2, 1, 4, 1, 6}, {1, 3, 1, 5, 1}, {1, 2, 3, 4, 5, 6}}));

TEST(BroadcastRules, RefusesSizesThatDifferNamingTheOperation) {
  EXPECT_EQ(error_of([] {
              broadcast("mul", {2, 3}, {2});
            }),
            "[mul] got shapes (2, 3) and (2,), expected sizes that are equal or 1 from the last "
            "dimension on; try reshape");
  EXPECT_NE(error_of([] { broadcast("mul", {4, 3}, {2, 3}); }), "(no error)");
  // A size of 0 is not a size of 1: it does not stretch.
  EXPECT_NE(error_of([] { broadcast("mul", {0}, {2}); }), "(no error)");
}

TEST(BroadcastRules, DoesNotShrinkTheTarget) {
  EXPECT_FALSE(broadcasts_to({2, 3}, {3}));
  EXPECT_FALSE(broadcasts_to({2}, {2, 3}));
  EXPECT_FALSE(broadcasts_to({3}, {1}));
  EXPECT_FALSE(broadcasts_to({0}, {1}));
  EXPECT_FALSE(broadcasts_to({1}, {}));
}

TEST(PlaceOf, CountsRowByRow) {
  EXPECT_EQ(place_of({2, 3}, 0), "(0, 0)");
  EXPECT_EQ(place_of({2, 3}, 4), "(1, 1)");
  EXPECT_EQ(place_of({2, 3, 4}, 23), "(1, 2, 3)");
  EXPECT_EQ(place_of({5}, 3), "(3,)");
  EXPECT_EQ(place_of({}, 0), "()");
}

}  // namespace
}  // namespace gradus
