#include "tensor/json.h"

#include "tests/fuzz/target.h"

namespace gradus::test {

const FuzzTarget json(
    "json",
    [] {
      return std::vector<std::string>{R"({"a":[1,-2.5e3,null],"b":{"c":true},"d":"\u00e9\n"})"};
    },
    [](std::string_view bytes) {
      const nlohmann::json value = parse_json("it", bytes);
      require(parse_json("it", value.dump()) == value, "what is read can be written");
    });

}  // namespace gradus::test
