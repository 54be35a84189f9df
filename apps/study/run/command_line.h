// The frame of a program: its flags, its exit status, and one line on standard
// error where something is wrong.
//
// Thread safety: called from `main`.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <functional>
#include <string>

namespace gradus::study {

class CommandLine {
 public:
  CommandLine(std::string name, std::string description);

  const std::string& name() const { return name_; }
  CLI::App& flags() { return app_; }

  /// Called once the flags are parsed; a CLI::ParseError it throws is wrong usage.
  std::function<void()> check;

  /// Parses the flags and calls `body`. Returns the exit status: 0, or 2 for
  /// wrong usage, or that of an Interrupted, or 1 for any other failure; all but 0
  /// with one line on standard error.
  int run(int argc, char** argv, const std::function<void()>& body);

 private:
  std::string name_;
  CLI::App app_;
};

/// "got TEXT, expected EXPECTED".
std::string got(const std::string& text, const char* expected);

/// A check whose message says what was got and what is expected, and which adds
/// nothing to the help. Numbers are decimal: what CLI11 would take for another
/// base (010) or a wrapped one (-1) it gets to see as the number that was checked.
template <class Number>
CLI::Validator require(const char* expected, bool (*right)(Number)) {
  const auto check = [=](std::string& text) -> std::string {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || !right(value)) return got(text, expected);
    text = fmt::format("{}", value);
    return "";
  };
  return CLI::Validator(check, "");
}

/// A check that the value is one of two words.
CLI::Validator require_either(const char* first, const char* second);

/// A check that a path is not empty; `expected` says of what.
CLI::Validator require_path(const char* expected);

}  // namespace gradus::study
