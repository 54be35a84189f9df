#include "apps/study/data/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace gradus::study {
namespace {

// The figures are the examples NIST publishes with FIPS 180-4.
constexpr const char* kOfNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256Test, GivesThePublishedExamples) {
  EXPECT_EQ(Sha256().hex(), kOfNothing);
  Sha256 abc;
  abc.update("abc");
  EXPECT_EQ(abc.hex(), kOfAbc);
  Sha256 million;
  for (int i = 0; i < 1000; ++i) million.update(std::string(1000, 'a'));
  EXPECT_EQ(million.hex(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, DoesNotMindHowTheBytesCome) {
  Sha256 hash;
  hash.update("a");
  hash.update("");
  hash.update("bc");
  EXPECT_EQ(hash.hex(), kOfAbc);
}

TEST(Sha256Test, GoesOnAfterTheHashWasRead) {
  Sha256 hash;
  EXPECT_EQ(hash.hex(), kOfNothing);
  hash.update("abc");
  EXPECT_EQ(hash.hex(), kOfAbc);
  EXPECT_EQ(hash.hex(), kOfAbc);
}

}  // namespace
}  // namespace gradus::study
