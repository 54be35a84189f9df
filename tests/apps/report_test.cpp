#include "apps/study/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "apps/study/report/picture.h"
#include "apps/study/text/encoding.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

constexpr std::string_view kSvg = "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";

Report full_report() {
  const std::vector<float> image(4, 0.5F);
  return {.title = "Title <script>alert(1)</script>",
          .subtitle = "Subtitle & more",
          .lead = "Lead \"quoted\"",
          .headline = {{"Accuracy", "98 %", "note of accuracy"}},
          .sections =
              {{"First section",
                {Paragraph{"A paragraph."}, Callout{"Take care", "of this"},
                 Table{"Table caption",
                       {{"Name"}, {"Value", true}},
                       {{"row <i>", "1.5"}, {"other", "2.5"}}},
                 ConfusionMatrices{{{.title = "Matrix title",
                                     .note = "threshold 0.1",
                                     .counts = {{{960, 40}, {35, 1234567}}},
                                     .accuracy = 0.98,
                                     .precision = NAN,
                                     .recall = 0.5}}}}},
               {"Second section",
                {ChartFigure{{"out/lo\xFFss 1.png", std::string(kSvg), "dark", 960, 400},
                             "Chart caption"},
                 ImageStrip{
                     grid_png(image, {.image_rows = 2, .image_columns = 2, .scale = 1, .gap = 0}),
                     3, "strip.png", "Strip caption"},
                 Facts{{{"Seed", "42"}, {"Folder", "bad \xFF byte"}}},
                 Preformatted{"Summary caption", "line 1\n  line <2>"},
                 Links{{{"seed 7 <b>", "runs/seed_7/report.html"}, {"up", "../a \"b\"?.html"}}}}}},
          .footer = "The footer"};
}

// Every tag is closed in order, every attribute is quoted, every id is new:
// enough to catch a slip in the template, without a browser.
void expect_well_formed(std::string_view html) {
  const std::set<std::string_view> kVoid = {"meta", "link", "img", "source", "col"};
  std::vector<std::string> open;
  std::set<std::string> ids;
  size_t at = html.find("<html");
  ASSERT_NE(at, std::string_view::npos);
  while ((at = html.find('<', at)) != std::string_view::npos) {
    const size_t end = html.find('>', at);
    ASSERT_NE(end, std::string_view::npos);
    std::string_view tag = html.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag.starts_with('/')) {
      ASSERT_FALSE(open.empty()) << tag;
      ASSERT_EQ(open.back(), tag.substr(1));
      open.pop_back();
      continue;
    }
    const std::string name(tag.substr(0, tag.find(' ')));
    ASSERT_EQ(std::count(tag.begin(), tag.end(), '"') % 2, 0) << tag;
    const size_t id = tag.find(" id=\"");
    if (id != std::string_view::npos) {
      const size_t close = tag.find('"', id + 5);
      EXPECT_TRUE(ids.emplace(tag.substr(id + 5, close - id - 5)).second) << tag;
    }
    if (!kVoid.contains(name)) open.push_back(name);
    if (name == "style") at = html.find("</style>", at);
  }
  EXPECT_TRUE(open.empty()) << open.back();
}

