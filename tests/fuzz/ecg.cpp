#include "apps/study/data/ecg.h"

#include "tests/fuzz/target.h"

namespace gradus::test {

const FuzzTarget ecg(
    "ecg",
    [] {
      std::string rows;
      for (int i = 0; i < 12; ++i) rows += fmt::format("{},-1.5,2e-1,{}\n", i, i % 2);
      return std::vector<std::string>{rows};
    },
    [](std::string_view bytes) {
      if (bytes.starts_with("\x1f\x8b")) return;  // that is the target gzip
      const MemoryFile file(bytes);
      const study::Ecg data = study::load_ecg(file.path());
      const study::EcgSets sets = study::ecg_sets(data);
      require(sets.train.shape()[0] + sets.test.shape()[0] == data.rows, "no beat is lost");
    });

}  // namespace gradus::test
