#include "apps/study/fashion/classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "apps/study/data/fashion_mnist.h"
#include "apps/study/run/command_line.h"

namespace gradus::study {
namespace {

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// Takes a class by its number or its name, in letters of any case, and turns it
// into its number.
CLI::Validator class_by_number_or_name() {
  const auto check = [](std::string& text) -> std::string {
    for (std::size_t i = 0; i < kFashionClasses.size(); ++i) {
      if (text != std::to_string(i) && !same_letters(text, kFashionClasses[i])) continue;
      text = std::to_string(i);
      return "";
    }
    return got(text, "numbers from 0 to 9 or names of classes, with commas between them");
  };
  return CLI::Validator(check, "");
}

}  // namespace

void add_class_flags(CLI::App& app, std::vector<int>& normal, std::vector<int>& abnormal) {
  std::string names;
  for (std::size_t i = 0; i < kFashionClasses.size(); ++i) {
    names += fmt::format("  {} {}\n", i, kFashionClasses[i]);
  }
  const auto add = [&](const char* flag, std::vector<int>& classes, const std::string& what) {
    app.add_option(flag, classes, what)
        ->delimiter(',')
        ->transform(class_by_number_or_name())
        ->type_name("LIST")
        ->group("Classes");
  };
  add("--normal", normal,
      fmt::format("Classes to train on, numbers or names [{}]", fmt::join(normal, ",")));
  add("--abnormal", abnormal,
      fmt::format("Classes to tell from them [{}]", fmt::join(abnormal, ",")));
  app.footer("The classes of Fashion-MNIST:\n" + names +
             "\nExample: shirts against sneakers, on one thread, into a folder of its own\n"
             "  " +
             app.get_name() + " --normal shirt --abnormal sneaker --threads 1 --out shirts");
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
