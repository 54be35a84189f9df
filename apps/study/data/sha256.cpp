#include "apps/study/data/sha256.h"

#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <array>
#include <memory>

#include "tensor/error.h"

namespace gradus::study {

std::string checksum_of(std::initializer_list<std::string_view> pieces) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  bool ok = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (const std::string_view piece : pieces) {
    ok = ok && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
  }
  std::array<unsigned char, 32> digest;
  ok = ok && EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  if (!ok) fail("[sha256] got a failure from OpenSSL, expected a library that has SHA-256");
  return fmt::format("sha256:{:02x}", fmt::join(digest, ""));
}

}  // namespace gradus::study
