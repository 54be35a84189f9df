#include "nn/module.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>
#include <utility>

namespace gradus::nn {
namespace {

thread_local CallObserver* observer = nullptr;

// Calls each(dotted name, parameter, buffer or generator), where it takes such,
// for everything below a module.
template <class Each>
class Walk final : public Reflector {
 public:
  explicit Walk(const Each& each, std::string prefix = "")
      : each_(each), prefix_(std::move(prefix)) {}
  void operator()(std::string_view name, Parameter& parameter) override { tell(name, parameter); }
  void operator()(std::string_view name, Buffer& buffer) override { tell(name, buffer); }
  void operator()(std::string_view name, Generator& generator) override { tell(name, generator); }
  void operator()(std::string_view name, Module& child) override {
    Walk inner(each_, prefix_ + std::string(name) + ".");
    child.reflect(inner);
  }

 private:
  template <class Part>
  void tell(std::string_view name, Part& part) {
    if constexpr (std::invocable<Each, std::string, Part&>) {
      each_(prefix_ + std::string(name), part);
    }
  }

  Each each_;  // copied inwards; it refers to what it fills
  std::string prefix_;
};

}  // namespace

const ModulePath* Module::current_path() {
  const ModulePath* const outer = ModulePath::current();
  const bool outermost = outer == ModulePath::root();
  if (outermost && path_version_ != structure_version) set_path(ModulePath::root());
  // One that its parent's `reflect` does not list has no path of its own.
  return path_ == ModulePath::root() ? outer : path_;
}

void Module::report(std::span<const Variable> outputs) const {
  if (observer) observer->called(*this, outputs);
}

// Gives this module its path and its children theirs.
void Module::set_path(const ModulePath* path) {
  path_ = path;
  path_version_ = structure_version;
  struct Children final : Reflector {
    const ModulePath* outer = nullptr;
    void operator()(std::string_view name, Module& child) override {
      child.set_path(outer->child(name));
    }
  } children;
  children.outer = path;
  reflect(children);
}

Parameters Module::parameters() {
  Parameters result;
  struct Add {
    Parameters& to;
    void operator()(std::string name, Parameter& p) const { to.push_back({std::move(name), p}); }
    void operator()(std::string name, Buffer& b) const {
      to.push_back({std::move(name), Variable(b.value())});
    }
  };
  Walk walk(Add{result});
  reflect(walk);
  return result;
}

std::vector<NamedGenerator> Module::generators() {
  std::vector<NamedGenerator> result;
  Walk walk([&](std::string name, Generator& g) { result.push_back({std::move(name), &g}); });
  reflect(walk);
  return result;
}

void Module::set_trainable(bool trainable) {
  Walk walk([&](const std::string&, Parameter& p) { p.set_trainable(trainable); });
  reflect(walk);
}

Index Module::parameter_count() {
  Index count = 0;
  for (const NamedParameter& p : parameters()) count += p.variable.value().numel();
  return count;
}

std::string Module::type() const {
  const char* const mangled = typeid(*this).name();
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(mangled, nullptr, nullptr, nullptr), &std::free);
  const std::string full = name ? name.get() : mangled;
  return full.substr(full.rfind(':') + 1);
}

CallObserver::CallObserver() : outer_(std::exchange(observer, this)) {}
CallObserver::~CallObserver() { observer = outer_; }

}  // namespace gradus::nn
