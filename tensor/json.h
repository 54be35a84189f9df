// JSON that is not believed: of metadata and of files that a program left.
//
// Thread safety: a free function without state.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/error.h"

namespace gradus {

/// The value in `text`. Throws `Error`, naming it by `what`, where it is no JSON, an
/// object names a key twice, or it is nested deeper than 8: ours are by 4 at most, and
/// what recurses, as dump() does, would find an end of the stack. Json is
/// nlohmann::json, or ordered_json, which is slow where an object has many keys.
template <class Json = nlohmann::json>
Json parse_json(const std::string& what, std::string_view text) {
  constexpr int kDeepest = 8;
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, typename Json::parse_event_t event, Json& value) {
    if (depth > kDeepest) fail("{} is nested deeper than {}", what, kDeepest);
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key &&
        !keys.back().insert(value.template get<std::string>()).second) {
      fail("{} names {} twice", what, value.dump());
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const nlohmann::json::exception&) {
    fail("{} is not JSON", what);
  }
}

}  // namespace gradus
