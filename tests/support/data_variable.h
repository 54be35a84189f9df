// The environment variable GRADUS_DATA for the time of a test.
//
// Thread safety: none; the environment is the process's.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace gradus::test {

/// Sets GRADUS_DATA, or takes it away (null); what the user had comes back.
class DataVariable {
 public:
  explicit DataVariable(const char* value) {
    if (const char* old = std::getenv(kName)) old_ = old;
    set(value);
  }
  ~DataVariable() { set(old_ ? old_->c_str() : nullptr); }
  DataVariable(const DataVariable&) = delete;
  DataVariable& operator=(const DataVariable&) = delete;

 private:
  static constexpr const char* kName = "GRADUS_DATA";
  static void set(const char* value) { value ? setenv(kName, value, 1) : unsetenv(kName); }
  std::optional<std::string> old_;
};

}  // namespace gradus::test
