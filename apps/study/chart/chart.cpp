#include "apps/study/chart/chart.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

#include "apps/study/chart/chart_script.h"
#include "apps/study/text/encoding.h"
#include "tensor/error.h"
#include "tensor/file.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;

// Nothing of the folder's name, nor of a chart's words, is on the command line.
constexpr const char* kArguments[] = {"gnuplot", "--default-settings", "-e", "suffix = '.partial'",
                                      "all.gp"};
constexpr std::string_view kCommand =
    R"(gnuplot --default-settings -e "suffix = '.partial'" all.gp)";
constexpr const char* kPackage = "gnuplot-nox";
constexpr std::string_view kSuffix = ".partial";

struct Outcome {
  int spawn_error = 0;  // errno of a process that never began
  int status = 0;       // as of waitpid
  std::string output;
  std::string errors;
};

// An unnamed temporary file: unlike a pipe it cannot fill up and block, so both
// outputs of the process are caught without a thread.
class Capture {
 public:
  Capture() : file_(std::tmpfile(), &std::fclose) {
    if (!file_) fail("[chart] no temporary file for what gnuplot says: {}", std::strerror(errno));
  }
  int descriptor() const { return ::fileno(file_.get()); }
  std::string text() const {
    std::rewind(file_.get());
    std::string text;
    char buffer[4096];
    size_t n = 0;
    while ((n = std::fread(buffer, 1, sizeof buffer, file_.get())) > 0) text.append(buffer, n);
    return text;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

// Its absolute path: what PATH says may be relative, and charts are drawn elsewhere.
fs::path find_gnuplot() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::error_code error;
    fs::path program = fs::absolute(fs::path(folder) / kArguments[0], error);
    if (fs::is_regular_file(program, error) && ::access(program.c_str(), X_OK) == 0) return program;
  }
  fail("[chart] no gnuplot in PATH, which draws the charts; install it (Debian: {})", kPackage);
}

Outcome run_gnuplot(const fs::path& folder) {
  const fs::path program = find_gnuplot();
  const Capture output;
  const Capture errors;
  std::vector<char*> arguments;  // which execvp takes as mutable, but leaves alone
  for (const char* argument : kArguments) arguments.push_back(const_cast<char*>(argument));
  arguments.push_back(nullptr);
  // The terminal of a user's choice, which the scripts do not use, may be none that this gnuplot
  // has: then it fails before it reads a word of them.
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("GNUTERM=")) environment.push_back(*variable);
  }
  environment.push_back(nullptr);
  std::array<int, 2> failure{};  // through which the errno of a process that never began comes
  if (::pipe2(failure.data(), O_CLOEXEC) != 0) {
    fail("[chart] no pipe to gnuplot: {}", std::strerror(errno));
  }

  Outcome outcome;
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) outcome.spawn_error = errno;
  if (pid == 0) {
    // It ends when we do. Or where we are killed, it would go on to draw into a
    // folder that a resumed run draws into, too.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::signal(SIGINT, SIG_IGN);  // a terminal's Ctrl-C is for us, who may want the chart yet
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (::chdir(folder.c_str()) == 0 && ::dup2(nothing, STDIN_FILENO) >= 0 &&
        ::dup2(output.descriptor(), STDOUT_FILENO) >= 0 &&
        ::dup2(errors.descriptor(), STDERR_FILENO) >= 0) {
      ::execvpe(program.c_str(), arguments.data(), environment.data());
    }
    const int error = errno;
    ::_exit(::write(failure[1], &error, sizeof error) == sizeof error ? 127 : 126);
  }
  ::close(failure[1]);
  if (pid > 0 && ::read(failure[0], &outcome.spawn_error, sizeof(int)) < 0) {
    outcome.spawn_error = errno;
  }
  ::close(failure[0]);
  while (pid > 0 && ::waitpid(pid, &outcome.status, 0) < 0 && errno == EINTR) {
  }
  if (outcome.spawn_error != 0) return outcome;
  outcome.output = output.text();
  outcome.errors = errors.text();
  return outcome;
}

// The files gnuplot makes of one chart.
struct Products {
  fs::path png, light_svg, dark_svg;

  Products(const fs::path& folder, const std::string& name)
      : png(folder / (name + ".png")),
        light_svg(folder / "charts" / (name + ".light.svg")),
        dark_svg(folder / "charts" / (name + ".dark.svg")) {}
  std::vector<fs::path> all() const { return {png, light_svg, dark_svg}; }
};

fs::path partial(fs::path path) { return path += kSuffix; }

// Whatever has not got its final name by the end goes, whichever way we leave.
class PartialFiles {
 public:
  explicit PartialFiles(const std::vector<Products>& products) : products_(products) { remove(); }
  ~PartialFiles() { remove(); }
  PartialFiles(const PartialFiles&) = delete;
  PartialFiles& operator=(const PartialFiles&) = delete;

 private:
  void remove() {
    std::error_code ignored;
    for (const Products& each : products_) {
      for (const fs::path& path : each.all()) fs::remove(partial(path), ignored);
    }
  }
  const std::vector<Products>& products_;
};

