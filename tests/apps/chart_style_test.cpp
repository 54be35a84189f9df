// What readers can tell apart: the colours of style.gp, as numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "apps/study/chart/chart_script.h"
#include "apps/study/chart/chart_text.h"

namespace gradus::study {
namespace {

using Colour = std::array<double, 3>;
using Matrix = std::array<Colour, 3>;

constexpr int kInks = 10;

// The dark or the light half of style.gp.
std::string style_of(bool dark) {
  const std::string style = shared_chart_files({})[0].text;
  const size_t turn = style.find("} else {");
  return dark ? style.substr(0, turn) : style.substr(turn);
}

// A colour "#rrggbb" as linear light.
Colour linear(const std::string& hex) {
  Colour colour{};
  for (size_t i = 0; i < 3; ++i) {
    const double c = std::stoi(hex.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    colour[i] = c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  }
  return colour;
}

Colour ink_of(const std::string& style, const std::string& name) {
  const size_t at = style.find(name + " = '#");
  EXPECT_NE(at, std::string::npos) << name;
  return linear(style.substr(at + name.size() + 4, 7));
}

Colour product(const Matrix& matrix, const Colour& colour) {
  Colour result{};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) result[i] += matrix[i][j] * colour[j];
  }
  return result;
}

// Contrast as WCAG 2.1 has it.
double contrast(const Colour& a, const Colour& b) {
  const auto luminance = [](const Colour& c) {
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2] + 0.05;
  };
  return std::max(luminance(a), luminance(b)) / std::min(luminance(a), luminance(b));
}

// B. Ottosson, A perceptual color space for image processing, 2020.
Colour oklab(const Colour& colour) {
  Colour lms = product({{{0.4122214708, 0.5363325363, 0.0514459929},
                         {0.2119034982, 0.6806995451, 0.1073969566},
                         {0.0883024619, 0.2817188376, 0.6299787005}}},
                       colour);
  for (double& each : lms) each = std::cbrt(each);
  return product({{{0.2104542553, 0.7936177850, -0.0040720468},
                   {1.9779984951, -2.4285922050, 0.4505937099},
                   {0.0259040371, 0.7827717662, -0.8086757660}}},
                 lms);
}

double distance(const Colour& a, const Colour& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

// What all, and what those without one kind of cone see of a colour (G. M.
// Machado, M. M. Oliveira and L. A. F. Fernandes, A physiologically-based model
// for simulation of color vision deficiency, 2009; severity 1).
constexpr std::array<Matrix, 4> kEyes = {{{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
                                          {{{0.152286, 1.052583, -0.204868},
                                            {0.114503, 0.786281, 0.099216},
                                            {-0.003882, -0.048116, 1.051998}}},
                                          {{{0.367322, 0.860646, -0.227968},
                                            {0.280085, 0.672501, 0.047413},
                                            {-0.011820, 0.042940, 0.968881}}},
                                          {{{1.255528, -0.076749, -0.178779},
                                            {-0.078411, 0.930809, 0.147602},
                                            {0.004733, 0.691367, 0.303900}}}}};

TEST(ChartStyle, ClassesHaveTenInksAndThenTheSameAgain) {
  std::set<Ink> inks;
  for (int i = 0; i < kInks; ++i) inks.insert(class_ink(i));
  EXPECT_EQ(inks.size(), kInks);
  EXPECT_EQ(class_ink(kInks + 3), class_ink(3));
}

TEST(ChartStyle, InksStandOutFromThePage) {
  for (const bool dark : {false, true}) {
    const std::string style = style_of(dark);
    const Colour paper = ink_of(style, "ink_paper");
    for (int i = 0; i < kInks; ++i) {
      const std::string name = ink_name(class_ink(i));
      EXPECT_GE(contrast(ink_of(style, name), paper), 3) << name << " dark: " << dark;
    }
  }
}

TEST(ChartStyle, InksDifferToEveryEye) {
  for (const bool dark : {false, true}) {
    const std::string style = style_of(dark);
    for (size_t eye = 0; eye < kEyes.size(); ++eye) {
      std::vector<Colour> seen;
      for (int i = 0; i < kInks; ++i) {
        Colour colour = product(kEyes[eye], ink_of(style, ink_name(class_ink(i))));
        for (double& c : colour) c = std::clamp(c, 0.0, 1.0);
        seen.push_back(oklab(colour));
        for (size_t other = 0; other + 1 < seen.size(); ++other) {
          EXPECT_GE(distance(seen[other], seen.back()), 0.08)
              << "classes " << other << " and " << i << ", eye " << eye << ", dark: " << dark;
        }
      }
    }
  }
}

TEST(ChartStyle, CellsGetLighterInEvenStepsAndKeepTheirTextLegible) {
  for (const bool dark : {false, true}) {
    const std::string style = style_of(dark);
    const auto number = [&](const std::string& name) {
      return style.substr(style.find(name + " = ") + name.size() + 3, 8);
    };
    const double turn = std::stod(number("cell_turn"));
    const Colour low = linear("#" + number("cell_text_low").substr(2));
    const Colour high = linear("#" + number("cell_text_high").substr(2));
    std::vector<Colour> stops;
    size_t at = style.find("set palette");
    while ((at = style.find("'#", at)) != std::string::npos && stops.size() < 7) {
      stops.push_back(linear(style.substr(at + 1, 7)));
      at += 2;
    }
    ASSERT_EQ(stops.size(), 7);
    const double first = oklab(stops.front())[0];
    const double step = (oklab(stops.back())[0] - first) / 6;
    EXPECT_EQ(step > 0, dark);  // high values stand out from either page
    for (size_t i = 0; i < stops.size(); ++i) {
      EXPECT_NEAR(oklab(stops[i])[0], first + step * static_cast<double>(i), 0.005) << i;
      const bool is_low = static_cast<double>(i) / 6 < turn;
      EXPECT_GE(contrast(stops[i], is_low ? low : high), 4.5) << i << " dark: " << dark;
    }
  }
}

}  // namespace
}  // namespace gradus::study
