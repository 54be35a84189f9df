// That the oracle (tests/oracle) misses no operation of the table.
#include <gtest/gtest.h>

#include <set>

#include "tests/oracle/rows.h"

namespace gradus::test {
namespace {

TEST(OracleRows, CoverEveryOperationOrSayWhyNot) {
  std::set<std::string> entries, covered, texts;
  for (const Family& family : families()) {
    for (const Entry& entry : family.entries) entries.insert(entry.name);
  }
  for (const OracleRow& row : oracle_rows()) {
    EXPECT_TRUE(entries.contains(row.operation)) << row.operation << " is no operation";
    EXPECT_TRUE(texts.insert(row.torch).second) << row.torch << " is there twice";
    covered.insert(row.operation);
  }
  for (const auto& [operation, reason] : oracle_exceptions()) {
    EXPECT_TRUE(entries.contains(operation)) << operation << " is no operation";
    EXPECT_TRUE(covered.insert(operation).second) << operation << " has a row and an exception";
    EXPECT_NE(reason, "") << operation;
  }
  for (const std::string& entry : entries) {
    EXPECT_TRUE(covered.contains(entry))
        << entry << " has neither a row in tests/oracle/rows.cpp nor a reason there";
  }
}

}  // namespace
}  // namespace gradus::test
