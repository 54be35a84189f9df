#include "apps/study/report/report.h"

#include <fmt/format.h>

#include <kainjow/mustache.hpp>
#include <string_view>

#include "apps/study/text/encoding.h"
#include "apps/study/text/text.h"
#include "tensor/error.h"

namespace gradus::study {

// report.html.mustache; the build makes its definition (cmake/EmbedFile.cmake).
extern const std::string_view kReportTemplate;

namespace {

using kainjow::mustache::data;

data list() { return data(data::type::list); }

data text(std::string_view words) { return data(clean_utf8(words)); }

data flag(bool value) { return data(value); }

std::string data_uri(std::string_view type, std::string_view bytes) {
  return fmt::format("data:{};base64,{}", type, base64(bytes));
}

// A file beside the page as a link: what is not plain ASCII is escaped byte by
// byte, for a file system's names need not be UTF-8.
std::string relative_link(std::string_view file) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./~";
  std::string link;
  for (const char c : file) {
    if (kPlain.find(c) != std::string_view::npos) {
      link += c;
    } else {
      link += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return link;
}

// A page that is mailed or moved must not point to a place of this machine, nor
// to one elsewhere: "https://..." and "C:\..." have a colon before any slash.
void check_relative(const Link& link) {
  const size_t stop = link.file.find_first_of("/\\:");
  if (link.file.empty() || (stop != std::string::npos && (stop == 0 || link.file[stop] == ':'))) {
    fail("[report] link \"{}\": got \"{}\", expected a file relative to the page",
         clean_line(link.text), clean_line(link.file));
  }
}

struct Size {
  uint32_t width = 0;
  uint32_t height = 0;
};

// From the header chunk, which is the first of every PNG file (RFC 2083, 4.1.1).
Size png_size(const ImageStrip& strip) {
  constexpr std::string_view kStart("\x89PNG\r\n\x1A\n\0\0\0\rIHDR", 16);
  if (strip.png.size() < 24 || !strip.png.starts_with(kStart)) {
    fail("[report] the picture \"{}\" is no PNG ({} bytes); try the bytes grid_png returns",
         clean_line(strip.caption), strip.png.size());
  }
  const auto number = [&](size_t at) {
    uint32_t value = 0;
    for (size_t i = at; i < at + 4; ++i) {
      value = value << 8 | static_cast<unsigned char>(strip.png[i]);
    }
    return value;
  };
  if (strip.zoom < 1) fail("[report] got zoom {}, expected 1 or more", strip.zoom);
  return {number(16), number(20)};
}

data matrix_data(const ConfusionMatrix& matrix) {
  data rows = list();
  for (size_t truth = 0; truth < 2; ++truth) {
    const auto& counts = matrix.counts[truth];
    const auto total = static_cast<double>(counts[0] + counts[1]);
    data cells = list();
    for (size_t predicted = 0; predicted < 2; ++predicted) {
      const double share = total > 0 ? static_cast<double>(counts[predicted]) / total : 0;
      data cell;
      cell["count"] = grouped(counts[predicted]);
      cell["share"] = fmt::format("{:.1f} %", 100 * share);
      cell["tint"] = fmt::format("{:.0f}%", 8 + 52 * share);
      cell["kind"] = truth == predicted ? "right" : "wrong";
      cells << cell;
    }
    data row;
    row["name"] = text(truth == 0 ? matrix.negative : matrix.positive);
    row["cells"] = std::move(cells);
    rows << row;
  }
  data all;
  all["title"] = text(matrix.title);
  all["note"] = text(matrix.note);
  all["negative"] = text(matrix.negative);
  all["positive"] = text(matrix.positive);
  all["rows"] = std::move(rows);
  all["accuracy"] = percent(matrix.accuracy);
  all["precision"] = percent(matrix.precision);
  all["recall"] = percent(matrix.recall);
  return all;
}

// One block as what the template's section of that name reads.
struct BlockData {
  data operator()(const Paragraph& block) const {
    data all;
    all["text"] = text(block.text);
    return data("paragraph", all);
  }

  data operator()(const Callout& block) const {
    data all;
    all["title"] = text(block.title);
    all["text"] = text(block.text);
    return data("callout", all);
  }

  data operator()(const Table& block) const {
    data columns = list();
    for (const TableColumn& column : block.columns) {
      data each;
      each["name"] = text(column.name);
      each["numeric"] = flag(column.numeric);
      columns << each;
    }
    data rows = list();
    if (!block.links.empty() && block.links.size() != block.rows.size()) {
      fail("[report] table \"{}\": got {} links for {} rows, expected none or one each",
           clean_line(block.caption), block.links.size(), block.rows.size());
    }
    for (size_t r = 0; r < block.rows.size(); ++r) {
      const std::vector<std::string>& row = block.rows[r];
      if (row.size() != block.columns.size()) {
        fail("[report] table \"{}\": got a row of {} cells, expected {}", clean_line(block.caption),
             row.size(), block.columns.size());
      }
      data cells = list();
      for (size_t i = 0; i < row.size(); ++i) {
        data cell;
        cell["text"] = text(row[i]);
        cell["heads_row"] = flag(i == 0);
        cell["numeric"] = flag(block.columns[i].numeric);
        cell["has_link"] = flag(i == 0 && !block.links.empty());
        if (i == 0 && !block.links.empty()) {
          check_relative({row[i], block.links[r]});
          cell["href"] = relative_link(block.links[r]);
        }
        cells << cell;
      }
      data each;
      each["cells"] = std::move(cells);
      rows << each;
    }
    data all;
    all["caption"] = text(block.caption);
    all["columns"] = std::move(columns);
    all["rows"] = std::move(rows);
    return data("table", all);
  }

  data operator()(const ConfusionMatrices& block) const {
    data matrices = list();
    for (const ConfusionMatrix& matrix : block.matrices) matrices << matrix_data(matrix);
    data all;
    all["matrices"] = std::move(matrices);
    return data("confusion", all);
  }

  data operator()(const ChartFigure& block) const {
    data all;
    all["light"] = data_uri("image/svg+xml", block.chart.light_svg);
    all["dark"] = data_uri("image/svg+xml", block.chart.dark_svg);
    all["width"] = std::to_string(block.chart.width);
    all["height"] = std::to_string(block.chart.height);
    all["link"] = relative_link(block.chart.png.filename().string());
    all["caption"] = text(block.caption);
    return data("chart", all);
  }

  data operator()(const ImageStrip& block) const {
    const Size size = png_size(block);
    data all;
    all["image"] = data_uri("image/png", block.png);
    all["width"] = fmt::format("{}", int64_t{size.width} * block.zoom);
    all["height"] = fmt::format("{}", int64_t{size.height} * block.zoom);
    all["has_link"] = flag(!block.file.empty());
    all["link"] = relative_link(block.file);
    all["caption"] = text(block.caption);
    return data("strip", all);
  }

  data operator()(const Facts& block) const {
    data facts = list();
    for (const auto& [name, value] : block.facts) {
      data each;
      each["name"] = text(name);
      each["value"] = text(value);
      facts << each;
    }
    data all;
    all["list"] = std::move(facts);
    return data("facts", all);
  }

  data operator()(const Links& block) const {
    data links = list();
    for (const Link& link : block.links) {
      check_relative(link);
      data each;
      each["text"] = text(link.text);
      each["href"] = relative_link(link.file);
      links << each;
    }
    data all;
    all["list"] = std::move(links);
    return data("links", all);
  }

  data operator()(const Preformatted& block) const {
    data all;
    all["caption"] = text(block.caption);
    all["text"] = text(block.text);
    return data("preformatted", all);
  }
};

data report_data(const Report& report) {
  data headline = list();
  for (const HeadlineFigure& figure : report.headline) {
    data each;
    each["label"] = text(figure.label);
    each["value"] = text(figure.value);
    each["note"] = text(figure.note);
    headline << each;
  }
  data sections = list();
  for (size_t i = 0; i < report.sections.size(); ++i) {
    data blocks = list();
    for (const Block& block : report.sections[i].blocks) blocks << std::visit(BlockData{}, block);
    data each;
    each["id"] = fmt::format("section-{}", i + 1);
    each["title"] = text(report.sections[i].title);
    each["blocks"] = std::move(blocks);
    sections << each;
  }
  data all;
  if (report.up) {
    check_relative(*report.up);
    data up;
    up["href"] = relative_link(report.up->file);
    up["text"] = text(report.up->text);
    all["up"] = std::move(up);
  }
  all["title"] = text(report.title);
  all["subtitle"] = text(report.subtitle);
  all["lead"] = text(report.lead);
  all["has_headline"] = flag(!report.headline.empty());
  all["headline"] = std::move(headline);
  all["sections"] = std::move(sections);
  all["footer"] = text(report.footer);
  return all;
}

}  // namespace

std::string report_html(const Report& report) {
  kainjow::mustache::mustache page{std::string(kReportTemplate)};
  if (!page.is_valid()) fail("[report] the page template: {}", page.error_message());
  return page.render(report_data(report));
}

}  // namespace gradus::study
