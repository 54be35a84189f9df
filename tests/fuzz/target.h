// A fuzz target: a reader of ours that is given bytes which claim to be a file.
//
// Refusing them is to throw Error. A crash, a finding of a sanitizer, any other
// exception and a broken promise (`require`) are mistakes of the reader.
//
// With the preset `fuzz` each target is a program in which libFuzzer makes up the
// bytes (libfuzzer.cpp, scripts/fuzz); everywhere else all of them are in fuzz_test.
//
// Thread safety: none is needed; targets are listed before main begins.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/error.h"

namespace gradus::test {

class FuzzTarget {
 public:
  using Seeds = std::function<std::vector<std::string>()>;
  using Reader = std::function<void(std::string_view)>;

  FuzzTarget(std::string name, Seeds seeds, Reader read)
      : name_(std::move(name)), seeds_(std::move(seeds)), read_(std::move(read)) {
    all().push_back(this);
  }
  FuzzTarget(const FuzzTarget&) = delete;
  FuzzTarget& operator=(const FuzzTarget&) = delete;

  /// All that are linked into the program.
  static std::vector<const FuzzTarget*>& all() {
    static std::vector<const FuzzTarget*> targets;
    return targets;
  }

  void read(std::string_view bytes) const { read_(bytes); }
  /// Whether it reads the bytes without an Error.
  bool accepts(std::string_view bytes) const {
    try {
      read(bytes);
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  const std::string& name() const { return name_; }
  /// Small files that the reader accepts, for fuzzing to begin with.
  std::vector<std::string> seeds() const { return seeds_(); }

 private:
  std::string name_;
  Seeds seeds_;
  Reader read_;
};

/// What a reader promises of all that it accepts.
inline void require(bool holds, const char* promise) {
  if (!holds) throw std::logic_error(promise);
}

/// Bytes as a file that is on no disk, for readers of files.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    require(file_ >= 0 && ::write(file_, bytes.data(), bytes.size()) == std::ssize(bytes),
            "a file in memory can be made");
  }
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

}  // namespace gradus::test
