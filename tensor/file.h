// Reading a file whole, and writing one so that a reader never sees half of it.
//
// Thread safety: free functions without state.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace gradus {

/// The bytes of a regular file. Throws `Error`, naming the file and the reason,
/// where it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Writes `bytes` to `path`, replacing what was there: a temporary file in the same
/// folder (`path`.PROCESS.COUNT.partial), write, fsync, rename, fsync of the folder. Whoever opens
/// `path` finds the old content or the new one, never a part, even after a power cut. Throws
/// `Error`, naming the file and the reason; the old content then stays, but for an I/O error of the
/// folder itself, which comes after the rename.
void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace gradus
