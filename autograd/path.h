// Where in a model an operation was called: "decoder.dense_2".
//
// Modules open a scope while they run; each graph node keeps a pointer to the
// path that was open when it was made, so errors can say where. Paths are
// interned and never freed (a model has few), so a pointer is all a node needs.
//
// Thread safety: the open path is one per thread; interning is locked.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "tensor/error.h"

namespace gradus {

class ModulePath {
 public:
  /// Outside of all modules; its `str()` is empty.
  static const ModulePath* root();
  /// The path open on this thread.
  static const ModulePath* current();

  /// The path one step further in.
  const ModulePath* child(std::string_view name) const;
  /// Names from the outermost module inwards, with dots between, as parameters are named.
  std::string str() const;
  /// " (in decoder.dense_2)", or nothing at the root: for the end of an error.
  std::string place() const;

  /// What body() returns, with this path open. An `Error` that it throws gets the
  /// place at its end, unless it has one.
  template <class Body>
  auto open(const Body& body) const;

  /// Opens a path for as long as it lives.
  class Scope {
   public:
    explicit Scope(const ModulePath* path);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    const ModulePath* outer_;
  };

 private:
  ModulePath(const ModulePath* parent, std::string_view name) : parent_(parent), name_(name) {}
  const ModulePath* parent_;
  std::string name_;
};

/// An error whose text ends with its place.
class PlacedError : public Error {
 public:
  PlacedError(const std::string& message, const ModulePath& path) : Error(message + path.place()) {}
};

/// As `fail`, with the place at the end of the message.
template <class... Args>
[[noreturn]] void fail_at(const ModulePath& path, fmt::format_string<Args...> format,
                          Args&&... args) {
  throw PlacedError(fmt::format(format, std::forward<Args>(args)...), path);
}

template <class Body>
auto ModulePath::open(const Body& body) const {
  const Scope scope(this);
  try {
    return body();
  } catch (const PlacedError&) {
    throw;
  } catch (const Error& e) {
    throw PlacedError(e.what(), *this);
  }
}

}  // namespace gradus
