#include "autograd/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "autograd/ops.h"
#include "tensor/file.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus {
namespace {

using test::error_of;
using test::leaf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

constexpr const char* kLeaf = ", shape=box, style=filled, fillcolor=lightgrey";

TEST(Dot, ShowsOperationsShapesModulesAndNames) {
  const Variable w = leaf({2, 3}, {1, 2, 3, 4, 5, 6});
  Variable y;
  {
    const ModulePath::Scope scope(ModulePath::root()->child("encoder")->child("dense"));
    y = tanh(matmul(Variable(Tensor::ones({4, 2})), w));
  }
  y = sum(y);
  EXPECT_EQ(to_dot(y, {.parameters = {{"encoder.dense.weight", w}}}),
            "digraph {\n"
            "  n0 [label=\"encoder.dense.weight\\n(2, 3)\"" +
                std::string(kLeaf) +
                "];\n"
                "  n1 [label=\"matmul\\n(4, 3)\\nencoder.dense\"];\n"
                "  n0 -> n1;\n"
                "  n2 [label=\"tanh\\n(4, 3)\\nencoder.dense\"];\n"
                "  n1 -> n2;\n"
                "  n3 [label=\"sum\\n(1, 1)\"];\n"
                "  n2 -> n3;\n"
                "  n4 [label=\"reshape\\n()\"];\n"
                "  n3 -> n4;\n"
                "}\n");
}

TEST(Dot, ShowsSharedNodesOnceAndEveryUseOfThem) {
  const Variable x = leaf(3);
  const Variable shared = exp(x);
  const std::string dot = to_dot(shared * shared + shared);
  EXPECT_EQ(count(dot, "label=\"exp"), 1);
  EXPECT_EQ(count(dot, "label=\"leaf"), 1);
  EXPECT_EQ(count(dot, "n1 -> n2;"), 2);  // both factors
  EXPECT_EQ(count(dot, "n1 -> n3;"), 1);
  EXPECT_EQ(count(dot, "[label="), 4);
  EXPECT_EQ(count(dot, "->"), 5);
}

TEST(Dot, IsTheSameForTheSameProgram) {
  const auto draw = [] {
    const Variable a = leaf(1), b = leaf(2);
    const Variable c = exp(b), d = exp(a);
    return to_dot(d * c + b * d);
  };
  EXPECT_EQ(draw(), draw());
}

TEST(Dot, ShowsGradientsOnRequest) {
  const Variable x = leaf({2}, {3, 4}), unused = leaf(1);
  const Variable y = sum(x * x);
  y.backward({.retain_graph = true});
  EXPECT_THAT(to_dot(y, {.gradients = true}), HasSubstr("\\ngradient: norm 10, mean 7\""));
  EXPECT_THAT(to_dot(y), Not(HasSubstr("gradient")));
  EXPECT_THAT(to_dot(exp(unused), {.gradients = true}), HasSubstr("leaf\\n()\\nno gradient\""));
}

TEST(Dot, ShowsTheGradientOfNoElements) {
  const Variable none = leaf({0}, {});
  const Variable y = sum(none);
  y.backward({.retain_graph = true});
  EXPECT_THAT(to_dot(y, {.gradients = true}), HasSubstr("\\ngradient: norm 0, mean 0\""));
}

TEST(Dot, ShowsWhatWasFreed) {
  const Variable x = leaf(2);
  const Variable y = exp(x);
  y.backward();
  EXPECT_EQ(to_dot(y), "digraph {\n  n0 [label=\"exp\\n()\\nfreed\"];\n}\n");
}

TEST(Dot, EscapesNames) {
  const Variable x = leaf(2);
  const std::string dot = to_dot(x, {.parameters = {{"a \"b\"\\n\n", x}}});
  EXPECT_THAT(dot, HasSubstr("label=\"a \\\"b\\\"\\\\n \\n()\""));
}

TEST(Dot, OfALongChainNeedsNoStack) {
  const Variable x = leaf(3);
  Variable y = x;
  constexpr int kNodes = 1'000'000;
  for (int i = 0; i < kNodes; ++i) y = -y;
  const std::string dot = to_dot(y);
  EXPECT_THAT(dot.substr(dot.size() - 200), HasSubstr("  n999999 -> n1000000;\n}\n"));
}

TEST(Dot, RefusesWhatHasNoGraph) {
  const std::string text =
      "[to_dot] this result has no graph, as it depends on no variable made with requires_grad; "
      "was it detached, or computed under NoGrad?";
  EXPECT_EQ(error_of([] { to_dot(Variable(1)); }), text);
  EXPECT_EQ(error_of([] { to_svg(Variable(1)); }), text);
}

// ---------------------------------------------------------------- Graphviz

/// While it lives, programs are looked for in a folder of its own, then the usual ones.
class ProgramFolder {
 public:
  explicit ProgramFolder(bool only) : before_(std::getenv("PATH")) {
    ::setenv("PATH", (folder_.path().string() + (only ? "" : ":" + before_)).c_str(), 1);
  }
  ~ProgramFolder() { ::setenv("PATH", before_.c_str(), 1); }
  ProgramFolder(const ProgramFolder&) = delete;
  ProgramFolder& operator=(const ProgramFolder&) = delete;

