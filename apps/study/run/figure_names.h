// What the figures of metrics.json are called on a page.
//
// Thread safety: free functions without state.
#pragma once

#include <string>

namespace gradus::study {

/// A FigureGroup's name for people: "results: accuracy" is "Accuracy". One that is
/// not known stays, with blanks for its underscores and dots.
std::string group_title(const std::string& group);

/// The label of a figure in its group: "test_normal" is "test, normal",
/// "mean_plus_2_5_std" is "mean + 2.5 std of normal training".
std::string figure_label(const std::string& group, const std::string& label);

}  // namespace gradus::study
