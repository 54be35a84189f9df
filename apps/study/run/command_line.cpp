#include "apps/study/run/command_line.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <string_view>

#include "apps/study/run/interrupt.h"
#include "apps/study/run/usage_error.h"
#include "apps/study/text/encoding.h"

namespace gradus::study {
namespace {

constexpr int kFailure = 1, kWrongUsage = 2;

// A message is one line, whatever bytes a name in it has. Nobody is left to tell
// where that line cannot be written.
int complain(const std::string& program, std::string_view message, int status) {
  std::fputs(fmt::format("{}: {}\n", program, clean_line(message)).c_str(), stderr);
  return status;
}

// Flags are written --out=DIR or --out DIR. CLI11 would take the argument after
// "--out=", which a script leaves where a variable is empty, for its value.
void refuse_empty_values(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') + 1 == argument.size()) {
      throw CLI::ArgumentMismatch(fmt::format("{}: got nothing, expected a value",
                                              argument.substr(0, argument.size() - 1)));
    }
  }
}

// Otherwise the next file would get the number of a stream that the caller
// closed, and what is printed would go into it.
void open_closed_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF && ::open("/dev/null", O_RDWR) < 0) return;
  }
}

// The status of a program that did its work: whether its words got out, too.
int finish(const std::string& program) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  return complain(program,
                  fmt::format("standard output: cannot be written: {}", std::strerror(errno)),
                  kFailure);
}

}  // namespace

CommandLine::CommandLine(std::string name, std::string description)
    : name_(std::move(name)), app_(std::move(description), name_) {
  app_.set_version_flag("--version", fmt::format("{} (gradus {})", name_, GRADUS_VERSION));
  app_.get_formatter()->column_width(24);
}

std::string got(const std::string& text, const char* expected) {
  return fmt::format("got {}, expected {}", text.empty() ? "nothing" : text, expected);
}

CLI::Validator require_either(const char* first, const char* second) {
  return CLI::Validator(
      [=](std::string& text) {
        const std::string expected = fmt::format("{} or {}", first, second);
        return text == first || text == second ? "" : got(text, expected.c_str());
      },
      "");
}

CLI::Validator require_path(const char* expected) {
  return CLI::Validator([=](std::string& text) { return text.empty() ? got(text, expected) : ""; },
                        "");
}

int CommandLine::run(int argc, char** argv, const std::function<void()>& body) {
  open_closed_streams();
  ::signal(SIGXFSZ, SIG_IGN);  // so a write beyond a limit of the shell's fails, and is named
  try {
    refuse_empty_values(argc, argv);
    app_.parse(argc, argv);
    if (check) check();
  } catch (const CLI::Success& e) {  // --help and --version
    app_.exit(e);
    std::cout.flush();
    return finish(name_);
  } catch (const CLI::ParseError& e) {
    return complain(name_, fmt::format("{} (see {} --help)", usage_error(e, app_), name_),
                    kWrongUsage);
  }
  try {
    body();
    return finish(name_);
  } catch (const Interrupted& e) {
    return complain(name_, e.what(), e.status());
  } catch (const std::bad_alloc&) {
    return complain(name_, "the system has no memory left", kFailure);
  } catch (const std::exception& e) {
    return complain(name_, e.what(), kFailure);
  }
}

}  // namespace gradus::study
