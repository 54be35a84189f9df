// Making arbitrary bytes fit for a page: text that is valid UTF-8, and base64
// for what is not text at all.
//
// Thread safety: free functions without state.
#pragma once

#include <string>
#include <string_view>

namespace gradus::study {

/// `text` as valid UTF-8 that HTML, XML and gnuplot accept: every byte that
/// begins no valid sequence, and every control character but newline and tab,
/// becomes U+FFFD, the replacement character. A file name can be any bytes, so
/// whatever a person or a file system chose goes through here before it is shown.
std::string clean_utf8(std::string_view text);

/// As `clean_utf8`, on one line: newlines and tabs become spaces.
std::string clean_line(std::string_view text);

/// RFC 4648 base64 with padding, for `data:` URIs.
std::string base64(std::string_view bytes);

}  // namespace gradus::study