// What gnuplot wrote to standard error, on one line: of its reasons for failing
// the last is the one.
std::string one_line(std::string_view text) {
  constexpr size_t kLongest = 400;
  std::string line;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    if (part.empty() || part == "^") continue;  // the caret pointed into a line above
    if (part.find(": warning:") != std::string_view::npos) continue;
    if (!line.empty()) line += " | ";
    line += clean_line(part);
  }
  if (line.size() <= kLongest) return line;
  return "..." + clean_utf8(line.substr(line.size() - kLongest));
}

// The chart that was drawn last: draw.gp prints the name of each as it begins.
std::string chart_in_progress(std::string_view output, std::span<const Chart> charts) {
  while (!output.empty() && output.back() == '\n') output.remove_suffix(1);
  const size_t newline = output.rfind('\n');
  if (newline != std::string_view::npos) output.remove_prefix(newline + 1);
  for (const Chart& chart : charts) {
    if (chart.name == output) return chart.name;
  }
  return charts.front().name;
}

void check_names(std::span<const Chart> charts) {
  std::set<std::string_view> seen;
  for (const Chart& chart : charts) {
    constexpr std::string_view kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (chart.name.empty() || chart.name.find_first_not_of(kAllowed) != std::string::npos) {
      fail("[chart] got the name \"{}\", expected letters, digits, '_' and '-' only",
           clean_line(chart.name));
    }
    if (chart.name == "all" || chart.name == "draw" || chart.name == "style") {
      fail("[chart] got the name \"{}\", which a script shared by all charts has; try another",
           chart.name);
    }
    if (!seen.insert(chart.name).second) {
      fail("[chart] got two charts named \"{}\", expected different names", chart.name);
    }
  }
}

// gnuplot does not look whether a write succeeded, so on a full disk it leaves
// half a file and reports success. Both formats tell by their end.
bool is_whole(const fs::path& path, const std::string& bytes) {
  std::string_view end(bytes);
  if (path.extension() == ".png") {
    constexpr std::string_view kEnd("IEND\xAE\x42\x60\x82", 8);
    return end.ends_with(kEnd);
  }
  while (!end.empty() && end.back() == '\n') end.remove_suffix(1);
  return end.ends_with("</svg>");
}

// Plain writes: everything here can be made again, and an fsync for each of the
// some thirty files would cost more than drawing the charts.
void write_input(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) fail("{}: cannot be written: {}", path.string(), std::strerror(errno));
}

}  // namespace

void require_gnuplot() { find_gnuplot(); }

std::vector<DrawnChart> draw_charts(const fs::path& folder, std::span<const Chart> charts) {
  if (charts.empty()) return {};
  check_names(charts);
  std::vector<ChartFile> inputs = shared_chart_files(charts);
  std::vector<Products> products;
  for (const Chart& chart : charts) {
    for (ChartFile& file : chart_files(chart)) inputs.push_back(std::move(file));
    products.emplace_back(folder, chart.name);
  }

  const fs::path scripts = folder / "charts";
  std::error_code error;
  fs::create_directory(scripts, error);
  if (error) fail("{}: cannot be made: {}", scripts.string(), error.message());
  const PartialFiles cleaner(products);
  for (const ChartFile& file : inputs) write_input(scripts / file.name, file.text);

  const Outcome outcome = run_gnuplot(scripts);
  if (outcome.spawn_error != 0) {
    fail(
        "[chart] {}.png cannot be drawn: gnuplot did not start ({}); install it (Debian: {}) or "
        "put its folder into PATH, then: cd {} && gnuplot all.gp",
        charts.front().name, std::strerror(outcome.spawn_error), kPackage, scripts.string());
  }
  const auto fail_with = [&](const std::string& name, const std::string& what) {
    const std::string words = one_line(outcome.errors);
    fail("[chart] {}.png cannot be drawn: `{}` in {} {}; it says: {}", name, kCommand,
         scripts.string(), what, words.empty() ? "nothing" : words);
  };
  if (WIFSIGNALED(outcome.status)) {
    fail_with(chart_in_progress(outcome.output, charts),
              fmt::format("was ended by signal {}", WTERMSIG(outcome.status)));
  }
  if (outcome.status != 0) {
    fail_with(chart_in_progress(outcome.output, charts),
              fmt::format("ended with status {}", WEXITSTATUS(outcome.status)));
  }

  std::vector<DrawnChart> drawn;
  for (size_t i = 0; i < charts.size(); ++i) {
    std::vector<std::string> bytes;
    for (const fs::path& path : products[i].all()) {
      bytes.push_back(fs::exists(partial(path)) ? read_file(partial(path)) : std::string());
      if (!is_whole(path, bytes.back())) {
        fail_with(charts[i].name, fmt::format("left no whole {}", path.filename().string()));
      }
    }
    drawn.push_back({products[i].png, std::move(bytes[1]), std::move(bytes[2]), charts[i].width,
                     charts[i].height});
  }
  // Only now, with all of them good, do the new pictures replace the old ones.
  for (const Products& each : products) {
    for (const fs::path& path : each.all()) {
      fs::rename(partial(path), path, error);
      if (error) fail("{}: cannot be replaced: {}", path.string(), error.message());
    }
  }
  return drawn;
}

}  // namespace gradus::study
