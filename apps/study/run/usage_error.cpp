#include "apps/study/run/usage_error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus::study {
namespace {

using Options = std::vector<const CLI::Option*>;

// How many letters to add, drop or replace to get from one word to the other.
// Source: Wagner and Fischer, The string-to-string correction problem (1974).
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t k = 1; k <= to.size(); ++k) {
      const std::size_t replaced = diagonal + (from[i - 1] != to[k - 1]);
      diagonal = std::exchange(row[k], std::min({row[k] + 1, row[k - 1] + 1, replaced}));
    }
  }
  return row.back();
}

// The flag that was probably meant, or nothing: one that begins so, or else the
// nearest where no more than two letters differ.
std::string nearest_flag(std::string_view word, const CLI::App& app) {
  constexpr std::size_t kNear = 2;
  std::string nearest;
  std::size_t least = kNear + 1;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    if (!name.starts_with("--")) continue;
    const bool begins = word.size() > kNear + 2 && name.starts_with(word);
    const std::size_t distance = begins ? 0 : edit_distance(word, name);
    if (distance >= least) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

std::vector<std::string> required_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_required()) names.push_back(option->get_name());
  }
  return names;
}

std::string unexpected(const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining();
  const std::string word = rest.empty() ? "" : rest.front();
  if (!word.starts_with('-')) {
    const std::vector<std::string> places = required_names(app);
    return places.empty() ? fmt::format("got {}, expected flags alone", word)
                          : fmt::format("got {}, expected nothing but flags beside {}", word,
                                        fmt::join(places, " and "));
  }
  const std::string flag = word.substr(0, word.find('='));
  const std::string meant = nearest_flag(flag, app);
  return fmt::format("got {}, expected {}", flag,
                     meant.empty() ? "one of the program's flags"
                                   : fmt::format("one of the program's flags, such as {}", meant));
}

// The options that `text` names, in its order.
Options named_in(std::string_view text, const CLI::App& app) {
  Options found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" :,"), text.size());
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_name() == text.substr(0, end)) found.push_back(option);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

}  // namespace

std::string usage_error(const CLI::ParseError& error, const CLI::App& app) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) return unexpected(app);
  const Options named = named_in(error.what(), app);
  if (named.empty()) return error.what();
  const CLI::Option& option = *named.front();
  const std::string name = option.get_name();
  if (dynamic_cast<const CLI::RequiredError*>(&error)) {
    return fmt::format("got no {}, expected {}", name, fmt::join(required_names(app), " and "));
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) && named.size() > 1) {
    return fmt::format("got both {} and {}, expected one of them", name, named[1]->get_name());
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
    return option.count() > 1
               ? fmt::format("{}: got it {} times, expected it once", name, option.count())
               : fmt::format("{}: got nothing, expected a value", name);
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error)) {  // values of others we check ourselves
    return fmt::format("{}: got {}, expected no value", name, fmt::join(option.results(), ","));
  }
  return error.what();  // from a check of our own, in our own words
}

}  // namespace gradus::study
