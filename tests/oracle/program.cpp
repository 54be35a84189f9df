// Draws the oracle's graphs and models, carries them out in gradus, and writes
// both down for compare.py, which does the same in PyTorch.
//
//   oracle FOLDER
//
// oracle.json says what was done; a tensor in it is [place, sizes...], where place
// is that of its first number in numbers.bin, which holds doubles.
#include <fmt/format.h>

#include <fstream>
#include <map>

#include "tests/oracle/graph.h"
#include "tests/oracle/training.h"
#include "tests/oracle/writer.h"

namespace gradus::test {
namespace {

using Json = nlohmann::json;

constexpr int kGraphs = 1000, kShallowest = 5, kDeepest = 30;
constexpr int kLeastUses = 20;  // of every operation, over all graphs

Json graphs(Writer& writer) {
  Random random(20240229);
  Json list = Json::array();
  int rejected = 0, deepest = 0;
  std::map<std::string, int> uses;
  for (int i = 0; i < kGraphs; ++i) {
    const OracleDraw draw = draw_graph(random, kShallowest + i % (kDeepest - kShallowest + 1));
    rejected += draw.rejected;
    const OracleRun plain = run(draw.graph), probed = run_with_probes(draw.graph);
    Json nodes = Json::array();
    for (std::size_t n = 0; n < draw.graph.size(); ++n) {
      const OracleNode& node = draw.graph[n];
      Json entry{{"value", writer(plain.values[n])}, {"probe", writer(probed.gradients[n])}};
      if (plain.gradients[n].defined()) entry["gradient"] = writer(plain.gradients[n]);
      if (node.row != nullptr) {
        entry["operation"] = node.row->operation;
        entry["torch"] = node.row->torch;
        entry["inputs"] = node.inputs;
        ++uses[node.row->operation];
      }
      nodes.push_back(entry);
    }
    deepest = std::max(deepest, draw.graph.back().depth);
    list.push_back(nodes);
  }
  for (const OracleRow& row : oracle_rows()) {
    if (uses[row.operation] < kLeastUses) {
      fail("[oracle] drew {} only {} times, expected {}", row.operation, uses[row.operation],
           kLeastUses);
    }
  }
  if (rejected > 2 * kGraphs) {
    fail("[oracle] {} draws were ill-conditioned, expected no more than {}", rejected, 2 * kGraphs);
  }
  return {{"graphs", list}, {"rejected", rejected}, {"deepest", deepest}};
}

}  // namespace
}  // namespace gradus::test

int main(int argc, char** argv) {
  using namespace gradus::test;
  if (argc != 2) {
    fmt::print(stderr, "usage: oracle FOLDER\n");
    return 2;
  }
  try {
    const std::filesystem::path folder(argv[1]);
    std::filesystem::create_directories(folder);
    Writer writer(folder / "numbers.bin");
    Json all = graphs(writer);
    all["float"] = sizeof(gradus::Scalar) == sizeof(float);
    all["trainings"] = trainings(writer);
    writer.close();
    std::ofstream(folder / "oracle.json") << all;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
