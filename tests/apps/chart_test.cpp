#include "apps/study/chart/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <string_view>

#include "apps/study/chart/chart_layout.h"
#include "apps/study/chart/chart_script.h"
#include "apps/study/chart/chart_text.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;
using gradus::test::TempDir;
using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

Chart loss_chart() {
  return {.name = "loss",
          .title = "Loss",
          .x_label = "Epoch",
          .y_label = "Loss",
          .plot = LineChart{.x = {1, 2, 3},
                            .lines = {{.name = "training", .y = {0.5, 0.25, NAN}},
                                      {.name = "validation, \"held out\"", .y = {0.5, 0.4, 0.3}}},
                            .thresholds = {}}};
}

Chart histogram_chart() {
  return {.name = "hist",
          .title = "Errors",
          .x_label = "MAE",
          .y_label = "Images",
          .plot = HistogramChart{.edges = {0, 0.1, 0.2},
                                 .sets = {{.name = "normal", .counts = {5, 1}},
                                          {.name = "abnormal", .counts = {0, 4}}},
                                 .thresholds = {{"1", "first", 0.12, Ink::kGreen},
                                                {"2", "second", 0.1201, Ink::kCyan},
                                                {"3", "absent", NAN, Ink::kRed}}}};
}

Chart scatter_chart() {
  return {.name = "latent",
          .title = "",
          .x_label = "z1",
          .y_label = "z2",
          .plot = ScatterChart{.groups = {{"zero", {0, 1, NAN}, {2, 3, 4}, class_ink(0)},
                                          {"nobody", {}, {}, class_ink(1)},
                                          {"", {-1, 5}, {-2, INFINITY}, class_ink(2)}}}};
}

Chart heatmap_chart() {
  return {.name = "auc",
          .title = "",
          .x_label = "abnormal class",
          .y_label = "normal class",
          .plot = HeatmapChart{.rows = {"T-shirt/top", "Bag"},
                               .columns = {"T-shirt/top", "it's", "Ankle boot"},
                               .values = {NAN, 0.25, 0.9875, 1.5, INFINITY, 0.5},
                               .low = 0.5,
                               .high = 1}};
}

// Groups of two, five and no finite values.
Chart seeds_chart(bool points) {
  return {.name = "spread",
          .title = "",
          .x_label = "accuracy",
          .y_label = "",
          .plot = BoxChart{.groups = {{"two", {4, 1}, Ink::kBlue},
                                      {"five", {9, 1, 2, NAN, 3, 4}, Ink::kRed},
                                      {"none", {NAN}, Ink::kOlive}},
                           .thresholds = {},
                           .points = points}};
}

std::vector<Chart> one_of_each() {
  std::vector<double> signal(784);
  std::iota(signal.begin(), signal.end(), 0.0);
  return {
      loss_chart(),
      histogram_chart(),
      Chart{.name = "pixels",
            .title = "",
            .x_label = "",
            .y_label = "",
            .plot = ErrorChart{.input = signal, .reconstruction = std::vector<double>(784, 300.0)}},
      Chart{.name = "bars",
            .title = "",
            .x_label = "",
            .y_label = "",
            .plot = BarChart{.categories = {"a", "it's"}, .groups = {{"", {1, 2}, Ink::kBlue}}}},
      Chart{.name = "boxes",
            .title = "",
            .x_label = "",
            .y_label = "",
            .plot =
                BoxChart{.groups = {{"one", {1, 2, 3, 4, 99}, Ink::kBlue}, {"none", {}, Ink::kRed}},
                         .thresholds = {{"", "limit", 5, Ink::kRed}}}},
      seeds_chart(true),
      scatter_chart(),
      heatmap_chart()};
}

size_t count_of(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; ++at) ++count;
  return count;
}

// Every file under `folder`, for "nothing was left".
std::vector<std::string> files_under(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
  }
  return names;
}

// Sets PATH for as long as it lives.
class ScopedPath {
 public:
  explicit ScopedPath(const std::string& path) : old_(std::getenv("PATH")) {
    ::setenv("PATH", path.c_str(), 1);
  }
  ~ScopedPath() { ::setenv("PATH", old_.c_str(), 1); }
  ScopedPath(const ScopedPath&) = delete;
  ScopedPath& operator=(const ScopedPath&) = delete;

 private:
  std::string old_;
};

