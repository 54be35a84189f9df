// SHA-256 (FIPS 180-4) of bytes that come in pieces, to tell data sets apart.
//
// Thread safety: one object, one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX; its header is not ours to pass on

namespace gradus::study {

/// The running hash of all bytes given so far. Throws `Error` where OpenSSL fails.
class Sha256 {
 public:
  Sha256();

  void update(std::string_view bytes);

  /// The hash as 64 lower-case hexadecimal digits. More may be added afterwards.
  std::string hex() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace gradus::study
