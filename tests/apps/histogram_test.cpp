#include "apps/study/analysis/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "tensor/error.h"

namespace gradus::study {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Pointwise;

// The figures are what numpy 1.26's histogram gives, digit for digit.

TEST(HistogramTest, ClosesTheLastBin) {
  const Histogram h = histogram(std::vector<double>{1, 2, 1}, 3);
  EXPECT_THAT(h.counts, ElementsAre(2, 0, 1));
  EXPECT_THAT(h.edges, ElementsAre(1.0, 1.3333333333333333, 1.6666666666666665, 2.0));
}

TEST(HistogramTest, CountsByTheRoundedEdges) {
  // 0.3 is below the edge 3 * 0.1, which is 0.30000000000000004.
  const Histogram h = histogram(std::vector<double>{0, .1, .2, .3, .4, .5, .6, .7, .8, .9, 1}, 10);
  EXPECT_THAT(h.counts, ElementsAre(1, 1, 2, 0, 1, 2, 1, 0, 1, 2));
  EXPECT_EQ(h.edges[3], 0.30000000000000004);
  EXPECT_EQ(h.edges[10], 1.0);
}

TEST(HistogramTest, CountsManyValues) {
  std::vector<double> values;
  uint32_t random = 1;
  for (int i = 0; i < 500; ++i) {
    random = random * 1664525 + 1013904223;
    values.push_back((random >> 20) / 4096.0 * 0.3);
  }
  const Histogram h = histogram(values, 7);
  EXPECT_THAT(h.counts, ElementsAre(63, 57, 80, 60, 86, 82, 72));
  // A processor with fused multiply-add rounds once where others do twice.
  const std::vector<double> edges = {0.00029296875,       0.04308733258928571, 0.08588169642857142,
                                     0.12867606026785716, 0.17147042410714286, 0.21426478794642856,
                                     0.2570591517857143,  0.299853515625};
  EXPECT_THAT(h.edges, Pointwise(DoubleEq(), edges));
}

TEST(HistogramTest, WidensTheRangeOfEqualValues) {
  const Histogram h = histogram(std::vector<double>{3, 3, 3}, 2);
  EXPECT_THAT(h.counts, ElementsAre(0, 3));
  EXPECT_THAT(h.edges, ElementsAre(2.5, 3.0, 3.5));
}

TEST(HistogramTest, TakesNoValues) {
  const Histogram h = histogram({}, 4);
  EXPECT_THAT(h.counts, ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(h.edges, ElementsAre(0.0, 0.25, 0.5, 0.75, 1.0));
}

TEST(HistogramTest, LosesNoValue) {
  for (int bins = 1; bins < 200; ++bins) {
    const std::vector<double> values = {0.1, 0.1 + 1.0 / 3, 0.7, 0.7000000001, 0.9, 0.9};
    const Histogram h = histogram(values, bins);
    EXPECT_EQ(std::accumulate(h.counts.begin(), h.counts.end(), int64_t{0}), 6) << bins;
    EXPECT_GE(h.counts.back(), 2) << bins;
  }
}

TEST(HistogramTest, CountsInGivenBins) {
  const std::vector<double> edges = {0, 1, 4, 5};
  EXPECT_THAT(bin_counts(std::vector<double>{0, 1, 3.9, 4, 5, 5}, edges), ElementsAre(1, 2, 3));
  EXPECT_THAT(bin_counts({}, edges), ElementsAre(0, 0, 0));
}

TEST(HistogramTest, RefusesWhatHasNoBins) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THROW(histogram(std::vector<double>{1, 2}, 0), Error);
  EXPECT_THROW(histogram(std::vector<double>{1, 2}, -1), Error);
  EXPECT_THROW(histogram(std::vector<double>{1, std::nan("")}, 3), Error);
  EXPECT_THROW(histogram(std::vector<double>{1, infinity}, 3), Error);
  EXPECT_THROW(histogram(std::vector<double>{-1e308, 1e308}, 3), Error);  // width: infinity
  EXPECT_THROW(histogram(std::vector<double>{1e300, 1e300}, 3), Error);   // ± 0.5: lost
  EXPECT_THROW(histogram(std::vector<double>{1, std::nextafter(1.0, 2.0)}, 3), Error);
}

}  // namespace
}  // namespace gradus::study
