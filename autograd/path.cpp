#include "autograd/path.h"

#include <map>
#include <mutex>
#include <utility>

namespace gradus {
namespace {

thread_local const ModulePath* open_path = nullptr;

}  // namespace

const ModulePath* ModulePath::root() {
  static const ModulePath* const path = new ModulePath(nullptr, "");
  return path;
}

const ModulePath* ModulePath::current() { return open_path ? open_path : root(); }

const ModulePath* ModulePath::child(std::string_view name) const {
  static std::mutex mutex;
  static auto* const paths =
      new std::map<std::pair<const ModulePath*, std::string>, const ModulePath*, std::less<>>;
  const std::lock_guard lock(mutex);
  const ModulePath*& path = (*paths)[{this, std::string(name)}];
  if (path == nullptr) path = new ModulePath(this, name);
  return path;
}

std::string ModulePath::str() const {  // NOLINT(misc-no-recursion): as deep as the modules
  if (parent_ == nullptr) return "";
  const std::string above = parent_->str();
  return above.empty() ? name_ : above + "." + name_;
}

std::string ModulePath::place() const {
  const std::string path = str();
  return path.empty() ? "" : " (in " + path + ")";
}

ModulePath::Scope::Scope(const ModulePath* path) : outer_(std::exchange(open_path, path)) {}
ModulePath::Scope::~Scope() { open_path = outer_; }

}  // namespace gradus