  void add(const std::string& name, const std::string& script) const {
    write_file(folder_ / name, "#!/bin/sh\n" + script);
    std::filesystem::permissions(folder_ / name, std::filesystem::perms::owner_all);
  }

 private:
  test::TempDir folder_;
  std::string before_;
};

TEST(Svg, NamesThePackageWhereDotIsMissing) {
  const ProgramFolder empty(true);
  EXPECT_EQ(error_of([] { to_svg(exp(leaf(1))); }),
            "[to_svg] cannot start the program dot (No such file or directory); install the "
            "package graphviz, or give the text of to_dot() to another viewer");
}

TEST(Svg, IsWhatDotMakesOfTheText) {
  const ProgramFolder folder(false);
  folder.add("dot", "echo \"<svg $*>\"; cat\n");
  const Variable y = exp(leaf(1));
  EXPECT_EQ(to_svg(y), "<svg -Tsvg>\n" + to_dot(y));
}

TEST(Svg, SaysWhyDotFailed) {
  const ProgramFolder folder(false);
  folder.add("dot", "echo 'syntax error in line 1' >&2; exit 3\n");
  EXPECT_EQ(error_of([] { to_svg(exp(leaf(1))); }), "[to_svg] dot failed: syntax error in line 1");
}

/// While it lives, this program may have no more than `most` of a resource.
class Limit {
 public:
  Limit(__rlimit_resource_t resource, rlim_t most) : resource_(resource) {
    ::getrlimit(resource, &before_);
    const rlimit limit{most, before_.rlim_max};
    ::setrlimit(resource, &limit);
  }
  ~Limit() { ::setrlimit(resource_, &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  __rlimit_resource_t resource_;
  rlimit before_{};
};

TEST(Svg, SaysWhyThereIsNoTemporaryFile) {
  const Variable y = exp(leaf(1));
  const Limit no_files(RLIMIT_NOFILE, 0);
  EXPECT_EQ(error_of([&] { to_svg(y); }),
            "[to_svg] no temporary file for dot: Too many open files");
}

TEST(Svg, SaysWhyItCannotWrite) {
  const Variable y = exp(leaf(1));
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // which would end the program
  const std::string error = [&] {
    const Limit no_bytes(RLIMIT_FSIZE, 0);
    return error_of([&] { to_svg(y); });
  }();
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(error, "[to_svg] cannot write to a temporary file: File too large");
}

TEST(Svg, OfTheRealDotIsAPicture) {
  if (std::system("dot -V > /dev/null 2>&1") != 0) GTEST_SKIP() << "Graphviz is not installed";
  const std::string svg = to_svg(exp(leaf(1)));
  EXPECT_THAT(svg, StartsWith("<?xml"));
  EXPECT_EQ(count(svg, "class=\"node\""), 2);
  EXPECT_EQ(count(svg, "class=\"edge\""), 1);
}

}  // namespace
}  // namespace gradus
