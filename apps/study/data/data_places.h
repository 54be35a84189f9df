// Where on this machine a data set is: in the folder the user named, or in the
// first of the usual ones that has it.
//
// Thread safety: plain values and free functions without state.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::study {

/// By which files a data set is recognised, and what to say where it is not there.
struct DataSetFiles {
  std::string_view name;           ///< of the data set
  std::string_view folder;         ///< a place holds the files, or a folder of this name with them
  std::vector<std::string> files;  ///< any one of them will do; the first there is wins
  std::string_view expected;       ///< `files` in few words
  std::string_view way_out;        ///< "try ...": where to get the data
  bool is_one_file = false;        ///< whether a user may name the file itself
};

/// The first of `names` there is in `folder`.
std::optional<std::filesystem::path> first_file(const std::filesystem::path& folder,
                                                const std::vector<std::string>& names);

/// This project's `data` folder, and `data` in the current folder.
std::vector<std::filesystem::path> data_places();

/// The file in `place`, which the user named by `who` (such as "--data"). Throws
/// `Error` where there is none.
std::filesystem::path find_data_in(const DataSetFiles& set, std::string_view who,
                                   const std::filesystem::path& place);

/// The file in `flag` (of `--data`) or, without it, in the environment variable
/// GRADUS_DATA or, where that is unset or empty, in the first of `places` that
/// has it. A place that the user named but that has no data is an `Error`; the
/// search does not go on to data the user did not mean.
std::filesystem::path find_data(const DataSetFiles& set,
                                const std::optional<std::filesystem::path>& flag,
                                const std::vector<std::filesystem::path>& places);

}  // namespace gradus::study