// A program named gnuplot that stands in for the true one.
void write_stand_in(const fs::path& folder, const std::string& script) {
  std::ofstream(folder / "gnuplot") << "#!/bin/sh\n" << script;
  fs::permissions(folder / "gnuplot", fs::perms::owner_all);
}

TEST(DrawCharts, DrawsEveryKindAsPngAndTwoSvgs) {
  const TempDir folder;
  const std::vector<DrawnChart> drawn = draw_charts(folder.path(), one_of_each());
  ASSERT_EQ(drawn.size(), 8);
  for (const DrawnChart& each : drawn) {
    EXPECT_THAT(read_file(each.png), StartsWith("\x89PNG\r\n\x1A\n")) << each.png;
    EXPECT_THAT(each.light_svg, AllOf(HasSubstr("<svg"), HasSubstr("</svg>")));
    EXPECT_THAT(each.dark_svg, AllOf(HasSubstr("<svg"), HasSubstr("</svg>")));
    EXPECT_NE(each.light_svg, each.dark_svg);
  }
  EXPECT_EQ(drawn[0].png, folder.path() / "loss.png");
  EXPECT_THAT(files_under(folder.path()), testing::Each(Not(HasSubstr(".partial"))));
}

TEST(DrawCharts, LeavesScriptsThatDrawAgainByThemselves) {
  const TempDir folder;
  draw_charts(folder.path(), std::vector{loss_chart()});
  fs::remove(folder.path() / "loss.png");
  const std::string command =
      "cd '" + (folder.path() / "charts").string() + "' && gnuplot all.gp > /dev/null 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_THAT(read_file(folder.path() / "loss.png"), StartsWith("\x89PNG"));
}

TEST(DrawCharts, DoesNotCareForTheTerminalOfTheUser) {
  const TempDir folder;
  ::setenv("GNUTERM", "none_such", 1);
  const auto drawn = draw_charts(folder.path(), std::vector{loss_chart()});
  ::unsetenv("GNUTERM");
  EXPECT_THAT(read_file(drawn[0].png), StartsWith("\x89PNG"));
}

