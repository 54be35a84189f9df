// Preloaded into a program (LD_PRELOAD), lets its n-th call of one kind fail.
//
//   GRADUS_FAIL=KIND:N:ERRNO   KIND is open, read, write, short, truncate, fsync, close,
//                              rename, mkdir, remove or list
//   GRADUS_FAIL_IN=FOLDER      calls on files elsewhere do not count
//   GRADUS_FAIL_MARK=FILE      appears when the call failed
//
// `short` writes half of the bytes and reports that, as a disk does that is nearly
// full. Processes that the program starts are left alone.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

struct Plan {
  std::string kind, folder, mark;
  int call = 0, error = 0;
};

Plan read_plan() {
  Plan plan;
  const char* const text = std::getenv("GRADUS_FAIL");
  const char* const folder = std::getenv("GRADUS_FAIL_IN");
  const char* const mark = std::getenv("GRADUS_FAIL_MARK");
  char kind[16] = {};
  if (!text || !folder || !mark) return plan;
  if (std::sscanf(text, "%15[a-z]:%d:%d", kind, &plan.call, &plan.error) != 3) return plan;
  plan.kind = kind;
  plan.folder = folder;
  plan.mark = mark;
  ::unsetenv("LD_PRELOAD");
  return plan;
}

const Plan& plan() {
  static const Plan the_plan = read_plan();
  return the_plan;
}
const bool kRead = (plan(), true);  // before main, which may start others

std::atomic<int> calls{0};

// Whether this call is the one. Sets errno.
bool fails(std::string_view kind, std::string_view path) {
  if (kind != plan().kind || !path.starts_with(plan().folder)) return false;
  if (++calls != plan().call) return false;
  const long mark = ::syscall(SYS_openat, AT_FDCWD, plan().mark.c_str(), O_CREAT | O_WRONLY, 0666);
  if (mark >= 0) ::close(static_cast<int>(mark));
  errno = plan().error;
  return true;
}

std::string path_of(int fd) {
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t n = ::readlink(link.c_str(), path, sizeof path);
  return std::string(path, n > 0 ? static_cast<std::size_t>(n) : 0);
}

// Likewise for a call on an open file.
bool fails_on(std::string_view kind, int fd) {
  return kind == plan().kind && fails(kind, path_of(fd));
}

template <class Function>
Function* original(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const auto mode = flags & O_CREAT ? va_arg(rest, mode_t) : mode_t{0};
  va_end(rest);
  if (fails("open", path)) return -1;
  return original<int(const char*, int, ...)>("open")(path, flags, mode);
}

std::FILE* fopen64(const char* path, const char* mode) {
  if (fails("open", path)) return nullptr;
  return original<std::FILE*(const char*, const char*)>("fopen64")(path, mode);
}

ssize_t read(int fd, void* bytes, std::size_t size) {
  if (fails_on("read", fd)) return -1;
  return original<ssize_t(int, void*, std::size_t)>("read")(fd, bytes, size);
}

ssize_t write(int fd, const void* bytes, std::size_t size) {
  if (fails_on("write", fd)) return -1;
  const auto real = original<ssize_t(int, const void*, std::size_t)>("write");
  return real(fd, bytes, fails_on("short", fd) ? size / 2 : size);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  if (fails_on("write", fd)) return -1;
  if (fails_on("short", fd)) return ::write(fd, parts[0].iov_base, parts[0].iov_len / 2);
  return original<ssize_t(int, const iovec*, int)>("writev")(fd, parts, count);
}

int ftruncate(int fd, off_t size) noexcept {
  if (fails_on("truncate", fd)) return -1;
  return original<int(int, off_t)>("ftruncate")(fd, size);
}

int fsync(int fd) {
  if (fails_on("fsync", fd)) return -1;
  return original<int(int)>("fsync")(fd);
}

// The file is closed all the same, as Linux does it.
int close(int fd) {
  const bool failing = fails_on("close", fd);
  const int error = errno;
  const int result = original<int(int)>("close")(fd);
  if (!failing) return result;
  errno = error;
  return -1;
}

int fclose(std::FILE* file) {
  const bool failing = fails_on("close", ::fileno(file));
  const int error = errno;
  const int result = original<int(std::FILE*)>("fclose")(file);
  if (!failing) return result;
  errno = error;
  return EOF;
}

int rename(const char* from, const char* to) noexcept {
  if (fails("rename", to)) return -1;
  return original<int(const char*, const char*)>("rename")(from, to);
}

int mkdir(const char* path, mode_t mode) noexcept {
  if (fails("mkdir", path)) return -1;
  return original<int(const char*, mode_t)>("mkdir")(path, mode);
}

int remove(const char* path) noexcept {
  if (fails("remove", path)) return -1;
  return original<int(const char*)>("remove")(path);
}

int unlinkat(int fd, const char* path, int flags) noexcept {
  if (fails_on("remove", fd)) return -1;
  return original<int(int, const char*, int)>("unlinkat")(fd, path, flags);
}

dirent* readdir(DIR* folder) {
  if (fails_on("list", ::dirfd(folder))) return nullptr;
  return original<dirent*(DIR*)>("readdir")(folder);
}
}
