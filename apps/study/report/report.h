// The page a run leaves: one `report.html` with all of its figures, charts and
// pictures inside, so that it can be mailed, archived, and opened without a net.
//
// A study fills a `Report`, which knows headings, tables, charts and pictures
// and nothing of autoencoders; `report_html` lays it out with the template in
// report.html.mustache, which the build embeds into the program.
//
// All text is plain: it is escaped, and bytes that are no UTF-8 are replaced.
//
// Ownership: plain values; a block holds the bytes of what it shows.
// Thread safety: free functions without state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "apps/study/chart/chart.h"

namespace gradus::study {

/// A figure large enough to be read across a room.
struct HeadlineFigure {
  std::string label{};  ///< "Accuracy"
  std::string value{};  ///< "98.3 %"
  std::string note{};   ///< "at the best validation threshold"
};

struct Paragraph {
  std::string text{};
};

/// Something the reader must not miss: a run that diverged, a missing file.
struct Callout {
  std::string title{};
  std::string text{};
};

struct TableColumn {
  std::string name{};
  bool numeric = false;  ///< aligned right, digits of equal width
};

/// The first column names the rows. Every row is as long as `columns`. With `links`
/// the name of each row is a link to that page of the same run (see Link).
struct Table {
  std::string caption{};
  std::vector<TableColumn> columns{};
  std::vector<std::vector<std::string>> rows{};
  std::vector<std::string> links{};  ///< none, or one a row
};

/// What became of the test set at one threshold.
struct ConfusionMatrix {
  std::string title{};  ///< "Best on validation"
  std::string note{};   ///< "threshold 0.1197"
  std::string negative = "abnormal";
  std::string positive = "normal";
  /// [truth][prediction], negative first: counts[0][1] is the abnormal images
  /// that passed for normal.
  std::array<std::array<int64_t, 2>, 2> counts{};
  double accuracy = 0;  ///< 0 to 1; shown as a dash where not finite
  double precision = 0;
  double recall = 0;
};

/// Side by side where the page is wide enough.
struct ConfusionMatrices {
  std::vector<ConfusionMatrix> matrices{};
};

struct ChartFigure {
  DrawnChart chart{};
  std::string caption{};
};

/// A PNG picture of small images. The bytes should hold one pixel an image
/// pixel (scale 1): the page enlarges them without blur, and stays small.
struct ImageStrip {
  std::string png{};
  int zoom = 2;        ///< CSS pixels to one of the picture's
  std::string file{};  ///< the larger picture beside the page; empty: no link
  std::string caption{};
};

/// Names and values: the data, its checksum, the seed, the versions.
struct Facts {
  std::vector<std::pair<std::string, std::string>> facts{};
};

/// Text with its own line breaks, such as the summary of a model.
struct Preformatted {
  std::string caption{};
  std::string text{};
};

/// A link to another page of the same run.
struct Link {
  std::string text{};
  std::string file{};  ///< relative to the page: "runs/seed_7/report.html"
};

/// Links side by side, such as one a seed.
struct Links {
  std::vector<Link> links{};
};

using Block = std::variant<Paragraph, Callout, Table, ConfusionMatrices, ChartFigure, ImageStrip,
                           Facts, Preformatted, Links>;

struct Section {
  std::string title{};  ///< also its entry in the table of contents
  std::vector<Block> blocks{};
};

struct Report {
  std::optional<Link> up{};  ///< to the page that this one is a part of
  std::string title{};
  std::string subtitle{};
  std::string lead{};  ///< one paragraph: what was done and what came out
  std::vector<HeadlineFigure> headline{};
  std::vector<Section> sections{};
  std::string footer{};  ///< such as the program, its version and the date
};

/// The page, for `gradus::write_file`. It loads nothing from elsewhere and needs
/// no script; its only links are to its own headings and to the files named in
/// `up` and the blocks, relative to the page. Throws `Error` where a row of a table has
/// the wrong length, a picture is no PNG, or a link is not relative.
std::string report_html(const Report& report);

}  // namespace gradus::study
