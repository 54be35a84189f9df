#include "tensor/safetensors.h"

#include <nlohmann/json.hpp>

#include "tensor/file.h"
#include "tests/fuzz/target.h"
#include "tests/support/temp_dir.h"

namespace gradus::test {

const FuzzTarget safetensors(
    "safetensors",
    [] {
      const TempDir folder;
      save_tensors(folder / "some",
                   {{{"w", Tensor::from({1, 2}, {1, 2})}, {"\xc3\xa9 \"\n", Tensor::zeros({0, 3})}},
                    {{"k", "v"}}});
      save_tensors(folder / "none", {});
      return std::vector<std::string>{read_file(folder / "some"), read_file(folder / "none")};
    },
    [](std::string_view bytes) {
      const TensorFile file = parse_tensors(bytes, "fuzz.safetensors");
      std::uint64_t length = 0;
      bytes.copy(reinterpret_cast<char*>(&length), sizeof length);
      const auto json = nlohmann::json::parse(bytes.substr(sizeof length, length));
      require(json.size() == file.tensors.size() + json.contains("__metadata__"),
              "every tensor of the header is there");
      for (const NamedTensor& t : file.tensors) {
        require(json.at(t.name).at("shape") ==
                    std::vector<Index>(t.value.shape().begin(), t.value.shape().end()),
                "shapes are those of the header");
      }
      require(json.value("__metadata__", nlohmann::json::object()) == file.metadata,
              "and so is the metadata");
    });

}  // namespace gradus::test
