// contents.txt, in which a run's folder says what it holds: a line "This folder
// holds ...", one "name: value" for each setting, an empty line, and a line for each
// file.
//
// Thread safety: free functions without state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus::study {

/// What a run that goes on must have in common with the one that was stopped:
/// names for people, and values; the most telling first.
using Settings = std::vector<std::pair<std::string, std::string>>;

struct Contents {
  std::string holds;
  Settings settings;
  std::vector<std::string> files;
  std::size_t size = 0;  ///< bytes of the whole lines: a full disk may have left half of one more
};

/// The lines before those of the files.
std::string contents_head(const std::string& holds, const Settings& settings);

/// Whether `text` is the beginning of such a file, if only of its first words: a
/// program that was killed may have written no more.
bool may_be_contents(std::string_view text);

/// What `text` says; nothing where its first lines were never written in full.
std::optional<Contents> parse_contents(std::string_view text);

/// Whether a file of that name, should it be removed, can only be one in the folder,
/// and not all of it: a list that was tampered with is not believed.
bool stays_inside(const std::string& name);

}  // namespace gradus::study
