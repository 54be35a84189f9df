#include "apps/study/run/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include "apps/study/run/run_contents.h"
#include "apps/study/text/encoding.h"
#include "tensor/error.h"
#include "tensor/file.h"

namespace gradus::study {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kContents = "contents.txt";
// The files that only a finished run, or several, have.
constexpr const char* kMarks[] = {"metrics.json", "report.html", "summary.csv", "summary.html"};

// Nothing where there is no such file, or its first lines were never written in full.
std::optional<Contents> read_contents(const fs::path& folder) {
  const fs::path file = folder / kContents;
  std::error_code error;
  if (fs::status(file, error).type() == fs::file_type::not_found) return std::nullopt;
  return parse_contents(read_file(file));
}

// What is in a folder.
std::vector<fs::path> paths_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;  // an exception would not name the folder
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    paths.push_back(entry->path());
  }
  if (error) fail("{}: cannot be listed: {}", folder.string(), error.message());
  return paths;
}

void remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error) fail("{}: cannot be removed: {}", path.string(), error.message());
}

void remove_folder(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) fail("{}: cannot be removed: {}", path.string(), error.message());
}

// The list of a run in the folder `run` below.
std::string contents_of(const std::string& run) { return fmt::format("{}/{}", run, kContents); }

// Opens contents.txt for this program alone.
int open_contents(const fs::path& folder) {
  const fs::path file = folder / kContents;
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (fd < 0) fail("{}: cannot be written: {}", file.string(), std::strerror(errno));
  // Where the file system has no locks, nothing is to be had from it.
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(fd);
    fail("{}: another program is writing to this folder; wait for it, or choose another with --out",
         folder.string());
  }
  return fd;
}

// Whether a run that was killed had not finished writing this one of its files:
// gnuplot's NAME.partial, or NAME.PROCESS.COUNT.partial (see write_file).
bool is_partial(const fs::path& path, const std::vector<std::string>& files) {
  const auto listed = [&](const fs::path& name) {
    return std::ranges::count(files, name.string()) > 0;
  };
  return path.extension() == ".partial" &&
         (listed(path.stem()) || listed(path.stem().stem().stem()));
}

void remove_partial_files(const fs::path& folder, const std::vector<std::string>& files) {
  for (const fs::path& path : paths_in(folder)) {
    if (is_partial(path, files)) remove_file(path);
  }
}

[[noreturn]] void fail_in_the_way(const fs::path& path) {
  fail("{}: is in the way and not of this run; move it, or choose another folder with --out",
       path.string());
}

// Throws where a run's folder holds what is not of the run.
void check_holds_nothing_else(const fs::path& folder, const std::vector<std::string>& files) {
  for (const fs::path& path : paths_in(folder)) {
    const std::string name = path.filename().string();
    const bool listed = std::ranges::any_of(files, [&](const std::string& file) {
      return file == name || file.starts_with(name + '/');
    });
    if (!listed && name != kContents && !is_partial(path, files)) fail_in_the_way(path);
  }
}

// Whether one of the folders on the way from `top` is a link, which leads elsewhere.
bool is_behind_link(const fs::path& top, const fs::path& name) {
  fs::path at = top;
  const fs::path shown = name.has_filename() ? name : name.parent_path();
  for (const fs::path& part : shown.parent_path()) {
    if (fs::is_symlink(at /= part)) return true;
  }
  return false;
}

// Throws where a file of the list lies in another folder.
void check_names(const fs::path& top, const std::vector<std::string>& files) {
  for (const std::string& name : files) {
    if (!stays_inside(name) || is_behind_link(top, name) || name == kContents) {
      fail("{}: lists {}, expected names in this folder", (top / kContents).string(),
           clean_line(name));
    }
  }
}

// Throws where the list is not to be believed, or a program is at work in a run below,
// or a file of others would be in the way of the next one there.
// NOLINTNEXTLINE(misc-no-recursion): as deep as the folders
void check_removable(const fs::path& top, bool is_below) {
  const std::optional<Contents> contents = read_contents(top);
  if (!contents) return;
  check_names(top, contents->files);
  if (is_below) check_holds_nothing_else(top, contents->files);
  for (const std::string& name : contents->files) {
    const fs::path path = top / name;
    if (path.filename() != kContents || !fs::exists(path)) continue;
    ::close(open_contents(path.parent_path()));
    check_removable(path.parent_path(), true);
  }
}

// Removes the run in a folder: what it wrote and the runs below it, then the
// folders that are left empty.
void remove_run(const fs::path& top) {  // NOLINT(misc-no-recursion): as deep as the folders
  const std::optional<Contents> contents = read_contents(top);
  if (!contents) return;
  // Or a run that is removed in part would pass for a finished one.
  for (const char* const mark : kMarks) {
    if (std::ranges::count(contents->files, mark) > 0) remove_file(top / mark);
  }
  for (const std::string& name : contents->files) {
    const fs::path path = top / name;
    if (!path.has_filename()) {  // without its '/', which would follow a link
      remove_folder(path.parent_path());
      continue;
    }
    if (path.filename() != kContents) {
      remove_file(path);
      continue;
    }
    fs::path folder = path.parent_path();
    if (!fs::exists(path)) continue;
    remove_run(folder);
    remove_file(path);
    for (std::error_code not_empty; folder != top; folder = folder.parent_path()) {
      if (!fs::remove(folder, not_empty)) break;  // files of others are in it
    }
  }
  remove_partial_files(top, contents->files);
}

// Whether there is something to lose: a run that ended before it wrote a file
// leaves but the list.
bool is_used(const fs::path& folder) {
  return std::ranges::any_of(paths_in(folder), [](const fs::path& path) {
    return path.filename() != kContents ||
           (fs::symlink_status(path).type() == fs::file_type::regular &&
            !may_be_contents(read_file(path)));
  });
}

