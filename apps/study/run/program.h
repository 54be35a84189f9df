// The command line of a study: the flags that all studies have.
//
// Thread safety: called from `main`.
#pragma once

#include <functional>
#include <string>

#include "apps/study/run/command_line.h"
#include "apps/study/run/options.h"

namespace gradus::study {

/// A command line with the flags of `options`, whose values are the defaults,
/// behind those that a program adds to `flags()`. `name` is that of the study.
class Program {
 public:
  /// `data_help` says where --data is looked for without it.
  Program(std::string name, std::string description, StudyOptions& options, std::string data_help);

  CLI::App& flags() { return line_.flags(); }

  /// As CommandLine::run.
  int run(int argc, char** argv, const std::function<void()>& body);

 private:
  void add_common_flags();

  CommandLine line_;
  std::string data_help_;
  StudyOptions& options_;
};

inline constexpr const char* kFashionDataHelp =
    "Folder with the data [$GRADUS_DATA, or where Debian's\n"
    "package installs it, or the project's data folder]";

}  // namespace gradus::study
