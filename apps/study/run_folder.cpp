#include "apps/study/run_folder.h"

#include <system_error>
#include <vector>

#include "tensor/error.h"
#include "tensor/file.h"

namespace gradus::study {
namespace fs = std::filesystem;
namespace {

void remove_file(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  if (error) fail("{}: cannot be removed: {}", file.string(), error.message());
}

// What a run that was killed had not finished writing (see write_file).
void remove_partial_files(const fs::path& folder) {
  std::vector<fs::path> partial;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".partial") partial.push_back(entry.path());
  }
  for (const fs::path& file : partial) remove_file(file);
}

}  // namespace

RunFolder::RunFolder(fs::path path, Existing existing) : path_(std::move(path)) {
  std::error_code error;
  const fs::file_type type = fs::status(path_, error).type();
  if (type == fs::file_type::none) fail("{}: {}", path_.string(), error.message());
  if (type != fs::file_type::not_found && type != fs::file_type::directory) {
    fail("{}: is not a folder; choose another with --out", path_.string());
  }
  const bool used = type == fs::file_type::directory && !fs::is_empty(path_, error);
  if (error && used) fail("{}: {}", path_.string(), error.message());
  if (used && existing == Existing::refuse) {
    fail(
        "{}: the folder is not empty; choose another with --out, replace the run in it with "
        "--force, or go on with it with --resume",
        path_.string());
  }
  if (!used && existing == Existing::resume) {
    fail("{}: there is no run to resume; start one without --resume", path_.string());
  }
  fs::create_directories(path_, error);
  if (error) fail("{}: the folder cannot be made: {}", path_.string(), error.message());
  if (existing != Existing::refuse) remove_partial_files(path_);
  if (existing != Existing::overwrite) return;
  mark_unfinished();
  remove_file(checkpoint());
}

void RunFolder::mark_unfinished() const {
  for (const char* mark : {"metrics.json", "report.html", "summary.csv", "summary.html"})
    remove_file(path_ / mark);
}

void RunFolder::write(std::string_view name, std::string_view bytes) const {
  write_file(path_ / name, bytes);
}

}  // namespace gradus::study
