#include "apps/study/run/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "apps/study/text/encoding.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;
using gradus::test::TempDir;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class PageTest : public ::testing::Test {
 protected:
  std::string written() const { return read_file(folder_ / "report.html"); }

  static Chart line(const std::string& name) {
    return {.name = name,
            .title = "",
            .x_label = "",
            .y_label = "",
            .plot = LineChart{.x = {1, 2}, .lines = {{.name = "line of " + name, .y = {1, 2}}}}};
  }

  TempDir place_;
  RunFolder folder_{place_ / "run", Existing::refuse, "a run"};
  Page page_{folder_, "a study"};
};

// The width and height in a PNG's header.
std::vector<int> size_of(const std::string& png) {
  std::vector<int> size;
  for (const size_t at : {16, 20}) {
    int value = 0;
    for (size_t i = at; i < at + 4; ++i) value = value * 256 + static_cast<unsigned char>(png[i]);
    size.push_back(value);
  }
  return size;
}

TEST_F(PageTest, OfOneOfSeveralRunsLinksToAllOfThem) {
  const StudyOptions options;
  Page one({.options = options,
            .study = "ae_x",
            .seed = 1,
            .folder = folder_,
            .summary = "../../summary.html"});
  one.write();
  EXPECT_THAT(written(),
              AllOf(HasSubstr("href=\"../../summary.html\""), HasSubstr("ae_x (gradus")));
}

TEST_F(PageTest, KeepsSectionsAndBlocksInOrder) {
  page_.report().title = "A title";
  page_.section("First");
  page_.add(Paragraph{"One."});
  page_.chart(line("curve"), "Two.");
  page_.section("Second");
  page_.add(Paragraph{"Three."});
  page_.write();
  const std::string html = written();
  size_t at = 0;
  for (const char* words :
       {">A title</h1>", ">First</h2>", "One.", "Two.", ">Second</h2>", "Three."}) {
    const size_t found = html.find(words, at);
    ASSERT_NE(found, std::string::npos) << words;
    at = found;
  }
}

TEST_F(PageTest, WriteFillsEveryChartsOwnBlock) {
  page_.section("First");
  page_.chart(line("left"), "The left one.");
  page_.add(Paragraph{"Between."});
  page_.section("Second");
  page_.chart(line("right"), "The right one.");
  EXPECT_FALSE(fs::exists(folder_ / "left.png"));
  page_.write();
  const std::string html = written();
  const auto& sections = page_.report().sections;
  const auto& left = std::get<ChartFigure>(sections[0].blocks[0]);
  const auto& right = std::get<ChartFigure>(sections[1].blocks[0]);
  EXPECT_THAT(left.chart.light_svg, HasSubstr("line of left"));
  EXPECT_THAT(right.chart.light_svg, HasSubstr("line of right"));
  EXPECT_EQ(left.caption, "The left one.");
  EXPECT_EQ(right.caption, "The right one.");
  EXPECT_LT(html.find(base64(left.chart.light_svg)), html.find("Between."));
  EXPECT_THAT(html, AllOf(HasSubstr(base64(right.chart.dark_svg)), HasSubstr("href=\"left.png\"")));
  EXPECT_TRUE(fs::exists(folder_ / "left.png"));
  EXPECT_TRUE(fs::exists(folder_ / "right.png"));
}

TEST_F(PageTest, PicturesLieBesideThePageAtOnce) {
  page_.section("Pictures");
  page_.images("grid", Tensor::ones({3, 8, 8}), 2, "The grid.", {.labels = {"a", "b"}});
  page_.reconstructions("pairs", Tensor::ones({3, 8, 8}), Tensor::zeros({3, 8, 8}), "The pairs.");
  const std::string grid = read_file(folder_ / "grid.png");
  // Images of 8 x 8 seven times as large, as 28 x 28 ones are twice; labels take 20 pixels.
  EXPECT_THAT(size_of(grid), ElementsAre(4 + 2 * 60, 4 + 20 + 2 * 60));
  EXPECT_THAT(size_of(read_file(folder_ / "pairs.png")), ElementsAre(4 + 3 * 60, 4 + 2 * 60));
  page_.write();
  EXPECT_THAT(written(), AllOf(HasSubstr(base64(grid)), HasSubstr("href=\"grid.png\""),
                               HasSubstr("The grid."), HasSubstr("href=\"pairs.png\"")));
  EXPECT_FALSE(fs::exists(folder_.path() / "charts"));
}

TEST_F(PageTest, PairsFitThePageWhateverTheirNumber) {
  page_.section("Pairs");
  const std::vector<std::string> labels(40, "MAE 0.1234");
  for (const Index side : {8, 28}) {
    const Tensor images = Tensor::ones({40, side, side});
    page_.reconstructions("plain", images, images, "");
    page_.reconstructions("labelled", images, images, "", labels);
  }
  for (const Block& block : page_.report().sections[0].blocks) {
    const auto& strip = std::get<ImageStrip>(block);
    const std::vector<int> size = size_of(strip.png);
    EXPECT_LE(size[0] * strip.zoom, 920);
    EXPECT_GT(size[1], size[0] / 4);  // in further strips
  }
}

TEST_F(PageTest, WritesUnderAnyName) {
  page_.section("Only");
  page_.write("index.html");
  EXPECT_THAT(read_file(folder_ / "index.html"), HasSubstr("Only"));
  EXPECT_FALSE(fs::exists(folder_ / "report.html"));
}

TEST_F(PageTest, AChartThatContradictsItselfLeavesNoPage) {
  page_.section("Broken");
  Chart chart = line("broken");
  std::get<LineChart>(chart.plot).x.push_back(3);
  page_.chart(chart, "");
  EXPECT_THAT([&] { page_.write(); },
              ThrowsMessage<Error>(HasSubstr("got 2 values in line line of broken")));
  EXPECT_FALSE(fs::exists(folder_ / "report.html"));
}

TEST(LossChart, HasBothLossesByEpoch) {
  optim::History history(2);
  history[0].epoch = 1;
  history[0].loss = 0.5;
  history[0].val_loss = 0.75;
  history[1].epoch = 2;
  history[1].loss = 0.25;
  history[1].val_loss = 0.5;
  const Chart chart = loss_chart(history, "MAE");
  EXPECT_EQ(chart.y_label, "MAE");
  const auto& plot = std::get<LineChart>(chart.plot);
  EXPECT_THAT(plot.x, ElementsAre(1, 2));
  EXPECT_TRUE(plot.counts_x);
  ASSERT_EQ(plot.lines.size(), 2);
  EXPECT_EQ(plot.lines[0].name, "loss");
  EXPECT_THAT(plot.lines[0].y, ElementsAre(0.5, 0.25));
  EXPECT_EQ(plot.lines[1].name, "val_loss");
  EXPECT_THAT(plot.lines[1].y, ElementsAre(0.75, 0.5));
}

}  // namespace
}  // namespace gradus::study
