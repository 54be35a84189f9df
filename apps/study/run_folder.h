// The folder that a run writes to.
//
// Nothing of an earlier run is overwritten unless that was asked for, and every
// file appears whole or not at all. `metrics.json` is written last: a folder
// that has one holds a finished run.
//
// Thread safety: one thread writes a folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace gradus::study {

enum class Existing {
  refuse,     ///< a folder with something in it is an error
  overwrite,  ///< --force: files of the same names are replaced
  resume,     ///< --resume: the run that is there goes on
};

class RunFolder {
 public:
  /// Makes the folder where it is missing. Throws `Error`, naming it and the
  /// way out, where it cannot be made or used as `existing` says. Overwriting
  /// begins with taking the finished run's mark and its checkpoint away; it and
  /// resuming remove what a killed run had not finished writing.
  RunFolder(std::filesystem::path path, Existing existing);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  std::filesystem::path checkpoint() const { return path_ / "checkpoint.safetensors"; }
  /// Whether there is a stopped run to go on with.
  bool has_checkpoint() const { return std::filesystem::exists(checkpoint()); }
  /// Takes the marks of a finished run, or of several, away: the files are about to change.
  void mark_unfinished() const;

  /// Writes a file, atomically (see write_file).
  void write(std::string_view name, std::string_view bytes) const;

 private:
  std::filesystem::path path_;
};

}  // namespace gradus::study
