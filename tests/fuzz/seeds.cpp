// Writes the files that fuzzing begins with.
//
//   fuzz_seeds FOLDER     makes FOLDER/TARGET/seed_N
#include <fmt/format.h>

#include "tests/fuzz/target.h"
#include "tests/support/idx_files.h"

int main(int argc, char** argv) {
  using gradus::test::FuzzTarget;
  if (argc != 2) {
    fmt::print(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  for (const FuzzTarget* target : FuzzTarget::all()) {
    const std::filesystem::path folder = std::filesystem::path(argv[1]) / target->name();
    std::filesystem::create_directories(folder);
    int number = 0;
    for (const std::string& seed : target->seeds()) {
      gradus::test::write(folder / fmt::format("seed_{}", ++number), seed);
    }
  }
}