TEST(Report, ShowsEveryBlock) {
  const std::string html = report_html(full_report());
  for (const char* words : {"Subtitle &amp; more",
                            "Lead &quot;quoted&quot;",
                            "note of accuracy",
                            "A paragraph.",
                            "Take care",
                            "Table caption",
                            "row &lt;i&gt;",
                            "Matrix title",
                            "threshold 0.1",
                            "1,234,567",
                            "98.00 %",
                            "Chart caption",
                            "Strip caption",
                            "Seed",
                            "42",
                            "bad \xEF\xBF\xBD byte",
                            "Summary caption",
                            "seed 7 &lt;b&gt;",
                            "line 1\n  line &lt;2&gt;",
                            "The footer"}) {
    EXPECT_THAT(html, HasSubstr(words));
  }
  EXPECT_THAT(html, HasSubstr("<dt>Precision</dt><dd>–</dd>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"#section-2\">Second section</a>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">other</th><td class=\"number\">2.5</td>"));
}

TEST(Report, IsWellFormed) {
  expect_well_formed(report_html(full_report()));
  expect_well_formed(report_html({}));
}

TEST(Report, LoadsNothingFromElsewhere) {
  const std::string html = report_html(full_report());
  EXPECT_THAT(
      html, AllOf(Not(HasSubstr("http://")), Not(HasSubstr("https://")), Not(HasSubstr("<script")),
                  Not(HasSubstr("@import")), Not(HasSubstr("url(")), Not(HasSubstr("src=\"//"))));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

TEST(Report, CarriesPicturesAtTheirSize) {
  const std::string html = report_html(full_report());
  EXPECT_THAT(html, HasSubstr("<img src=\"data:image/png;base64,iVBORw0KGgo"));
  EXPECT_THAT(html, HasSubstr("width=\"6\" height=\"6\""));
  EXPECT_THAT(html, HasSubstr("<img class=\"light\" src=\"data:image/svg+xml;base64," +
                              base64(kSvg) + "\""));
  EXPECT_THAT(html, HasSubstr("<img class=\"dark\" src=\"data:image/svg+xml;base64," +
                              base64("dark") + "\""));
  EXPECT_THAT(html, HasSubstr("<a href=\"lo%FFss%201.png\">"));
}

// A screen reader reads both the name of the group and the caption below it.
TEST(Report, RepeatsNoCaptionInItsImages) {
  const std::string html = report_html(full_report());
  const auto count = [&](std::string_view words) {
    size_t found = 0;
    for (size_t at = 0; (at = html.find(words, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  EXPECT_EQ(count("<img "), 3);
  EXPECT_EQ(count(" alt=\"\">"), 3);
  for (const char* caption : {"Chart caption", "Strip caption"}) EXPECT_EQ(count(caption), 2);
}

TEST(Report, LinksToPagesOfItsRun) {
  const std::string html = report_html(full_report());
  EXPECT_THAT(html, HasSubstr("<li><a href=\"runs/seed_7/report.html\">seed 7 &lt;b&gt;</a></li>"));
  EXPECT_THAT(html, HasSubstr("<li><a href=\"../a%20%22b%22%3F.html\">up</a></li>"));
  for (const char* file :
       {"", "/root/report.html", "//host/x", "https://host/x", "javascript:alert(1)",
        "C:\\runs\\report.html", "\\\\host\\x", "file:report.html"}) {
    EXPECT_THAT(
        [&] {
          report_html({.sections = {{"s", {Links{{{"there", file}}}}}}});
        },
        ThrowsMessage<Error>(AllOf(HasSubstr("[report] link \"there\": got \""),
                                   HasSubstr("expected a file relative to the page"))));
  }
}

TEST(Report, LinksToThePageItIsAPartOf) {
  EXPECT_THAT(report_html({.up = Link{"All <runs>", "../../summary.html"}}),
              HasSubstr("<a href=\"../../summary.html\">All &lt;runs&gt;</a>"));
  EXPECT_THAT(report_html({}), Not(HasSubstr("class=\"up\"")));
  EXPECT_THAT(
      [] {
        report_html({.up = Link{"up", "/summary.html"}});
      },
      ThrowsMessage<Error>(HasSubstr("expected a file relative to the page")));
}

TEST(Report, LinksTheRowsOfATable) {
  const auto with = [](std::vector<std::string> links) {
    return report_html({.sections = {{"s",
                                      {Table{"Runs",
                                             {{"run"}, {"loss", true}},
                                             {{"seed <7>", "1.5"}, {"seed 8", "2.5"}},
                                             std::move(links)}}}}});
  };
  EXPECT_THAT(
      with({"runs/7/a b.html", "8.html"}),
      AllOf(HasSubstr("<th scope=\"row\"><a href=\"runs/7/a%20b.html\">seed &lt;7&gt;</a></th>"
                      "<td class=\"number\">1.5</td>"),
            HasSubstr("<a href=\"8.html\">seed 8</a>")));
  EXPECT_THAT(with({}), HasSubstr("<th scope=\"row\">seed 8</th>"));
  EXPECT_THAT([&] { with({"7.html"}); }, ThrowsMessage<Error>(HasSubstr("got 1 links for 2 rows")));
  EXPECT_THAT(
      [&] {
        with({"7.html", "https://host/x"});
      },
      ThrowsMessage<Error>(HasSubstr("expected a file relative to the page")));
}

TEST(Report, RejectsWhatItCannotShow) {
  EXPECT_THAT(
      [] {
        report_html({.sections = {{"s", {Table{"Sets", {{"a"}, {"b"}}, {{"1", "2"}, {"1"}}}}}}});
      },
      ThrowsMessage<Error>("[report] table \"Sets\": got a row of 1 cells, expected 2"));
  EXPECT_THAT(
      [] {
        report_html({.sections = {{"s", {ImageStrip{.png = "GIF89a"}}}}});
      },
      ThrowsMessage<Error>(HasSubstr("is no PNG (6 bytes)")));
}

TEST(Encoding, Base64AsTheStandardHasIt) {  // RFC 4648, section 10
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE\xFD"), "//79");
}

TEST(Encoding, CleansTextButKeepsWhatIsValid) {
  const std::string_view good = "a\tb\nß € 😀";
  EXPECT_EQ(clean_utf8(good), good);
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(clean_utf8("\xC3"), bad);                                // cut short
  EXPECT_EQ(clean_utf8("\xC0\xAF"), bad + bad);                      // overlong
  EXPECT_EQ(clean_utf8("\xED\xA0\x80"), bad + bad + bad);            // a surrogate
  EXPECT_EQ(clean_utf8("\xF4\x90\x80\x80"), bad + bad + bad + bad);  // above U+10FFFF
  EXPECT_EQ(clean_utf8("\x1B[0m"), bad + "[0m");
  EXPECT_EQ(clean_line("a\nb"), "a b");
}

TEST(Encoding, ReplacesEveryControlCharacter) {
  const std::string bad = "\xEF\xBF\xBD";
  for (int code = 0; code < 0x20; ++code) {
    const std::string c(1, static_cast<char>(code));
    EXPECT_EQ(clean_utf8(c), code == '\n' || code == '\t' ? c : bad) << code;
  }
  EXPECT_EQ(clean_utf8("~\x7F!"), "~" + bad + "!");
  for (int code = 0x80; code < 0xA0; ++code) {
    const std::string c = {'\xC2', static_cast<char>(code)};
    EXPECT_EQ(clean_utf8("a" + c + "b"), "a" + bad + "b") << code;
  }
  EXPECT_EQ(clean_utf8("\xC2\xA0"), "\xC2\xA0");  // the first that is none
}

}  // namespace
}  // namespace gradus::study
