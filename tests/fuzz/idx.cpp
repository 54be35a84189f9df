#include "apps/study/data/idx.h"

#include "tests/fuzz/target.h"
#include "tests/support/idx_files.h"

namespace gradus::test {

const FuzzTarget idxfile(
    "idx",
    [] {
      return std::vector<std::string>{idx({2, 3, 2}, "abcdefghijkl"), idx({0, 28, 28}, "")};
    },
    [](std::string_view bytes) {
      const study::IdxArray array = study::parse_idx(bytes, 3, "fuzz.idx");
      std::int64_t count = 1;
      for (const std::int64_t size : array.dims) count *= size;
      require(array.dims.size() == 3 && count == std::ssize(array.bytes),
              "the sizes are those of the bytes");
    });

}  // namespace gradus::test
