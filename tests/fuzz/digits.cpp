#include "apps/study/data/digits.h"

#include "tests/fuzz/target.h"

namespace gradus::test {

const FuzzTarget digits(
    "digits",
    [] {
      std::string rows;
      for (int i = 0; i < 3; ++i) {
        for (int pixel = 0; pixel < 64; ++pixel) rows += fmt::format("{},", (pixel + i) % 17);
        rows += fmt::format("{}\n", i);
      }
      return std::vector<std::string>{rows};
    },
    [](std::string_view bytes) {
      if (bytes.starts_with("\x1f\x8b")) return;  // that is the target gzip
      const MemoryFile file(bytes);
      const study::Digits data = study::load_digits(file.path());
      require(std::ssize(data.pixels) == data.count() * 64, "every image has its pixels");
      const study::DigitSets sets = study::digit_sets(data, 1);
      require(sets.train.shape()[0] + sets.test.shape()[0] == data.count(), "no image is lost");
    });

}  // namespace gradus::test
