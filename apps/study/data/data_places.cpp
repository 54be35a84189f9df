#include "apps/study/data/data_places.h"

#include <fmt/ranges.h>

#include <cstdlib>
#include <system_error>

#include "tensor/error.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;

// The file in `place` or in its folder for the data set.
std::optional<fs::path> find_in(const DataSetFiles& set, const fs::path& place) {
  std::error_code ignored;  // what cannot be looked at is not there
  if (set.is_one_file && fs::exists(place, ignored) && !fs::is_directory(place, ignored)) {
    return place;
  }
  for (const fs::path& folder : {place, place / set.folder}) {
    if (auto file = first_file(folder, set.files)) return file;
  }
  return std::nullopt;
}

}  // namespace

std::optional<fs::path> first_file(const fs::path& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    fs::path path = folder / name;
    std::error_code ignored;  // what cannot be looked at is not there
    if (fs::exists(path, ignored)) return path;
  }
  return std::nullopt;
}

std::vector<fs::path> data_places() {
  return {
#ifdef GRADUS_SOURCE_DATA_DIR
      GRADUS_SOURCE_DATA_DIR,
#endif
      "data",
  };
}

fs::path find_data_in(const DataSetFiles& set, std::string_view who, const fs::path& place) {
  if (const auto file = find_in(set, place)) return *file;
  fail("{} {}: got no {} there or in its folder {}, expected one; {}, or name another folder", who,
       place.string(), set.expected, set.folder, set.way_out);
}

fs::path find_data(const DataSetFiles& set, const std::optional<fs::path>& flag,
                   const std::vector<fs::path>& places) {
  if (flag) return find_data_in(set, "--data", *flag);
  const char* variable = std::getenv("GRADUS_DATA");
  if (variable != nullptr && *variable != '\0') return find_data_in(set, "GRADUS_DATA", variable);
  std::vector<std::string> looked_at;
  for (const fs::path& place : places) {
    if (const auto file = find_in(set, place)) return *file;
    looked_at.push_back(place.string());
  }
  fail("{}: got no {} in {}, expected one; {}, or name its folder with --data or GRADUS_DATA",
       set.name, set.expected, fmt::join(looked_at, ", "), set.way_out);
}

}  // namespace gradus::study
