// The folder that a run writes to.
//
// `contents.txt` in it says what the folder holds, with which settings that was
// made, and every file that was written. So --resume knows what it goes on with,
// --force removes an earlier run and nothing else, and, the file being locked, no
// two programs write to one folder. Every file appears whole or not at all (but for
// gnuplot's input in `charts`), and `metrics.json` last: a folder that has one holds a finished
// run.
//
// Thread safety: one thread writes a folder.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "apps/study/run/run_contents.h"

namespace gradus::study {

enum class Existing {
  refuse,     ///< a folder with something in it is an error
  overwrite,  ///< --force: the run in it goes, files of others stay; without one it is refused
  resume,     ///< --resume: the run in it goes on
};

class RunFolder {
 public:
  /// Makes the folder where it is missing. `holds` is what is to be in it, for
  /// people: "a run of ae_fashion". Throws `Error`, naming the folder and the way
  /// out, where it cannot be made or used as `existing` says, where another
  /// program has it open, and where a run to be resumed was another one or had
  /// other settings. Until then nothing has changed.
  RunFolder(std::filesystem::path path, Existing existing, const std::string& holds,
            const Settings& settings = {});
  /// Lets other programs have the folder.
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// Throws as making it would, and changes nothing.
  static void check(const std::filesystem::path& path, Existing existing, const std::string& holds,
                    const Settings& settings);

  /// Whether `file` is one that the run in its folder has written.
  static bool is_of_a_run(const std::filesystem::path& file);

  /// Whether there is a run in `path`, finished or not.
  static bool has_run(const std::filesystem::path& path);

  /// Whether there is one, and every file that it and the runs below have written.
  static bool has_all(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  /// The path of a file that is about to be written. A name that ends with '/' is
  /// a folder that goes with all that is in it. Throws `Error` where there is one
  /// that this run has not written.
  std::filesystem::path add(const std::string& name);
  /// The path of a folder below that is to hold a run of its own.
  std::filesystem::path add_run(const std::string& name);
  /// Throws as `add_run` would, and changes nothing.
  void check_run(const std::string& name) const;
  /// The names of all such folders, those of a run that goes on included.
  std::vector<std::string> runs() const;
  /// Writes a file, atomically (see write_file).
  void write(const std::string& name, std::string_view bytes);

  std::filesystem::path checkpoint() const { return path_ / "checkpoint.safetensors"; }
  /// Whether there is a stopped run to go on with.
  bool has_checkpoint() const { return std::filesystem::exists(checkpoint()); }
  /// Takes the marks of a finished run, or of several, away: the files are about to change.
  void mark_unfinished() const;

 private:
  void check_addable(const std::string& name) const;
  void truncate(std::size_t size);
  void append(std::string_view text);

  std::filesystem::path path_;
  int contents_;                 // descriptor of contents.txt, which holds the lock
  std::set<std::string> added_;  // what it lists
};

}  // namespace gradus::study
