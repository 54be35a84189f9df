#include "apps/study/report/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "apps/study/report/picture_label.h"
#include "tensor/error.h"

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb/stb_image.h>

namespace gradus::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct Decoded {
  int width = 0, height = 0, channels = 0;
  std::vector<uint8_t> pixels;

  std::vector<uint8_t> row(int y) const {
    return {pixels.begin() + y * width, pixels.begin() + (y + 1) * width};
  }
};

Decoded decode(std::string_view png) {
  EXPECT_TRUE(png.starts_with("\x89PNG\r\n\x1A\n"));
  Decoded image;
  uint8_t* pixels = stbi_load_from_memory(reinterpret_cast<const uint8_t*>(png.data()),
                                          static_cast<int>(png.size()), &image.width, &image.height,
                                          &image.channels, 1);
  EXPECT_NE(pixels, nullptr);
  if (pixels == nullptr) return image;
  image.pixels.assign(pixels, pixels + image.width * image.height);
  stbi_image_free(pixels);
  return image;
}

TEST(GridPng, DrawsZeroWhiteAndOneBlack) {
  const std::vector<float> image = {0.0F, 0.2F, 0.5F, 1.0F};
  const Decoded out =
      decode(grid_png(image, {.image_rows = 2, .image_columns = 2, .scale = 1, .gap = 0}));
  EXPECT_EQ(out.channels, 1);
  EXPECT_EQ(out.width, 2);
  EXPECT_EQ(out.height, 2);
  EXPECT_THAT(out.pixels, ElementsAre(255, 204, 128, 0));
}

TEST(GridPng, ClampsAndShowsNanAsGrey) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> image = {-3.0F, 7.0F, NAN, kInfinity, -kInfinity};
  const Decoded out =
      decode(grid_png(image, {.image_rows = 1, .image_columns = 5, .scale = 1, .gap = 0}));
  EXPECT_THAT(out.pixels, ElementsAre(255, 0, 128, 0, 255));
}

TEST(GridPng, ScalesAndSeparates) {
  const std::vector<float> images = {1.0F, 0.0F, 0.0F, 1.0F};  // two images of 1 x 2
  const Decoded out = decode(grid_png(images, {.image_rows = 1,
                                               .image_columns = 2,
                                               .grid_rows = 1,
                                               .grid_columns = 2,
                                               .scale = 2,
                                               .gap = 1}));
  EXPECT_EQ(out.width, 1 + 4 + 1 + 4 + 1);
  EXPECT_EQ(out.height, 1 + 2 + 1);
  EXPECT_THAT(out.row(0), testing::Each(255));
  EXPECT_THAT(out.row(1), ElementsAre(255, 0, 0, 255, 255, 255, 255, 255, 0, 0, 255));
  EXPECT_EQ(out.row(2), out.row(1));
  EXPECT_THAT(out.row(3), testing::Each(255));
}

TEST(GridPng, FillsRowByRowAndLeavesTheRestWhite) {
  const std::vector<float> images = {1.0F, 0.5F, 1.0F};  // three images of 1 x 1
  const Decoded out = decode(grid_png(images, {.image_rows = 1,
                                               .image_columns = 1,
                                               .grid_rows = 2,
                                               .grid_columns = 2,
                                               .scale = 1,
                                               .gap = 0}));
  EXPECT_THAT(out.pixels, ElementsAre(0, 128, 0, 255));
}

TEST(GridPng, WithoutImagesIsAWhitePageOfTheGridsSize) {
  const Decoded out = decode(grid_png({}, {.image_rows = 8,
                                           .image_columns = 8,
                                           .grid_rows = 2,
                                           .grid_columns = 3,
                                           .scale = 1,
                                           .gap = 1}));
  EXPECT_EQ(out.width, 3 * 9 + 1);
  EXPECT_EQ(out.height, 2 * 9 + 1);
  EXPECT_THAT(out.pixels, testing::Each(255));
}

