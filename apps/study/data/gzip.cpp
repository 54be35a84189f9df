#include "apps/study/data/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <system_error>

#include "tensor/error.h"
#include "tensor/file.h"

namespace gradus::study {
namespace {

constexpr std::string_view kMagic = "\x1f\x8b";

// Inflating through a buffer that stays in the cache is no slower than into the
// whole result at once, and touches no memory the result does not need.
constexpr size_t kBuffer = 256 * 1024;

// As many times its own size a file gets memory at once on its mere word. Of the
// inflated sizes of pictures that is most, and a string that grows costs little.
constexpr size_t kTrusted = 2;

// zlib counts its input in 32 bits.
constexpr size_t kMostInput = size_t{1} << 30;

// A zlib stream that frees itself. zlib is given the window size plus 16, its
// way of asking for gzip's header and checksum rather than its own.
struct Inflater {
  Inflater() {
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) fail("zlib: got no memory to inflate with");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
};

[[noreturn]] void fail_too_large(const std::filesystem::path& path, size_t max_bytes) {
  fail("{}: got more than {} bytes of content, expected no more", path.string(), max_bytes);
}

// The inflated size a gzip file claims in its last four bytes. Only a hint: it
// is modulo 2^32, of the last member alone, and anybody's word.
size_t claimed_size(std::string_view packed) {
  size_t size = 0;
  for (size_t i = 1; i <= 4 && i <= packed.size(); ++i) {
    size = size << 8 | static_cast<unsigned char>(packed[packed.size() - i]);
  }
  return size;
}

std::string inflate_all(std::string_view packed, size_t max_bytes,
                        const std::filesystem::path& path) {
  std::string content;
  content.reserve(std::min({claimed_size(packed), max_bytes, kTrusted * packed.size()}));
  const auto buffer = std::make_unique_for_overwrite<char[]>(kBuffer);
  Inflater inflater;
  z_stream& z = inflater.stream;
  while (true) {
    const size_t given = std::min(packed.size(), kMostInput);
    // zlib promises not to write through next_in, but does not say so in its type.
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    z.avail_in = static_cast<uInt>(given);
    z.next_out = reinterpret_cast<Bytef*>(buffer.get());
    z.avail_out = static_cast<uInt>(kBuffer);
    const int status = inflate(&z, Z_NO_FLUSH);
    packed.remove_prefix(given - z.avail_in);
    const size_t made = kBuffer - z.avail_out;
    if (made > max_bytes - content.size()) fail_too_large(path, max_bytes);
    if (made > content.capacity() - content.size()) {
      content.reserve(std::min(std::max(2 * content.capacity(), content.size() + made), max_bytes));
    }
    content.append(buffer.get(), made);

    if (status == Z_STREAM_END) {
      if (packed.empty()) return content;
      if (!packed.starts_with(kMagic)) {
        fail("{}: got {} bytes after the end of its gzip data, expected none", path.string(),
             packed.size());
      }
      inflateReset(&z);
    } else if (status == Z_BUF_ERROR || (status == Z_OK && packed.empty() && z.avail_out > 0)) {
      fail("{}: got gzip data that is cut short, expected a whole file", path.string());
    } else if (status != Z_OK) {
      fail("{}: got corrupt gzip data ({}), expected an undamaged file", path.string(),
           z.msg != nullptr ? z.msg : "unknown error");
    }
  }
}

}  // namespace

std::string inflate_if_gzip(std::string bytes, size_t max_bytes,
                            const std::filesystem::path& path) {
  if (bytes.starts_with(kMagic)) return inflate_all(bytes, max_bytes, path);
  if (bytes.size() > max_bytes) fail_too_large(path, max_bytes);
  return bytes;
}

std::string read_maybe_gzip(const std::filesystem::path& path, size_t max_bytes) {
  // gzip makes no content much longer, so a file twice as long as all it may hold
  // is refused unread. Where there is no size to be had, read_file says why.
  std::error_code no_size;
  const auto size = std::filesystem::file_size(path, no_size);
  if (!no_size && size > kBuffer && size / 2 > max_bytes) fail_too_large(path, max_bytes);

  return inflate_if_gzip(read_file(path), max_bytes, path);
}

}  // namespace gradus::study
