// Reading a file that may or may not be gzipped, as data sets come in both.
//
// Thread safety: free functions without state.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace gradus::study {

/// The content of the file `path`: inflated if it begins with gzip's two magic
/// bytes (RFC 1952; several members in a row are one content), else as it is.
/// Throws `Error`, naming the file, where it cannot be read, is cut short, is
/// corrupt, goes on after its last member, or has more than `max_bytes` of
/// content: a few kilobytes that would inflate to terabytes cost no more than twice
/// as much memory.
std::string read_maybe_gzip(const std::filesystem::path& path, size_t max_bytes);

/// The same of `bytes` that are in memory already; `path` serves the messages.
std::string inflate_if_gzip(std::string bytes, size_t max_bytes, const std::filesystem::path& path);

}  // namespace gradus::study