TEST(GridPng, FramesACellInItsGap) {
  const std::vector<float> image = {1.0F};
  const Decoded out = decode(
      grid_png(image, {.image_rows = 1, .image_columns = 1, .scale = 1, .gap = 2, .framed = {0}}));
  EXPECT_THAT(out.row(0), ElementsAre(150, 150, 150, 150, 150));
  EXPECT_THAT(out.row(1), ElementsAre(150, 255, 255, 255, 150));
  EXPECT_THAT(out.row(2), ElementsAre(150, 255, 0, 255, 150));
}

// The rows and columns that hold anything but white, as [first, last].
struct Extent {
  int left = 1 << 20, right = -1, top = 1 << 20, bottom = -1;
};
Extent extent_of(const Decoded& picture, int top, int bottom, int left, int right) {
  Extent extent;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      if (picture.pixels[static_cast<size_t>(y * picture.width + x)] == 255) continue;
      extent = {std::min(extent.left, x), std::max(extent.right, x), std::min(extent.top, y),
                std::max(extent.bottom, y)};
    }
  }
  return extent;
}

TEST(GridPng, WritesLabelsCentredAboveTheImages) {
  ImageGrid grid{
      .image_rows = 8, .image_columns = 8, .grid_rows = 2, .grid_columns = 2, .scale = 8, .gap = 8};
  const std::vector<float> images(4 * 64, 1.0F);
  const Decoded plain = decode(grid_png(images, grid));
  grid.labels = {"0", "7"};
  const Decoded out = decode(grid_png(images, grid));
  // The letters are two pixels to one of the font, and only the first row has any.
  constexpr int kRoom = 2 * kLabelHeight;
  EXPECT_EQ(out.width, plain.width);
  EXPECT_EQ(out.height, plain.height + kRoom);
  for (int y = 8; y < plain.height; ++y) EXPECT_EQ(out.row(y + kRoom), plain.row(y)) << y;
  for (const int left : {8, 80}) {
    const Extent text = extent_of(out, 0, 8 + kRoom, left - 4, left + 68);
    EXPECT_GE(text.top, 8);
    EXPECT_LE(text.bottom, 8 + kRoom - 4);  // some white between text and image
    EXPECT_GE(text.bottom - text.top, 12);
    EXPECT_NEAR((text.left + text.right) / 2.0, left + 31.5, 2);
  }
}

TEST(GridPng, LabelsAreTheLettersOfTheFont) {
  const std::vector<float> image(28 * 28);
  const Decoded out = decode(grid_png(image, {.gap = 0, .labels = {"T7"}}));
  const LabelPixels text = label_pixels("T7");
  const int left = (56 - 2 * text.width) / 2;
  std::vector<uint8_t> expected(static_cast<size_t>(out.width * 2 * kLabelHeight), 255);
  for (const LabelPixels::Box& box : text.boxes) {
    for (int y = 2 * box.top; y < 2 * box.bottom; ++y) {
      for (int x = 2 * box.left; x < 2 * box.right; ++x) {
        expected[static_cast<size_t>(y * out.width + left + x)] = 48;
      }
    }
  }
  EXPECT_EQ(out.height, 56 + 2 * kLabelHeight);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), out.pixels.begin()));
}

TEST(GridPng, LongLabelsGetSmallerAndThenWidenTheCells) {
  const std::vector<float> images(2 * 28 * 28, 1.0F);
  ImageGrid grid{.grid_columns = 2, .labels = {"T-shirt/top", "Ankle boot"}};
  const Decoded small = decode(grid_png(images, grid));
  EXPECT_EQ(small.height, 4 + kLabelHeight + 56 + 4);
  grid.scale = 1;
  const Decoded wide = decode(grid_png(images, grid));
  const int cell = label_pixels("T-shirt/top").width - 2;
  EXPECT_GT(cell, 28);
  EXPECT_EQ(wide.width, 2 * (cell + 4) + 4);
  const int last = wide.height - 5;
  const Extent first = extent_of(wide, last, last + 1, 0, wide.width / 2);
  EXPECT_EQ(first.right - first.left, 27);
  EXPECT_NEAR(first.left, 4 + (cell - 28) / 2, 1);
}

