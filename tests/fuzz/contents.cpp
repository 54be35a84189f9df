#include "apps/study/run/run_contents.h"
#include "tests/fuzz/target.h"

namespace gradus::test {

const FuzzTarget contents(
    "contents",
    [] {
      return std::vector<std::string>{
          study::contents_head("a run of x", {{"seed", "7"}, {"batch size", "32"}}) +
          "x.csv\ncharts/\nruns/seed_7/contents.txt\n"};
    },
    [](std::string_view bytes) {
      const auto found = study::parse_contents(bytes);
      if (!found) fail("no run");
      for (const std::string& name : found->files) {
        if (!study::stays_inside(name)) continue;
        const std::filesystem::path path = ("/top" / std::filesystem::path(name.c_str()));
        const std::string reached = path.lexically_normal().string();
        require(reached.starts_with("/top/") && reached != "/top/", "names lead into the folder");
      }
    });

}  // namespace gradus::test
