#include "tensor/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus {
namespace {

using test::error_of;
using test::TempDir;
using testing::EndsWith;
using testing::StartsWith;

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

TEST(File, ReadsBackWhatWasWritten) {
  const TempDir dir;
  std::string bytes("a\0b\r\n\xff", 6);
  for (int i = 0; i < 18; ++i) {  // from 6 bytes to 1.5 MB, past any buffer
    write_file(dir / "file", bytes);
    ASSERT_EQ(read_file(dir / "file"), bytes);
    bytes += bytes;
  }
  write_file(dir / "file", "");
  EXPECT_EQ(read_file(dir / "file"), "");
}

TEST(File, ReplacesTheWholeContentAndLeavesNothingElse) {
  const TempDir dir;
  write_file(dir / "file", "a long content");
  write_file(dir / "file", "short");
  EXPECT_EQ(read_file(dir / "file"), "short");
  EXPECT_EQ(names_in(dir.path()), std::vector<std::string>{"file"});
}

TEST(File, AReaderSeesTheOldContentOrTheNewNeverAPart) {
  const TempDir dir;
  const std::string a(300'000, 'a'), b(200'000, 'b');
  write_file(dir / "file", a);
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0}, torn{0};
  std::jthread reader([&] {
    while (!stop) {
      const std::string seen = read_file(dir / "file");
      if (seen != a && seen != b) ++torn;
      ++reads;
    }
  });
  for (int i = 0; i < 20 || reads < 20; ++i) write_file(dir / "file", i % 2 ? a : b);
  stop = true;
  reader.join();
  EXPECT_EQ(torn, 0);
}

TEST(File, OfThreadsThatWriteOneFileEachWritesItWhole) {
  const TempDir dir;
  const std::string a(100'000, 'a'), b(30'000, 'b');
  std::atomic<int> torn{0};
  const auto write = [&](const std::string& bytes) {
    for (int i = 0; i < 50; ++i) {
      EXPECT_EQ(error_of([&] { write_file(dir / "file", bytes); }), "(no error)");
      const std::string seen = read_file(dir / "file");
      if (seen != a && seen != b) ++torn;
    }
  };
  { const std::jthread first(write, a), second(write, b); }
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(names_in(dir.path()), std::vector<std::string>{"file"});
}

TEST(File, AFileOpenedBeforeKeepsTheOldContent) {
  const TempDir dir;
  write_file(dir / "file", "old");
  std::ifstream open_before(dir / "file");
  write_file(dir / "file", "new");
  std::string seen;
  open_before >> seen;
  EXPECT_EQ(seen, "old");
}

TEST(File, NamesTheFileThatIsNotThere) {
  const TempDir dir;
  const std::string path = dir / "none";
  EXPECT_EQ(error_of([&] { read_file(path); }),
            path + ": cannot be opened: No such file or directory");
}

TEST(File, RefusesToReadAFolder) {
  const TempDir dir;
  EXPECT_EQ(error_of([&] { read_file(dir.path()); }),
            dir.path().string() + ": is not a regular file");
}

TEST(File, RefusesToReadAPipeWithoutWaiting) {
  const TempDir dir;
  const std::string path = dir / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(error_of([&] { read_file(path); }), path + ": is not a regular file");
}

TEST(File, RefusesToReadADevice) {
  EXPECT_EQ(error_of([] { read_file("/dev/zero"); }), "/dev/zero: is not a regular file");
}

TEST(File, ReplacesAPipeWithoutWaiting) {
  const TempDir dir;
  const std::string path = dir / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  write_file(path, "now a file");
  EXPECT_EQ(read_file(path), "now a file");
}

TEST(File, NamesTheFileWhoseFolderIsNotThere) {
  const TempDir dir;
  const std::string path = dir / "none/file";
  EXPECT_EQ(error_of([&] { write_file(path, "x"); }),
            path + ": cannot be written: No such file or directory");
}

TEST(File, DoesNotReplaceAFolder) {
  const TempDir dir;
  const std::filesystem::path folder = dir / "folder";
  std::filesystem::create_directory(folder);
  write_file(folder / "inside", "stays");
  EXPECT_THAT(error_of([&] { write_file(folder, "x"); }),
              StartsWith(folder.string() + ": cannot be replaced: "));
  EXPECT_EQ(read_file(folder / "inside"), "stays");
  EXPECT_EQ(names_in(dir.path()), std::vector<std::string>{"folder"});  // nothing .partial
}

TEST(File, WhatCannotBeWrittenKeepsItsContent) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  const TempDir dir;
  write_file(dir / "file", "old");
  std::filesystem::permissions(
      dir.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THAT(error_of([&] { write_file(dir / "file", "new"); }), EndsWith("Permission denied"));
  std::filesystem::permissions(dir.path(), std::filesystem::perms::owner_all);
  EXPECT_EQ(read_file(dir / "file"), "old");
  EXPECT_EQ(names_in(dir.path()), std::vector<std::string>{"file"});
}

// A disk that fills up while a file is written: first a part is taken, then nothing.
TEST(File, WhatCannotBeWrittenWholeKeepsItsContent) {
  const TempDir dir;
  write_file(dir / "file", "old");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // which would end the program
  const rlimit little{100'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  const std::string error = error_of([&] { write_file(dir / "file", std::string(300'000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(error, (dir / "file").string() + ": cannot be written: File too large");
  EXPECT_EQ(read_file(dir / "file"), "old");
  EXPECT_EQ(names_in(dir.path()), std::vector<std::string>{"file"});
}

TEST(File, ABareNameIsOfTheCurrentFolder) {
  const TempDir dir;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  write_file("bare", "x");
  const std::string seen = read_file("bare");
  std::filesystem::current_path(before);
  EXPECT_EQ(seen, "x");
  EXPECT_EQ(names_in(dir.path()), std::vector<std::string>{"bare"});
}

}  // namespace
}  // namespace gradus
