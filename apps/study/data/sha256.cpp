#include "apps/study/data/sha256.h"

#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <array>

#include "tensor/error.h"

namespace gradus::study {
namespace {

void check(bool ok) {
  if (!ok) fail("[sha256] got a failure from OpenSSL, expected a library that has SHA-256");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::update(std::string_view bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() const {
  // Finishing ends a context, so a copy is finished.
  Sha256 last;
  std::array<unsigned char, 32> digest;
  check(EVP_MD_CTX_copy_ex(last.context_.get(), context_.get()) == 1 &&
        EVP_DigestFinal_ex(last.context_.get(), digest.data(), nullptr) == 1);
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace gradus::study
