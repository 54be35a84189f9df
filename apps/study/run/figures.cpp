#include "apps/study/run/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/study/analysis/metrics.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/json.h"

namespace gradus::study {
namespace {

using Json = nlohmann::ordered_json;

struct NamedValue {
  std::string name;
  double value;
};

// Settings, and the indices of single samples, are no figures.
bool is_figure(const std::string& name) {
  return name != "seed" && name != "epochs" && name != "parameters" && name != "anomalies";
}

// NOLINTNEXTLINE(misc-no-recursion): JSON that nests deep is refused when it is read
void collect(const Json& json, const std::string& name, std::vector<NamedValue>& values) {
  const auto inner = [&](const std::string& key) { return name.empty() ? key : name + "." + key; };
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      if (is_figure(inner(key))) collect(value, inner(key), values);
    }
  } else if (json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) {
      collect(json[i], inner(std::to_string(i)), values);
    }
  } else if (json.is_number()) {
    values.push_back({name, json.get<double>()});
  }
}

std::vector<NamedValue> values_of(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  std::vector<NamedValue> values;
  try {
    collect(parse_json<Json>(file.string() + ":", text), "", values);
  } catch (const Error& e) {
    fail("{}, expected the figures of a run; start over with --force", e.what());
  }
  return values;
}

// The parts of a name between its dots that are no positions.
std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words{""};
  for (const char c : name) {
    if (c == '.') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  std::erase_if(words, [](const std::string& w) {
    return w.find_first_not_of("0123456789") == std::string::npos;
  });
  return words;
}

// The best epoch and its loss, errors and how many are anomalies: nothing in common.
bool stands_alone(const std::vector<std::string>& words) {
  return words.size() < 2 || words.front() == "best" || words.back() == "anomalies";
}

// Two keys name a group by the first ("thresholds"), three also by the last
// ("mae: std").
std::string group_of(const std::vector<std::string>& words) {
  if (stands_alone(words)) return fmt::format("{}", fmt::join(words, "."));
  return words.size() == 2 ? words.front() : words.front() + ": " + words.back();
}

// What is left of a figure's name once its group is said.
std::string label_in(const std::string& name, const std::vector<std::string>& words) {
  if (stands_alone(words)) return name;
  std::string label = name.substr(words.front().size() + 1);
  const std::string last = "." + words.back();
  if (words.size() > 2 && label.ends_with(last)) label.resize(label.size() - last.size());
  return label;
}

}  // namespace

double Figure::mean() const { return mean_std(values).mean; }
double Figure::sample_std() const {
  const auto n = static_cast<double>(values.size());
  if (min() == max()) return 0;  // to the last digit
  return n > 1 ? mean_std(values).std * std::sqrt(n / (n - 1)) : 0;
}
double Figure::min() const { return *std::ranges::min_element(values); }
double Figure::max() const { return *std::ranges::max_element(values); }

std::vector<Figure> figures_of(const std::vector<std::filesystem::path>& run_folders) {
  std::vector<Figure> figures;
  for (const auto& folder : run_folders) {
    const std::filesystem::path file = folder / "metrics.json";
    const std::vector<NamedValue> values = values_of(file);
    if (&folder == &run_folders.front()) {
      for (const NamedValue& v : values) figures.push_back({v.name, {}});
    }
    const bool same = std::ranges::equal(figures, values, {}, &Figure::name, &NamedValue::name);
    if (!same) {
      fail("{}: got other figures than {} has, expected the same; start over with --force",
           file.string(), (run_folders.front() / "metrics.json").string());
    }
    for (std::size_t i = 0; i < values.size(); ++i) figures[i].values.push_back(values[i].value);
  }
  return figures;
}

std::vector<FigureGroup> grouped_figures(const std::vector<Figure>& figures) {
  std::vector<FigureGroup> groups;
  for (const Figure& figure : figures) {
    const std::vector<std::string> words = words_of(figure.name);
    const std::string name = group_of(words);
    auto group = std::ranges::find(groups, name, &FigureGroup::name);
    if (group == groups.end()) group = groups.insert(group, FigureGroup{name, {}, {}});
    group->figures.push_back(figure);
    group->labels.push_back(label_in(figure.name, words));
  }
  return groups;
}

std::string summary_csv(const std::vector<Figure>& figures) {
  std::string csv = "figure,mean,std,min,max,runs\n";
  for (const Figure& f : figures) {
    csv += fmt::format("{},{},{},{},{},{}\n", f.name, f.mean(), f.sample_std(), f.min(), f.max(),
                       f.values.size());
  }
  return csv;
}

}  // namespace gradus::study