TEST(DrawCharts, WithoutChartsMakesNothing) {
  const TempDir folder;
  EXPECT_THAT(draw_charts(folder.path(), {}), IsEmpty());
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(DrawCharts, TakesWordsAndFoldersAsTheyAre) {
  const TempDir parent;
  const fs::path folder = parent.path() / "a run's \"folder\" $(touch x) \xFF";
  fs::create_directory(folder);
  Chart chart = loss_chart();
  chart.title = "`touch marked`";
  chart.x_label = "it's <b>_x_^2 {/Bold y} \\ @all \"q\" \xFF\nnext";
  const auto drawn = draw_charts(folder, std::vector{chart});
  EXPECT_THAT(drawn[0].light_svg,
              HasSubstr("it's &lt;b>_x_^2 {/Bold y} \\ @all \"q\" \xEF\xBF\xBD next"));
  EXPECT_FALSE(fs::exists(folder / "charts" / "marked"));
}

TEST(DrawCharts, DrawsAnEmptyFrameWhereNothingIsFinite) {
  const TempDir folder;
  Chart chart = loss_chart();
  chart.plot =
      LineChart{.x = {1, 2}, .lines = {{.name = "loss", .y = {NAN, NAN}}}, .thresholds = {}};
  Chart bars = loss_chart();
  bars.name = "bars";
  bars.plot = BarChart{};
  Chart zeros = histogram_chart();
  std::get<HistogramChart>(zeros.plot).sets = {{.name = "", .counts = {0, 0}}};
  const auto drawn = draw_charts(folder.path(), std::vector{chart, bars, zeros});
  EXPECT_THAT(drawn[0].light_svg, HasSubstr("no finite value to draw"));
  EXPECT_THAT(drawn[1].light_svg, HasSubstr("no finite value to draw"));
  EXPECT_THAT(drawn[2].light_svg, Not(HasSubstr("no finite value to draw")));
}

TEST(DrawCharts, ScatterShowsEveryPointInASmallDrawing) {
  const TempDir folder;
  Chart chart = scatter_chart();
  auto& groups = std::get<ScatterChart>(chart.plot).groups;
  groups.clear();
  for (int c = 0; c < 10; ++c) {
    groups.push_back({std::to_string(c), {}, {}, class_ink(c)});
    for (int i = 0; i < 200; ++i) {
      groups.back().x.push_back(c + 0.9 * std::sin(i));
      groups.back().y.push_back(c - 0.9 * std::cos(3 * i));
    }
  }
  const auto drawn = draw_charts(folder.path(), std::vector{chart});
  EXPECT_EQ(count_of(drawn[0].light_svg, " opacity="), 2000);
  EXPECT_LT(drawn[0].light_svg.size(), 300'000);
  EXPECT_LT(drawn[0].dark_svg.size(), 300'000);
}

TEST(DrawCharts, HeatmapClampsColoursAndWritesTheNumbersThatAre) {
  const TempDir folder;
  const auto drawn = draw_charts(folder.path(), std::vector{heatmap_chart()});
  for (const std::string& svg : {drawn[0].light_svg, drawn[0].dark_svg}) {
    EXPECT_THAT(svg, AllOf(HasSubstr("<text>0.25<"), HasSubstr("<text>0.99<"),
                           HasSubstr("<text>1.50<"), HasSubstr("<text>0.50<")));
    EXPECT_THAT(svg, Not(HasSubstr("<text>NaN<")));
    EXPECT_THAT(svg, Not(HasSubstr("<text>inf<")));
  }
  // The ends of the scale once for each of the two cells beyond them, and one for
  // the value at the lower end; a blank cell has no colour.
  EXPECT_EQ(count_of(drawn[0].light_svg, "<polygon"), 4);
  EXPECT_EQ(count_of(drawn[0].light_svg, "<polygon fill = 'rgb(240, 246, 253)'"), 2);
  EXPECT_EQ(count_of(drawn[0].light_svg, "<polygon fill = 'rgb(  0,  47, 112)'"), 1);
  EXPECT_EQ(count_of(drawn[0].dark_svg, "<polygon fill = 'rgb( 36,  46,  61)'"), 2);
  // Dark text where the cells of the light page are pale, light text where not.
  EXPECT_EQ(count_of(drawn[0].light_svg, "fill=\"rgb(16,19,26)\""), 2);
  EXPECT_EQ(count_of(drawn[0].light_svg, "fill=\"rgb(255,255,255)\""), 2);
}

TEST(DrawCharts, WithoutGnuplotSaysSoAndKeepsTheOldPicture) {
  const TempDir folder;
  const TempDir empty;
  write_file(folder.path() / "loss.png", "old");
  const ScopedPath path(empty.path().string());
  EXPECT_THAT(
      [&] { draw_charts(folder.path(), std::vector{loss_chart()}); },
      ThrowsMessage<Error>(AllOf(HasSubstr("no gnuplot in PATH"), HasSubstr("gnuplot-nox"))));
  EXPECT_EQ(read_file(folder.path() / "loss.png"), "old");
  fs::create_directory(empty / "gnuplot");
  EXPECT_THAT(test::error_of(require_gnuplot), HasSubstr("no gnuplot in PATH")) << "but a folder";
  fs::remove(empty / "gnuplot");
  write_file(empty / "gnuplot", "#!/none\n");
  fs::permissions(empty / "gnuplot", fs::perms::owner_all);
  EXPECT_NO_THROW(require_gnuplot());
  EXPECT_THAT([&] { draw_charts(folder.path(), std::vector{loss_chart()}); },
              ThrowsMessage<Error>(AllOf(HasSubstr("loss.png"), HasSubstr("gnuplot did not start"),
                                         HasSubstr("No such file"), HasSubstr("gnuplot-nox"))));
}

TEST(DrawCharts, FailingGnuplotIsQuotedAndLeavesNoPart) {
  const TempDir folder;
  const TempDir programs;
  write_stand_in(
      programs.path(),
      "echo loss\necho hist\n: > ../loss.png.partial\n: > hist.light.svg.partial\n"
      "printf '\\nplot x\\n     ^\\n\"hist.gp\" line 3: no such thing\\n' >&2\nexit 1\n");
  const ScopedPath path(programs.path().string() + ":" + std::getenv("PATH"));
  EXPECT_THAT(
      [&] {
        draw_charts(folder.path(), std::vector{loss_chart(), histogram_chart()});
      },
      ThrowsMessage<Error>(
          AllOf(HasSubstr("hist.png cannot be drawn: `gnuplot "), HasSubstr("ended with status 1"),
                HasSubstr("it says: plot x | \"hist.gp\" line 3: no such thing"))));
  EXPECT_FALSE(fs::exists(folder.path() / "loss.png"));
  EXPECT_THAT(files_under(folder.path()), testing::Each(Not(HasSubstr(".partial"))));
}

TEST(DrawCharts, RefusesHalfAPicture) {
  const TempDir folder;
  const TempDir programs;
  write_stand_in(programs.path(), "printf '\\211PNG\\r\\n\\032\\n' > ../loss.png.partial\n");
  const ScopedPath path(programs.path().string() + ":" + std::getenv("PATH"));
  EXPECT_THAT([&] { draw_charts(folder.path(), std::vector{loss_chart()}); },
              ThrowsMessage<Error>(HasSubstr("left no whole loss.png; it says: nothing")));
  EXPECT_FALSE(fs::exists(folder.path() / "loss.png"));
}

TEST(DrawCharts, RejectsBadNames) {
  const TempDir folder;
  for (const char* name : {"", "a b", "../x", "x'y", "caf\xC3\xA9", "all"}) {
    Chart chart = loss_chart();
    chart.name = name;
    EXPECT_THAT([&] { draw_charts(folder.path(), std::vector{chart}); },
                ThrowsMessage<Error>(StartsWith("[chart] got the name")));
  }
  EXPECT_THAT(
      [&] {
        draw_charts(folder.path(), std::vector{loss_chart(), loss_chart()});
      },
      ThrowsMessage<Error>(HasSubstr("two charts named \"loss\"")));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(ChartFiles, DataOfLines) {
  const std::vector<ChartFile> files = chart_files(loss_chart());
  ASSERT_EQ(files.size(), 2);
  EXPECT_EQ(files[0].name, "loss.csv");
  EXPECT_EQ(
      files[0].text,
      "\"x\",\"training\",\"validation, \"\"held out\"\"\"\n1,0.5,0.5\n2,0.25,0.4\n3,NaN,0.3\n");
  EXPECT_EQ(files[1].name, "loss.gp");
}

TEST(ChartFiles, DataAndThresholdsOfHistograms) {
  const std::vector<ChartFile> files = chart_files(histogram_chart());
  ASSERT_EQ(files.size(), 2);
  EXPECT_EQ(files[0].text, "left,right,\"normal\",\"abnormal\"\n0,0.1,5,0\n0.1,0.2,1,4\n");
  EXPECT_THAT(files[1].text, AllOf(HasSubstr("first 0.12, graph 0 to first 0.12, graph 1"),
                                   HasSubstr("title '1  first (0.12)'"),
                                   HasSubstr("linecolor rgb ink_cyan title '2  second (0.1201)'"),
                                   HasSubstr("title '3  absent (nan)'"), HasSubstr("($3+$4)")));
}

TEST(ChartFiles, FaintLinesLieBelowTheOthers) {
  Chart chart = loss_chart();
  auto& lines = std::get<LineChart>(chart.plot).lines;
  lines.front().name = "mean";
  for (int seed = 0; seed < 50; ++seed) lines.push_back({.y = {1, 2, 3}, .faint = true});
  const std::string script = chart_files(chart)[1].text;
  EXPECT_EQ(count_of(script, "linewidth 1 linecolor rgb faint(ink_blue) notitle"), 50);
  EXPECT_LT(script.rfind("faint("), script.find("title 'mean'"));
  EXPECT_THAT(script, HasSubstr("using 1:2 with linespoints pointtype 7 pointsize 0.5 linewidth 2 "
                                "linecolor rgb ink_blue title 'mean'"));
}

// gnuplot's script for a line over the x from 1 to `last`.
std::string script_to(double last, bool counts_x) {
  Chart chart = loss_chart();
  auto& plot = std::get<LineChart>(chart.plot);
  plot.x = {1, (1 + last) / 2, last};
  plot.counts_x = counts_x;
  return chart_files(chart).back().text;
}

TEST(ChartFiles, TicksOfWhatIsCountedAreWholeNumbers) {
  for (const double last : {1, 2, 11}) {
    EXPECT_THAT(script_to(last, true), HasSubstr("\nset xtics 1\n")) << last;
    EXPECT_THAT(script_to(last, false), Not(HasSubstr("set xtics"))) << last;
  }
  EXPECT_THAT(script_to(12, true), Not(HasSubstr("set xtics")));
}

TEST(ChartFiles, ErrorChartTakesAHeartbeatInItsInks) {
  const std::vector<double> beat(140, 0.5);
  const Chart chart{.name = "ecg",
                    .plot = ErrorChart{.input = beat,
                                       .reconstruction = beat,
                                       .input_ink = Ink::kBlue,
                                       .reconstruction_ink = Ink::kRed}};
  const std::string script = chart_files(chart)[1].text;
  EXPECT_THAT(script, AllOf(HasSubstr("set xrange [0:139]"),
                            HasSubstr("linecolor rgb ink_blue title 'Input'"),
                            HasSubstr("linecolor rgb ink_red title 'Reconstruction'")));
}

TEST(ChartFiles, BoxesOfFewSeedsAreTheirDotsAndMean) {
  const std::vector<ChartFile> files = chart_files(seeds_chart(true));
  ASSERT_EQ(files.size(), 3);
  EXPECT_THAT(files[0].text, HasSubstr("\n0,1,1.75,2.5,3.25,4,2.5\n1,1,2,3,4,4,3.8\n2,NaN,"));
  EXPECT_EQ(files[1].name, "spread_points.csv");
  EXPECT_EQ(files[1].text,
            "group,value,place\n0,1,-0.06\n0,4,0.00\n"
            "1,1,1.24\n1,2,1.30\n1,3,1.36\n1,4,1.24\n1,9,1.30\n");
  EXPECT_THAT(files[2].text, AllOf(HasSubstr("every ::0::0 using 7:"),  // the mean
                                   Not(HasSubstr("every ::0::0 using 4:")),
                                   HasSubstr("every ::1::1 using 4:1:3:5:"),
                                   Not(HasSubstr("every ::1::1 using 7:")),
                                   HasSubstr("'spread_points.csv' using 2:3 with points")));
}

TEST(ChartFiles, BoxesWithoutPointsShowTheirOutliersAlone) {
  const std::vector<ChartFile> files = chart_files(seeds_chart(false));
  ASSERT_EQ(files.size(), 3);
  EXPECT_EQ(files[1].name, "spread_outliers.csv");
  EXPECT_EQ(files[1].text, "group,value,place\n1,9,1.00\n");
  EXPECT_THAT(files[2].text,
              AllOf(HasSubstr("every ::0::0 using 4:1:3:5:($1-0.3):($1+0.3) with boxxyerror"),
                    Not(HasSubstr("using 7:")), HasSubstr("'spread_outliers.csv' using 2:3")));
}

TEST(ChartFiles, ScatterLeavesOutWhatIsNotFinite) {
  Chart chart = scatter_chart();
  std::vector<ChartFile> files = chart_files(chart);
  ASSERT_EQ(files.size(), 2);
  EXPECT_EQ(files[0].text, "group,x,y\n0,0,2\n0,1,3\n2,-1,-2\n");
  EXPECT_THAT(
      files[1].text,
      AllOf(HasSubstr("every ::0::1 using 2:3 with points pointtype 7 linecolor rgb "
                      "see_through(ink_blue) pointsize 0.4 notitle"),
            HasSubstr("every ::2::2 using 2:3 with points pointtype 5"), HasSubstr("title 'zero'"),
            HasSubstr("title 'nobody'"), Not(HasSubstr("ratio"))));
  std::get<ScatterChart>(chart.plot).equal_scale = true;
  EXPECT_THAT(chart_files(chart)[1].text, HasSubstr("set size ratio -1\n"));
  std::get<ScatterChart>(chart.plot)
      .groups.erase(std::get<ScatterChart>(chart.plot).groups.begin());
  std::get<ScatterChart>(chart.plot).groups.back().x = {NAN, NAN};
  EXPECT_THAT(chart_files(chart)[1].text, HasSubstr("no finite value to draw"));
}

TEST(ChartFiles, HeatmapReadsFromTopToBottom) {
  const std::vector<ChartFile> files = chart_files(heatmap_chart());
  ASSERT_EQ(files.size(), 2);
  EXPECT_EQ(files[0].text, "row,column,value\n0,1,0.25\n0,2,0.9875\n1,0,1.5\n1,2,0.5\n");
  EXPECT_THAT(files[1].text,
              AllOf(HasSubstr("set yrange [1.5:-0.5]\nset ytics ('T-shirt/top' 0, 'Bag' 1)"),
                    HasSubstr("set xtics ('T-shirt/top' 0, 'it''s' 1, 'Ankle boot' 2)"),
                    HasSubstr("set xrange [-0.5:2.5]\nset cbrange [0.5:1]"),
                    HasSubstr("sprintf('%.2f', $3)")));
  Chart blank = heatmap_chart();
  blank.plot = HeatmapChart{.rows = {"a"}, .columns = {"b"}, .values = {NAN}};
  EXPECT_THAT(chart_files(blank)[1].text, HasSubstr("no finite value to draw"));
  blank.plot = HeatmapChart{};
  EXPECT_THAT(chart_files(blank)[1].text, HasSubstr("no finite value to draw"));
}

TEST(ChartFiles, RejectContradictoryPointsAndCells) {
  Chart chart = scatter_chart();
  std::get<ScatterChart>(chart.plot).groups[0].y.pop_back();
  EXPECT_THAT([&] { chart_files(chart); },
              ThrowsMessage<Error>("[chart] latent: got 2 values in y of group zero, expected 3"));
  chart = heatmap_chart();
  std::get<HeatmapChart>(chart.plot).values.pop_back();
  EXPECT_THAT([&] { chart_files(chart); },
              ThrowsMessage<Error>("[chart] auc: got 5 values in the cells, expected 6"));
  chart = heatmap_chart();
  for (const double high : {0.5, 0.25, double{NAN}, double{INFINITY}}) {
    std::get<HeatmapChart>(chart.plot).high = high;
    EXPECT_THAT([&] { chart_files(chart); },
                ThrowsMessage<Error>(HasSubstr("got a scale from 0.5 to ")));
  }
  chart = heatmap_chart();
  std::get<HeatmapChart>(chart.plot).decimals = 10;
  EXPECT_THAT([&] { chart_files(chart); }, ThrowsMessage<Error>(HasSubstr("got 10 decimals")));
}

TEST(ChartFiles, RejectContradictions) {
  Chart chart = loss_chart();
  std::get<LineChart>(chart.plot).lines[0].y.pop_back();
  EXPECT_THAT([&] { chart_files(chart); },
              ThrowsMessage<Error>("[chart] loss: got 2 values in line training, expected 3"));
  chart = histogram_chart();
  std::get<HistogramChart>(chart.plot).sets[1].counts.push_back(1);
  EXPECT_THAT([&] { chart_files(chart); },
              ThrowsMessage<Error>("[chart] hist: got 3 values in set abnormal, expected 2"));
  std::get<HistogramChart>(chart.plot).edges = {1};
  EXPECT_THAT([&] { chart_files(chart); }, ThrowsMessage<Error>(HasSubstr("got 1 edges")));
  chart.plot = ErrorChart{.input = {1, 2}, .reconstruction = {1}};
  EXPECT_THAT([&] { chart_files(chart); },
              ThrowsMessage<Error>(HasSubstr("got 1 values in the reconstruction, expected 2")));
  chart = loss_chart();
  chart.height = 0;
  EXPECT_THAT([&] { chart_files(chart); }, ThrowsMessage<Error>(HasSubstr("a size of 960 x 0")));
}

TEST(ChartLayout, SpreadsLabelsThatWouldOverlap) {
  EXPECT_THAT(spread_labels({0.25, 0.5, 0.75}, 0.125), ElementsAre(0.25, 0.5, 0.75));
  EXPECT_THAT(spread_labels({0.5, 0.5}, 0.1),
              ElementsAre(DoubleNear(0.45, 1e-12), DoubleNear(0.55, 1e-12)));
  EXPECT_THAT(spread_labels({}, 0.1), IsEmpty());
  const std::vector<double> at = spread_labels({0.1, 0.30, 0.31, 0.32, 0.33}, 0.05);
  EXPECT_EQ(at[0], 0.1);
  for (size_t i = 1; i < at.size(); ++i) EXPECT_GE(at[i] - at[i - 1], 0.05 - 1e-12);
}

TEST(ChartLayout, RangeOfOnePointGetsALength) {
  AxisRange range(false);
  range.add(NAN);
  EXPECT_TRUE(range.empty());
  range.add(2);
  range.pad(0.1);
  EXPECT_LT(range.low(), 2);
  EXPECT_GT(range.high(), 2);
  EXPECT_DOUBLE_EQ(range.fraction(2), 0.5);
  AxisRange logarithmic(true);
  logarithmic.add(0);
  EXPECT_TRUE(logarithmic.empty());
  logarithmic.add(1);
  logarithmic.add(100);
  EXPECT_DOUBLE_EQ(logarithmic.fraction(10), 0.5);
}

TEST(GnuplotQuote, LeavesNothingSpecial) { EXPECT_EQ(gnuplot_quote("it's\n`x`"), "'it''s `x`'"); }

}  // namespace
}  // namespace gradus::study
