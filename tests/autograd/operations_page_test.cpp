// docs/operations.md is the table: it is written from it, with the errors that
// were measured, and goes red when it is out of date.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "tensor/file.h"
#include "tests/autograd/proof.h"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;

struct Measured {
  std::int64_t rows = 0, cases = 0;
  double value = 0, gradient = 0, second = 0;
};

void add(Measured& m, const Operation& row) {
  const Proof value = value_proof(row), rule = rule_proof(row), differences = gradient_proof(row),
              second = second_derivative_proof(row);
  ++m.rows;
  m.cases += value.cases + rule.cases + differences.cases + second.cases;
  m.value = std::max({m.value, value.worst, rule.worst});
  m.gradient = std::max(m.gradient, differences.worst);
  m.second = std::max(m.second, second.worst);
}

// A text in a cell: a bar would end it.
std::string cell(const std::string& text) {
  return std::regex_replace(text, std::regex("\\|"), "\\|");
}

std::string errors(const Measured& m) {
  return fmt::format("{:.0e}, {:.0e}, {:.0e}", m.value, m.gradient, m.second);
}

std::string page() {
  std::string tables;
  Measured all;
  std::size_t entries = 0;
  for (const Family& family : families()) {
    tables += fmt::format("\n## {}\n\n", family.title) +
              "| call | value | gradient | shapes | refused | worst errors |\n"
              "|---|---|---|---|---|---|\n";
    for (const Entry& entry : family.entries) {
      Measured m;
      for (const Operation& row : family.rows) {
        if (entry_of(row) == entry.name) add(m, row);
      }
      all.rows += m.rows;
      all.cases += m.cases;
      all.value = std::max(all.value, m.value);
      all.gradient = std::max(all.gradient, m.gradient);
      all.second = std::max(all.second, m.second);
      tables +=
          fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", cell(entry.call), cell(entry.formula),
                      cell(entry.gradient), cell(entry.shapes), cell(entry.errors), errors(m));
    }
    entries += family.entries.size();
  }
  return fmt::format(R"(# Operations

Every operation on Variables: what it computes, its gradient, the shapes it takes, what it refuses
with an `Error`, and how large its errors were. A gradient is written for an output y (or c, z) whose
gradient is dy. "Broadcast" means that shapes stretch to each other as in NumPy; a gradient is then
summed over what was stretched. Where values are averaged, n is their number; in `softmax_cross_entropy`
and `gaussian_kl` it is the number of samples. Comparisons (`>`, `==` and the like) are left out: they give
constants.

This page is written by the tests from the table that proves the operations (`tests/autograd/table`),
in double precision: {} operations in {} variants, {} comparisons over random shapes of rank 0 to 4,
dimensions of size 0 and 1 among them. The three errors are relative to the larger of 1 and the value,
the worst of all elements of all draws:

1. the kernels against plain loops (value) and against the rule in Variables (gradient); over all
   operations {:.0e}, held below {:.0e};
2. the gradient against five-point central differences of the value; {:.0e}, held below {:.0e};
3. the second derivative against such differences of the gradient; {:.0e}, held below {:.0e}.

`ctest --preset release -R OperationsPage` writes this page to `build/release/tests/operations.md`, and fails
where the one in `docs` differs in more than measured errors.
)",
                     entries, all.rows, all.cases, all.value, kRounding, all.gradient,
                     kDifferences.tolerance, all.second, kDifferences.tolerance) +
         tables;
}

// Rounding differs between processors: two pages are the same that differ in
// nothing but measured errors.
std::string without_errors(const std::string& text) {
  return std::regex_replace(text, std::regex("[0-9]e[-+][0-9]+|inf"), "?");
}

TEST(OperationsPage, IsWhatTheTableSays) {
  if (kFloat) GTEST_SKIP() << "the page is of the double build";
  const fs::path written = fs::current_path() / "operations.md";
  const std::string now = page();
  write_file(written, now);
  const fs::path file = fs::path(GRADUS_SOURCE_DIR) / "docs" / "operations.md";
  const std::string there = fs::exists(file) ? read_file(file) : "";
  EXPECT_TRUE(without_errors(there) == without_errors(now))
      << file << " is out of date: replace it by " << written;
}

}  // namespace
}  // namespace gradus::test
