// SHA-256 (FIPS 180-4), to tell data sets apart.
//
// Thread safety: a free function without state.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace gradus::study {

/// "sha256:" and the hash of the pieces in a row, as 64 lower-case hexadecimal
/// digits. Throws `Error` where OpenSSL fails.
std::string checksum_of(std::initializer_list<std::string_view> pieces);

}  // namespace gradus::study
