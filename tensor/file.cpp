#include "tensor/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "tensor/error.h"

namespace gradus {
namespace {

[[noreturn]] void fail_errno(const char* what, const std::filesystem::path& path) {
  const int code = errno;
  fail("{}: {}: {}", path.string(), what, std::strerror(code));
}

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  // A late write error (a full quota, a network disk) shows only here.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

int open_file(const std::filesystem::path& path, int flags) {
  return ::open(path.c_str(), flags | O_CLOEXEC, 0666);
}

// A new file beside `path`, whose name is put into `temporary`. Nobody else has it
// open, even where several threads and programs write `path`.
int create_beside(const std::filesystem::path& path, std::filesystem::path& temporary) {
  static std::atomic<int> count{0};
  int fd;
  do {
    temporary = path;
    temporary += fmt::format(".{}.{}.partial", ::getpid(), ++count);
    fd = open_file(temporary, O_WRONLY | O_CREAT | O_EXCL);
  } while (fd < 0 && errno == EEXIST);  // a killed program left it
  return fd;
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  Descriptor file(open_file(path, O_RDONLY | O_NONBLOCK));  // a pipe is refused, not waited for
  if (file.get() < 0) fail_errno("cannot be opened", path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) fail_errno("cannot be read", path);
  if (!S_ISREG(info.st_mode)) fail("{}: is not a regular file", path.string());
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno("cannot be read", path);
    if (n == 0) break;  // it shrank while we read
    done += static_cast<size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::path temporary;
  Descriptor file(create_beside(path, temporary));
  if (file.get() < 0) fail_errno("cannot be written", path);
  try {
    size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n = ::write(file.get(), bytes.data() + done, bytes.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail_errno("cannot be written", path);
      done += static_cast<size_t>(n);
    }
    if (::fsync(file.get()) != 0) fail_errno("cannot be written to disk", path);
    if (!file.close()) fail_errno("cannot be written", path);
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail_errno("cannot be replaced", path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  // The new content stands. That its name outlives a power cut takes a sync of
  // the folder, which some folders and file systems do not allow.
  const std::filesystem::path folder =
      path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  Descriptor directory(open_file(folder, O_RDONLY | O_DIRECTORY));
  if (directory.get() >= 0 && ::fsync(directory.get()) != 0 && errno == EIO) {
    fail_errno("its folder cannot be written to disk", path);
  }
}

}  // namespace gradus