void check_same(const fs::path& folder, const Contents& was, const std::string& holds,
                const Settings& settings) {
  if (was.holds != holds) {
    fail("{}: holds {}, not {}; choose another folder with --out", folder.string(), was.holds,
         holds);
  }
  for (const auto& [name, value] : settings) {
    const auto found =
        std::ranges::find(was.settings, name, &std::pair<std::string, std::string>::first);
    const std::string before = found == was.settings.end() ? "not set" : found->second;
    if (before != value) {
      fail("{}: {} began with {} {}, now it is {}; a run goes on only as it began", folder.string(),
           holds, name, before, value);
    }
  }
}

}  // namespace

bool RunFolder::is_of_a_run(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const std::optional<Contents> contents = read_contents(folder);
  const std::string name = file.filename().string();
  return contents && (name == kContents || std::ranges::count(contents->files, name) > 0);
}

bool RunFolder::has_run(const fs::path& path) { return read_contents(path).has_value(); }

// NOLINTNEXTLINE(misc-no-recursion): as deep as the folders
bool RunFolder::has_all(const fs::path& path) {
  const std::optional<Contents> contents = read_contents(path);
  if (!contents) return false;
  check_names(path, contents->files);
  for (const std::string& name : contents->files) {
    const fs::path file = path / name;
    const bool is_there = file.filename() == kContents ? has_all(file.parent_path()) : exists(file);
    if (!is_there) return false;
  }
  return true;
}

void RunFolder::check(const fs::path& path, Existing existing, const std::string& holds,
                      const Settings& settings) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_type::none) fail("{}: {}", path.string(), error.message());
  if (type != fs::file_type::not_found && type != fs::file_type::directory) {
    fail("{}: is not a folder; choose another with --out", path.string());
  }
  if (existing == Existing::resume) {
    const std::optional<Contents> was = read_contents(path);
    if (!was) fail("{}: there is no run to resume; start one without --resume", path.string());
    return check_same(path, *was, holds, settings);
  }
  if (type == fs::file_type::not_found || !is_used(path)) return;
  if (!has_run(path)) {
    fail("the folder {} holds files and no run; choose another with --out", path.string());
  }
  if (existing == Existing::overwrite) return;
  fail(
      "the folder {} is not empty; choose another with --out, replace the run in it with "
      "--force, or go on with it with --resume",
      path.string());
}

RunFolder::RunFolder(fs::path path, Existing existing, const std::string& holds,
                     const Settings& settings)
    : path_(std::move(path)) {
  check(path_, existing, holds, settings);
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) fail("{}: the folder cannot be made: {}", path_.string(), error.message());
  contents_ = open_contents(path_);
  try {
    check(path_, existing, holds, settings);  // once more: now no other program can begin here
    if (existing == Existing::resume) {
      const std::optional<Contents> was = read_contents(path_);
      if (!was) fail("{}: there is no run to resume", path_.string());
      added_.insert(was->files.begin(), was->files.end());
      check_names(path_, was->files);
      for (const std::string& name : was->files) {
        const fs::path listed = path_ / name;  // of a folder, the name ends in '/'
        if (!listed.has_filename() && fs::is_symlink(listed.parent_path())) {
          fail("{}: is a link, which a run would write through; start over with --force",
               listed.parent_path().string());
        }
      }
      remove_partial_files(path_, was->files);
      truncate(was->size);
      return;
    }
    check_removable(path_, false);
    remove_run(path_);
    truncate(0);
    append(contents_head(holds, settings));
  } catch (const fs::filesystem_error& e) {  // a name that no file can have, for one
    ::close(contents_);
    fail("{}: {}", e.path1().string(), e.code().message());
  } catch (...) {
    ::close(contents_);
    throw;
  }
}

RunFolder::~RunFolder() { ::close(contents_); }

void RunFolder::truncate(std::size_t size) {
  if (::ftruncate(contents_, static_cast<off_t>(size)) == 0) return;
  fail("{}: cannot be written: {}", (path_ / kContents).string(), std::strerror(errno));
}

void RunFolder::append(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(contents_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      fail("{}: cannot be written: {}", (path_ / kContents).string(), std::strerror(errno));
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  // Or after a power cut a checkpoint would stand in a folder that lists none.
  if (::fsync(contents_) != 0) {
    fail("{}: cannot be written to disk: {}", (path_ / kContents).string(), std::strerror(errno));
  }
}

void RunFolder::check_addable(const std::string& name) const {
  if (added_.contains(name)) return;
  if (fs::exists(fs::symlink_status(path_ / name))) fail_in_the_way(path_ / name);
}

fs::path RunFolder::add(const std::string& name) {
  check_addable(name);
  if (!added_.contains(name)) {
    append(name + '\n');
    added_.insert(name);
  }
  return path_ / name;
}

void RunFolder::check_run(const std::string& name) const { check_addable(contents_of(name)); }

fs::path RunFolder::add_run(const std::string& name) {
  add(contents_of(name));
  return path_ / name;
}

std::vector<std::string> RunFolder::runs() const {
  std::vector<std::string> names;
  for (const std::string& name : added_) {
    const fs::path path(name);
    if (path.has_parent_path() && path.filename() == kContents) {
      names.push_back(path.parent_path().string());
    }
  }
  return names;
}

void RunFolder::write(const std::string& name, std::string_view bytes) {
  write_file(add(name), bytes);
}

void RunFolder::mark_unfinished() const {
  for (const char* const mark : kMarks) {
    if (added_.contains(mark)) remove_file(path_ / mark);
  }
}

}  // namespace gradus::study