TEST(GridPng, FramesAndLabelsGoTogether) {
  const std::vector<float> image(64, 1.0F);
  ImageGrid grid{
      .image_rows = 8, .image_columns = 8, .scale = 8, .gap = 4, .labels = {"anomaly (y)"}};
  const Decoded plain = decode(grid_png(image, grid));
  grid.framed = {0};
  const Decoded framed = decode(grid_png(image, grid));
  ASSERT_EQ(framed.height, plain.height);
  const int frame = plain.height - 64 - 4 - 2;
  for (int y = 0; y < frame; ++y) EXPECT_EQ(framed.row(y), plain.row(y));
  EXPECT_THAT(framed.row(frame), testing::Contains(150).Times(68));
}

TEST(LabelPixels, ShowOneQuestionMarkForWhatTheFontLacks) {
  const auto boxes = [](std::string_view text) {
    std::vector<std::array<int, 4>> all;
    for (const LabelPixels::Box& box : label_pixels(text).boxes) {
      all.push_back({box.left, box.top, box.right, box.bottom});
    }
    return all;
  };
  EXPECT_EQ(boxes("caf\xC3\xA9"), boxes("caf?"));
  EXPECT_EQ(boxes("\xF0\x9F\x98\x80\n\x7F"), boxes("???"));
  EXPECT_NE(boxes("cafe"), boxes("caf?"));
  EXPECT_TRUE(boxes("").empty());
}

TEST(LabelPixels, StayWithinTheirLine) {
  std::string all;
  for (char c = ' '; c <= '~'; ++c) all += c;
  const LabelPixels text = label_pixels(all);
  EXPECT_GT(text.boxes.size(), 300);
  for (const LabelPixels::Box& box : text.boxes) {
    EXPECT_TRUE(box.left >= 0 && box.right <= text.width && box.left < box.right);
    EXPECT_TRUE(box.top >= 0 && box.bottom <= kLabelHeight && box.top < box.bottom);
  }
  // A letter on its own has as many boxes as after others, which need less room.
  const std::string simple(20, '-');
  for (const char c : all) {
    const size_t alone = label_pixels(std::string(1, c)).boxes.size();
    EXPECT_EQ(alone == 0, c == ' ') << c;
    EXPECT_EQ(label_pixels(simple + c).boxes.size() - label_pixels(simple).boxes.size(), alone)
        << c;
  }
}

TEST(GridPng, RejectsLabelsThatDoNotFit) {
  EXPECT_THAT(
      [&] {
        grid_png({}, {.labels = {"a", "b"}});
      },
      ThrowsMessage<Error>("[grid_png] got 2 labels, expected at most 1"));
  EXPECT_THAT([&] { grid_png({}, {.labels = {std::string(101, 'a')}}); },
              ThrowsMessage<Error>("[grid_png] got a label of 101 bytes, expected at most 100"));
}

TEST(GridPng, RejectsWrongSizes) {
  const std::vector<float> values(28 * 28 + 1);
  EXPECT_THAT([&] { grid_png(values, {}); },
              ThrowsMessage<Error>("[grid_png] got 785 values, expected a multiple of 784 (28 x 28 "
                                   "pixels an image)"));
  const std::vector<float> two(2 * 28 * 28);
  EXPECT_THAT([&] { grid_png(two, {}); },
              ThrowsMessage<Error>(HasSubstr("got 2 images, expected at most 1 (1 x 1 cells)")));
  EXPECT_THAT([&] { grid_png({}, {.image_rows = 0}); },
              ThrowsMessage<Error>(HasSubstr("got image_rows 0, expected 1 to")));
  EXPECT_THAT([&] { grid_png({}, {.scale = -1}); }, ThrowsMessage<Error>(HasSubstr("scale -1")));
  EXPECT_THAT([&] { grid_png({}, {.gap = -1}); }, ThrowsMessage<Error>(HasSubstr("gap -1")));
  EXPECT_THAT([&] { grid_png({}, {.framed = {1}}); },
              ThrowsMessage<Error>(HasSubstr("a frame for cell 1")));
  EXPECT_THAT([&] { grid_png({}, {.gap = 1, .framed = {0}}); },
              ThrowsMessage<Error>(HasSubstr("a gap of at least 2")));
  EXPECT_THAT([&] { grid_png({}, {.grid_rows = 1 << 20, .grid_columns = 1 << 20}); },
              ThrowsMessage<Error>(HasSubstr("try a smaller scale")));
}

