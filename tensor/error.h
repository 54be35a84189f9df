// The one exception type of the library.
//
// Every mistake a caller can make (a shape that does not fit, a file that is
// not what it claims) throws `Error` with a message that says what was got,
// what was expected and, where there is one, the way out. Mistakes of our own
// are `assert`s.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace gradus {

/// What the library throws. `what()` is one line, ready for a terminal.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws `Error` with a message built as `fmt::format` does.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace gradus
