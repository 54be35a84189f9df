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

}  // namespace gradus
