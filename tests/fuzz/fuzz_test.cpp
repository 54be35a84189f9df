// Every fuzz target over its seeds, what fuzzing has found (corpus/TARGET), and what
// has been damaged a little: runs in every build, and under the sanitizers.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/file.h"
#include "tests/fuzz/target.h"

namespace gradus::test {

// For the names of tests.
static void PrintTo(const FuzzTarget* target, std::ostream* out) { *out << target->name(); }

namespace {

namespace fs = std::filesystem;

const fs::path kCorpus = fs::path(GRADUS_SOURCE_DIR) / "tests/fuzz/corpus";

std::vector<std::string> corpus_of(const std::string& name) {
  std::vector<std::string> files;
  if (!fs::exists(kCorpus / name)) return files;
  for (const auto& entry : fs::directory_iterator(kCorpus / name)) {
    files.push_back(read_file(entry.path()));
  }
  return files;
}

// Bytes of `a` with one to four edits: a byte of any value, a part taken out, a part of
// `b` put in.
std::string damaged(std::string a, std::string_view b, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
    const std::size_t at = below(a.size() + 1);
    switch (below(3)) {
      case 0:
        if (at < a.size()) a[at] = static_cast<char>(random());
        break;
      case 1:
        a.erase(at, below(16));
        break;
      default:
        a.insert(at, b.substr(below(b.size() + 1), below(64)));
    }
  }
  return a;
}

class Fuzz : public testing::TestWithParam<const FuzzTarget*> {
 protected:
  const FuzzTarget& target = *GetParam();
};

TEST_P(Fuzz, AcceptsItsSeeds) {
  ASSERT_FALSE(target.seeds().empty());
  for (const std::string& seed : target.seeds()) {
    EXPECT_TRUE(target.accepts(seed)) << seed;
    EXPECT_LT(seed.size(), 4096);  // the longest that scripts/fuzz tries
  }
}

// An exception other than Error, or a finding of a sanitizer, fails these tests.

TEST_P(Fuzz, BearsWhatAnyReaderHasBeenGiven) {
  for (const FuzzTarget* other : FuzzTarget::all()) {
    for (const std::string& bytes : other->seeds()) target.accepts(bytes);
    for (const std::string& bytes : corpus_of(other->name())) target.accepts(bytes);
  }
}

TEST_P(Fuzz, BearsEveryTruncation) {
  for (const std::string& seed : target.seeds()) {
    for (std::size_t size = 0; size < seed.size(); ++size) target.accepts(seed.substr(0, size));
  }
}

TEST_P(Fuzz, BearsEveryFlippedBit) {
  for (const std::string& seed : target.seeds()) {
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < 8 * seed.size(); ++bit) {
      std::string flipped = seed;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      refused += !target.accepts(flipped);
    }
    EXPECT_GT(refused, 0u);
  }
}

// What libFuzzer does for hours (scripts/fuzz), for seconds and without its sight of
// which branches were reached.
TEST_P(Fuzz, BearsDamageAtRandom) {
  std::vector<std::string> files = target.seeds();
  std::ranges::copy(corpus_of(target.name()), std::back_inserter(files));
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): the same files in every run
  std::mt19937_64 random(1);
  for (int i = 0; i < 40'000; ++i) {
    const std::string& file = files[random() % files.size()];
    target.accepts(damaged(file, files[random() % files.size()], random));
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Fuzz, testing::ValuesIn(FuzzTarget::all()),
                         [](const auto& tested) { return tested.param->name(); });

TEST(FuzzCorpus, IsOfTargets) {
  for (const auto& entry : fs::directory_iterator(kCorpus)) {
    EXPECT_TRUE(std::ranges::any_of(FuzzTarget::all(), [&](const FuzzTarget* target) {
      return target->name() == entry.path().filename();
    })) << entry.path();
  }
}

}  // namespace
}  // namespace gradus::test
