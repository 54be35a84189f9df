// Running a program as a user would: its own process, both outputs caught, the
// exit status, and an end to it after a while.
//
// Thread safety: the calling process must have no other thread (it forks).
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::test {

struct RunOptions {
  std::filesystem::path folder{};                                   ///< to run in; empty: this one
  std::map<std::string, std::optional<std::string>> environment{};  ///< null: unset
  std::array<const char*, 3> streams{};  ///< what 0, 1, 2 are; "" closed, null: nothing or caught
  /// Called with standard error so far; where it is true the program gets `signals`, once.
  std::function<bool(std::string_view err)> kill_when{};
  std::vector<int> signals{SIGKILL};
  std::chrono::seconds limit{600};  ///< a hang: with sanitizers on a busy machine 130 are none
};

struct Ran {
  int status = 0;  ///< as a shell says it: 128 and the signal for a program that was killed
  std::string out, err;

  /// Lines on standard error; one that does not end counts, too.
  std::size_t err_lines() const {
    std::size_t lines = !err.empty() && err.back() != '\n';
    for (const char c : err) lines += c == '\n';
    return lines;
  }
};

namespace detail {

// Between fork and exec: what the program is born with.
[[noreturn]] inline void become(const std::vector<std::string>& command, const RunOptions& options,
                                const std::array<int, 2>& caught) {
  for (int fd = 0; fd <= 2; ++fd) {
    const char* const name = options.streams[static_cast<std::size_t>(fd)];
    if (name != nullptr && *name == '\0') {
      ::close(fd);
    } else if (name != nullptr || fd == 0) {
      const int file = ::open(name != nullptr ? name : "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
      if (file < 0 || ::dup2(file, fd) < 0) ::_exit(127);
      if (file > 2) ::close(file);
    } else {
      ::dup2(caught[static_cast<std::size_t>(fd - 1)], fd);
    }
  }
  for (const auto& [name, value] : options.environment) {
    value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
  }
  if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) ::_exit(127);
  std::vector<char*> argv;
  for (const std::string& argument : command) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace detail

/// Runs `command`, a path and its arguments, to its end.
inline Ran run_program(const std::vector<std::string>& command, const RunOptions& options = {}) {
  std::array<std::array<int, 2>, 2> pipes{};
  for (auto& p : pipes) {
    if (::pipe2(p.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    // Small, so that a program cannot run far ahead of what we have read of it.
    ::fcntl(p[1], F_SETPIPE_SZ, 4096);
  }
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) detail::become(command, options, {pipes[0][1], pipes[1][1]});
  for (const auto& p : pipes) ::close(p[1]);

  Ran ran;
  bool late = false, killed = false;
  const auto deadline = std::chrono::steady_clock::now() + options.limit;
  std::array<pollfd, 2> waiting = {{{pipes[0][0], POLLIN, 0}, {pipes[1][0], POLLIN, 0}}};
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    late = left.count() <= 0 || ::poll(waiting.data(), 2, static_cast<int>(left.count())) == 0;
    if (late) break;
    for (std::size_t i = 0; i < 2; ++i) {
      if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t n = ::read(waiting[i].fd, buffer, sizeof buffer);
      if (n > 0) (i == 0 ? ran.out : ran.err).append(buffer, static_cast<std::size_t>(n));
      if (n == 0) waiting[i].fd = -1;  // which poll passes over
    }
    if (!killed && options.kill_when && options.kill_when(ran.err)) {
      for (const int signal : options.signals) ::kill(child, signal);
      killed = true;
    }
  }
  if (late) ::kill(child, SIGKILL);
  for (const auto& p : pipes) ::close(p[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (late) throw std::runtime_error(command[0] + ": did not end in time; said: " + ran.err);
  ran.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  if (ran.status == 127) throw std::runtime_error(command[0] + ": did not start");
  return ran;
}

}  // namespace gradus::test
