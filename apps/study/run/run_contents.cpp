#include "apps/study/run/run_contents.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace gradus::study {
namespace {

constexpr std::string_view kHolds = "This folder holds ";

}  // namespace

std::string contents_head(const std::string& holds, const Settings& settings) {
  std::string text = fmt::format("{}{}\n", kHolds, holds);
  for (const auto& [name, value] : settings) text += fmt::format("{}: {}\n", name, value);
  return text + '\n';
}

bool may_be_contents(std::string_view text) {
  return kHolds.starts_with(text) || text.starts_with(kHolds);
}

std::optional<Contents> parse_contents(std::string_view text) {
  const std::size_t all = text.size();
  if (!text.starts_with(kHolds) || text.find('\n') == text.npos) return std::nullopt;
  text.remove_prefix(kHolds.size());
  Contents contents{
      .holds = std::string(text.substr(0, text.find('\n'))), .settings{}, .files{}, .size = 0};
  text.remove_prefix(contents.holds.size() + 1);
  bool in_head = true;
  for (std::size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
    const std::string line(text.substr(0, end));
    const std::size_t colon = line.find(": ");
    if (line.empty()) {
      in_head = false;
    } else if (in_head && colon != line.npos) {
      contents.settings.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    } else if (!in_head) {
      contents.files.push_back(line);
    }
  }
  if (in_head) return std::nullopt;
  contents.size = all - text.size();
  return contents;
}

bool stays_inside(const std::string& name) {
  // The system would end the name at a NUL: "..", where ours is none.
  if (name.find('\0') != name.npos) return false;
  const std::filesystem::path path(name);
  return path.is_relative() && !path.relative_path().empty() &&
         std::ranges::none_of(
             path, [](const std::filesystem::path& part) { return part == "." || part == ".."; });
}

}  // namespace gradus::study
