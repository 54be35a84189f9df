// What is wrong with a command line, in the words of this project: CLI11's own
// messages neither say what was expected nor name a way out.
//
// Thread safety: free functions without state.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace gradus::study {

/// The message for `error`, which parsing the command line of `app` ended in, as
/// one line.
std::string usage_error(const CLI::ParseError& error, const CLI::App& app);

}  // namespace gradus::study
