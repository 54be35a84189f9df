#include "apps/study/classes.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/study/fashion_mnist.h"

namespace gradus::study {

void add_class_flags(CLI::App& app, std::vector<int>& normal, std::vector<int>& abnormal) {
  std::string names;
  for (std::size_t i = 0; i < kFashionClasses.size(); ++i) {
    names += fmt::format("  {} {}\n", i, kFashionClasses[i]);
  }
  const auto add = [&](const char* flag, std::vector<int>& classes, const std::string& what) {
    app.add_option(flag, classes, what)
        ->delimiter(',')
        ->check(CLI::Range(0, 9).description(""))
        ->type_name("LIST")
        ->group("Classes");
  };
  add("--normal", normal, fmt::format("Classes to train on [{}]", fmt::join(normal, ",")));
  add("--abnormal", abnormal,
      fmt::format("Classes to tell from them [{}]", fmt::join(abnormal, ",")));
  app.footer("The classes of Fashion-MNIST:\n" + names +
             "\nExample: shirts against sneakers, on one thread, into a folder of its own\n"
             "  " +
             app.get_name() + " --normal 6 --abnormal 7 --threads 1 --out shirts");
  app.callback([&] {
    std::vector<int> all = normal;
    all.insert(all.end(), abnormal.begin(), abnormal.end());
    std::ranges::sort(all);
    const auto twice = std::ranges::adjacent_find(all);
    if (twice != all.end()) {
      throw CLI::ValidationError(
          "--normal and --abnormal",
          fmt::format("class {} is named twice, expected each at most once", *twice));
    }
  });
}

}  // namespace gradus::study
