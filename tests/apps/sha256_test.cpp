#include "apps/study/data/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace gradus::study {
namespace {

// The figures are the examples NIST publishes with FIPS 180-4.
constexpr const char* kOfAbc =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256Test, GivesThePublishedExamples) {
  EXPECT_EQ(checksum_of({}),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(checksum_of({"abc"}), kOfAbc);
  EXPECT_EQ(checksum_of({std::string(1'000'000, 'a')}),
            "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, DoesNotMindHowTheBytesCome) { EXPECT_EQ(checksum_of({"a", "", "bc"}), kOfAbc); }

}  // namespace
}  // namespace gradus::study
