// Preloaded into a program (LD_PRELOAD), lets its n-th call of one kind fail.
//
//   GRADUS_FAIL=KIND:N:ERRNO   KIND is open, write, short, fsync or rename
//   GRADUS_FAIL_IN=FOLDER      calls on files elsewhere do not count
//   GRADUS_FAIL_MARK=FILE      appears when the call failed
//
// `short` writes half of the bytes and reports that, as a disk does that is nearly
// full. Processes that the program starts are left alone.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
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

ssize_t write(int fd, const void* bytes, std::size_t size) {
  const auto real = original<ssize_t(int, const void*, std::size_t)>("write");
  if (plan().kind != "write" && plan().kind != "short") return real(fd, bytes, size);
  const std::string path = path_of(fd);
  if (fails("write", path)) return -1;
  return real(fd, bytes, fails("short", path) ? size / 2 : size);
}

int fsync(int fd) {
  if (plan().kind == "fsync" && fails("fsync", path_of(fd))) return -1;
  return original<int(int)>("fsync")(fd);
}

int rename(const char* from, const char* to) noexcept {
  if (fails("rename", to)) return -1;
  return original<int(const char*, const char*)>("rename")(from, to);
}
}
