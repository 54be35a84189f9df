#include "apps/study/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

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
  EXPECT_THAT(out.row(0), ElementsAre(255, 255, 255, 255, 255));
  EXPECT_THAT(out.row(1), ElementsAre(255, 150, 150, 150, 255));
  EXPECT_THAT(out.row(2), ElementsAre(255, 150, 0, 150, 255));
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
