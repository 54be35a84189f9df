#include "apps/study/data/npy.h"

#include <algorithm>
#include <cmath>

#include "tests/fuzz/target.h"

namespace gradus::test {

const FuzzTarget npy(
    "npy",
    [] {
      const auto file = [](const char* descr, const char* shape, std::string_view elements) {
        const std::string header =
            fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}\n", descr, shape);
        return fmt::format("{}\x01{}{}{}{}{}", study::kNpyMagic, '\0',
                           static_cast<char>(header.size()), '\0', header, elements);
      };
      return std::vector<std::string>{file("<i2", "(2, 2)", "aabbccdd"), file("|u1", "(3,)", "abc"),
                                      file("<f8", "(1, 0)", "")};
    },
    [](std::string_view bytes) {
      const Tensor array = study::parse_npy(bytes, "fuzz.npy");
      require(std::ranges::all_of(array.data(), [](Scalar x) { return std::isfinite(x); }),
              "elements are finite");
    });

}  // namespace gradus::test
