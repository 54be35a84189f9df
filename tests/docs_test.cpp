// The documents tell the truth: their programs are those in docs/examples, and
// print what the documents say; what they link to exists.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tensor/file.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> documents() {
  const fs::path root = GRADUS_SOURCE_DIR;
  std::vector<fs::path> files{root / "README.md", root / "CONTRIBUTING.md", root / "CHANGELOG.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") files.push_back(entry.path());
  }
  return files;
}

// What stands between ```language and ``` after position `from`.
std::string block(const std::string& text, const std::string& language, size_t from) {
  const std::string open = "```" + language + "\n";
  const size_t begin = text.find(open, from) + open.size();
  return text.substr(begin, text.find("```", begin) - begin);
}

std::string output_of(const fs::path& program) {
  std::string output;
  std::FILE* const pipe = ::popen(("'" + program.string() + "'").c_str(), "r");
  if (pipe == nullptr) return "";
  std::array<char, 4096> buffer;
  for (size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.append(buffer.data(), n);
  }
  return ::pclose(pipe) == 0 ? output : "";
}

TEST(Docs, SnippetsAreTheExamplesAndPrintWhatTheySay) {
  const std::regex mark("<!-- docs/examples/(\\w+)\\.cpp -->");
  int snippets = 0;
  for (const fs::path& file : documents()) {
    const std::string text = gradus::read_file(file);
    for (std::sregex_iterator it(text.begin(), text.end(), mark), end; it != end; ++it) {
      const std::string name = (*it)[1];
      const auto at = static_cast<size_t>(it->position());
      SCOPED_TRACE(file.string() + ": " + name);
      const fs::path source = fs::path(GRADUS_SOURCE_DIR) / "docs" / "examples" / (name + ".cpp");
      EXPECT_EQ(block(text, "cpp", at), gradus::read_file(source));
      EXPECT_EQ(block(text, "text", at),
                output_of(fs::path(GRADUS_EXAMPLES_DIR) / ("example_" + name)));
      ++snippets;
    }
  }
  EXPECT_EQ(snippets, 7);
}

TEST(Docs, EveryCppBlockIsAnExample) {
  for (const fs::path& file : documents()) {
    const std::string text = gradus::read_file(file);
    for (size_t at = text.find("```cpp"); at != std::string::npos;
         at = text.find("```cpp", at + 1)) {
      EXPECT_EQ(text.substr(at - 5, 5), " -->\n") << file << " has a snippet without its file";
    }
  }
}

TEST(Docs, HaveNoPlaceholders) {
  for (const fs::path& file : documents()) {
    EXPECT_FALSE(std::regex_search(gradus::read_file(file), std::regex("@\\w+@"))) << file;
  }
}

TEST(Docs, LinksLeadToFiles) {
  const std::regex link("\\]\\(([^)#: ]+)(#[^)]*)?\\)");
  for (const fs::path& file : documents()) {
    const std::string text = gradus::read_file(file);
    for (std::sregex_iterator it(text.begin(), text.end(), link), end; it != end; ++it) {
      EXPECT_TRUE(fs::exists(file.parent_path() / (*it)[1].str()))
          << file << " links to " << (*it)[1];
    }
  }
}

// Lines that are neither empty nor a comment alone.
int lines_of_code(const fs::path& folder) {
  int lines = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
    std::istringstream text(gradus::read_file(entry.path()));
    for (std::string line; std::getline(text, line);) {
      const size_t begin = line.find_first_not_of(' ');
      if (begin != std::string::npos && line.compare(begin, 2, "//") != 0) ++lines;
    }
  }
  return lines;
}

TEST(Docs, SayHowLongTheLibraryIs) {
  int lines = 0;
  for (const char* folder : {"tensor", "autograd", "nn", "optim"}) {
    lines += lines_of_code(fs::path(GRADUS_SOURCE_DIR) / folder);
  }
  const std::string readme = gradus::read_file(fs::path(GRADUS_SOURCE_DIR) / "README.md");
  std::smatch said;
  ASSERT_TRUE(std::regex_search(readme, said, std::regex("some (\\d+),(\\d{3}) lines")));
  EXPECT_NEAR(std::stoi(said[1].str() + said[2].str()), lines, 0.03 * lines);
}

// The first group of every match of `pattern`.
std::set<std::string> all(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    found.insert((*it)[1]);
  }
  return found;
}

TEST(Docs, ListTheDependenciesThatAreInstalled) {
  const fs::path root = GRADUS_SOURCE_DIR;
  const std::string script = std::regex_replace(
      gradus::read_file(root / "scripts" / "install-dependencies"), std::regex("#[^\n]*"), "");
  std::string lists;
  for (const std::string& list : all(script, std::regex("packages\\+?=\\(([^)]*)\\)"))) {
    lists += list + " ";
  }
  std::set<std::string> installed = all(lists, std::regex("(\\S+)"));
  installed.merge(all(script, std::regex("([\\w-]+)==")));  // by pip
  const std::string page = gradus::read_file(root / "docs" / "dependencies.md");
  const size_t begin = page.find("## Packages");
  const std::string table = page.substr(begin, page.find("\n## ", begin) - begin);
  EXPECT_GT(installed.size(), 30u);
  EXPECT_EQ(all(table, std::regex("\n\\| `([^`]+)` \\|")), installed);
}

}  // namespace
