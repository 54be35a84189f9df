#include "apps/study/data/gzip.h"

#include "tests/fuzz/target.h"
#include "tests/support/idx_files.h"

namespace gradus::test {

const FuzzTarget gzipfile(
    "gzip",
    [] {
      return std::vector<std::string>{gzip("content"), gzip("one ") + gzip("two"),
                                      gzip(std::string(3000, 'a'))};
    },
    [](std::string_view bytes) {
      constexpr std::size_t kMost = 1 << 16;
      require(study::inflate_if_gzip(std::string(bytes), kMost, "fuzz.gz").size() <= kMost,
              "content has no more than the bytes that are asked for");
    });

}  // namespace gradus::test
