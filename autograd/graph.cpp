#include "autograd/graph.h"

#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <unordered_map>

#include "tensor/error.h"

namespace gradus {
namespace {

// As part of a quoted string, in which \n and the like are Graphviz' own.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string gradient_line(const Node& node) {
  if (!node.has_gradient()) return "no gradient";
  double sum = 0, squares = 0;
  for (const Scalar v : node.gradient().data()) {
    const auto g = static_cast<double>(v);
    sum += g;
    squares += g * g;
  }
  return fmt::format("gradient: norm {:.4g}, mean {:.4g}", std::sqrt(squares),
                     sum / static_cast<double>(std::max<Index>(1, node.shape().numel())));
}

// ---------------------------------------------------------------- Graphviz

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File temporary_file() {
  File file(std::tmpfile(), &std::fclose);
  if (!file) fail("[to_svg] no temporary file for dot: {}", std::strerror(errno));
  return file;
}

std::string content(std::FILE* file) {
  std::string text;
  std::rewind(file);
  std::array<char, 4096> buffer;
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), file)) > 0;) {
    text.append(buffer.data(), n);
  }
  return text;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string to_dot(const Variable& y, const GraphOptions& options) {
  if (!y.requires_grad()) {
    fail(
        "[to_dot] this result has no graph, as it depends on no variable made with requires_grad; "
        "was it detached, or computed under NoGrad?");
  }
  std::unordered_map<const Node*, std::string_view> names;
  for (const NamedParameter& p : options.parameters) names[p.variable.node().get()] = p.name;

  std::string text = "digraph {\n";
  std::unordered_map<const Node*, std::size_t> numbers;
  auto nodes = reachable(y.node(), [](const Node&) {});
  std::ranges::reverse(nodes);
  for (const auto& node : nodes) {
    const std::size_t number = numbers.size();
    numbers[node.get()] = number;
    std::string label(node->operation());
    if (const auto name = names.find(node.get()); name != names.end()) label = name->second;
    label = escaped(label) + "\\n" + node->shape().str();
    if (const std::string path = node->path().str(); !path.empty()) label += "\\n" + escaped(path);
    if (node->released()) label += "\\nfreed";
    if (options.gradients && node->is_leaf()) label += "\\n" + gradient_line(*node);
    fmt::format_to(std::back_inserter(text), "  n{} [label=\"{}\"{}];\n", number, label,
                   node->is_leaf() ? ", shape=box, style=filled, fillcolor=lightgrey" : "");
    for (const std::shared_ptr<Node>& parent : node->parents()) {
      if (!parent) continue;
      fmt::format_to(std::back_inserter(text), "  n{} -> n{};\n", numbers.at(parent.get()), number);
    }
  }
  return text + "}\n";
}

std::string to_svg(const Variable& y, const GraphOptions& options) {
  const std::string dot = to_dot(y, options);
  const File input = temporary_file(), output = temporary_file(), errors = temporary_file();
  if (std::fwrite(dot.data(), 1, dot.size(), input.get()) != dot.size() ||
      std::fflush(input.get()) != 0) {
    fail("[to_svg] cannot write to a temporary file: {}", std::strerror(errno));
  }
  std::rewind(input.get());

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(input.get()), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(output.get()), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(errors.get()), STDERR_FILENO);
  std::string program = "dot", format = "-Tsvg";
  const std::array<char*, 3> arguments{program.data(), format.data(), nullptr};
  pid_t pid = 0;
  const int error =
      ::posix_spawnp(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    fail(
        "[to_svg] cannot start the program dot ({}); install the package graphviz, or give the "
        "text of to_dot() to another viewer",
        std::strerror(error));
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) fail("[to_svg] dot failed: {}", first_line(content(errors.get())));
  return content(output.get());
}

}  // namespace gradus