TEST(ReconstructionsPng, PutsEachOriginalOverItsReconstruction) {
  const std::vector<float> originals = {1.0F, 1.0F, 1.0F};
  const std::vector<float> reconstructions = {0.0F, 0.2F, 0.4F};
  const Decoded out = decode(reconstructions_png(
      originals, reconstructions, {.image_rows = 1, .image_columns = 1, .scale = 1, .gap = 0}));
  EXPECT_EQ(out.width, 3);
  EXPECT_EQ(out.height, 2);
  EXPECT_THAT(out.pixels, ElementsAre(0, 0, 0, 255, 204, 153));
}

TEST(ReconstructionsPng, GoesOnInFurtherStrips) {
  const std::vector<float> originals = {1.0F, 1.0F, 1.0F};
  const std::vector<float> reconstructions = {0.0F, 0.2F, 0.4F};
  const Decoded out = decode(reconstructions_png(
      originals, reconstructions,
      {.image_rows = 1, .image_columns = 1, .scale = 1, .gap = 0, .pairs_across = 2}));
  EXPECT_EQ(out.width, 2);
  EXPECT_THAT(out.pixels, ElementsAre(0, 0, 255, 204, 0, 255, 153, 255));
}

TEST(ReconstructionsPng, LabelsStandAboveTheOriginalsOfEveryStrip) {
  const std::vector<float> images(3 * 64, 1.0F);
  ReconstructionStrip strip{
      .image_rows = 8, .image_columns = 8, .scale = 8, .gap = 8, .pairs_across = 2};
  const Decoded plain = decode(reconstructions_png(images, images, strip));
  strip.labels = {"0", "1", "2"};
  const Decoded out = decode(reconstructions_png(images, images, strip));
  constexpr int kRoom = 2 * kLabelHeight;
  EXPECT_EQ(out.height, plain.height + 2 * kRoom);
  const int second = 8 + kRoom + 2 * 72;  // where the second strip begins
  for (int y = 8; y < 8 + 2 * 72; ++y) EXPECT_EQ(out.row(y + kRoom), plain.row(y)) << y;
  EXPECT_GT(extent_of(out, 8, 8 + kRoom, 0, 76).right, 0);
  EXPECT_GT(extent_of(out, 8, 8 + kRoom, 76, out.width).right, 0);
  EXPECT_GT(extent_of(out, second, second + kRoom, 0, 76).right, 0);
  EXPECT_EQ(extent_of(out, second, second + kRoom, 76, out.width).right, -1);
  strip.labels.emplace_back("3");
  EXPECT_THAT([&] { reconstructions_png(images, images, strip); },
              ThrowsMessage<Error>("[reconstructions_png] got 4 labels, expected at most 3"));
}

TEST(ReconstructionsPng, WithoutPairsIsOneWhiteColumn) {
  const Decoded out = decode(reconstructions_png({}, {}, {.scale = 1, .gap = 1}));
  EXPECT_EQ(out.width, 30);
  EXPECT_EQ(out.height, 59);
  EXPECT_THAT(out.pixels, testing::Each(255));
}

TEST(ReconstructionsPng, RejectsUnequalSizes) {
  const std::vector<float> one(784);
  const std::vector<float> two(1568);
  EXPECT_THAT([&] { reconstructions_png(one, two, {}); },
              ThrowsMessage<Error>(HasSubstr("got 784 values of originals and 1568 of")));
}

}  // namespace
}  // namespace gradus::study
