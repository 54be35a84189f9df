// That the table is complete: every operation of the library has an entry, every
// entry a row, and every row an entry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>

#include "autograd/ops.h"
#include "tensor/file.h"
#include "tests/autograd/operation_table.h"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;

/// The names that errors and graphs give the operations which the rows apply.
std::set<std::string> applied() {
  std::set<std::string> names;
  for (const Operation& row : operations()) {
    Random random(1);
    std::vector<Variable> xs;
    for (const Tensor& x : draw_inputs(row, random, kSmall)) xs.emplace_back(x, true);
    std::vector<std::shared_ptr<Node>> nodes = {row.function(xs).node()};
    while (!nodes.empty()) {
      const std::shared_ptr<Node> node = nodes.back();
      nodes.pop_back();
      if (!node) continue;
      names.insert(node->operation());
      nodes.insert(nodes.end(), node->parents().begin(), node->parents().end());
    }
  }
  return names;
}

TEST(OperationTable, EveryOperationOfTheSourcesIsAppliedByARow) {
  const std::set<std::string> names = applied();
  const std::regex declaration("kName =[^;]*;"), literal("\"([a-z0-9_]+)\"");  // one, or one of two
  int found = 0;
  for (const char* folder : {"autograd", "nn", "optim"}) {
    for (const auto& file : fs::directory_iterator(fs::path(GRADUS_SOURCE_DIR) / folder)) {
      if (file.path().extension() != ".h" && file.path().extension() != ".cpp") continue;
      const std::string text = read_file(file.path());
      // What a comment shows is no operation.
      const std::regex comment("//[^\n]*");
      const std::string code = std::regex_replace(text, comment, "");
      for (std::sregex_iterator d(code.begin(), code.end(), declaration), end; d != end; ++d) {
        const std::string names_it = d->str();
        for (std::sregex_iterator i(names_it.begin(), names_it.end(), literal); i != end; ++i) {
          ++found;
          EXPECT_TRUE(names.contains((*i)[1])) << (*i)[1] << " of " << file.path() << " has no row";
        }
      }
    }
  }
  EXPECT_GT(found, 20);
}

TEST(OperationTable, EveryRowHasAnEntryAndEveryEntryARow) {
  std::set<std::string> entries, rows;
  for (const Family& family : families()) {
    for (const Entry& entry : family.entries) {
      EXPECT_TRUE(entries.insert(entry.name).second) << entry.name << " is there twice";
      for (const std::string& text : {entry.call, entry.formula, entry.gradient, entry.shapes}) {
        EXPECT_NE(text, "") << entry.name;
      }
    }
  }
  for (const Operation& row : operations()) {
    EXPECT_NE(entry_of(row), "") << row.name << " has no entry";
    rows.insert(entry_of(row));
  }
  EXPECT_EQ(rows, entries);
}

}  // namespace
}  // namespace gradus::test
