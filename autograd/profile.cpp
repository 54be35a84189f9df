#include "autograd/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

namespace gradus {
namespace {

double bytes_of(const Shape& shape) {
  return static_cast<double>(shape.numel()) * static_cast<double>(sizeof(Scalar));
}

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

struct Row {
  std::string name;
  std::int64_t calls = 0;
  double forward = 0, backward = 0, bytes = 0, flops = 0;

  double time() const { return forward + backward; }
  void add(const Profile::Event& e) {
    ++calls;
    (e.backward ? backward : forward) += e.seconds;
    bytes += e.bytes;
    flops += e.flops;
  }
};

}  // namespace

void Profile::add(Event event, const TimeSpan& time) {
  event.start = seconds(time.begin - start_);
  event.seconds = seconds(time.end - time.begin);
  events_.push_back(event);
}

void Profile::called(const ForwardCall& call) {
  Index largest = call.output.numel();
  bool view = false;  // a reshape writes nothing
  for (const Variable* input : call.inputs) {
    largest = std::max(largest, input->value().numel());
    view = view || call.output.shares_storage(input->value());
  }
  const double flops =
      call.multiply_adds > 0 ? 2 * call.multiply_adds : static_cast<double>(largest);
  add({call.operation, ModulePath::current(), false, 0, 0, view ? 0 : bytes_of(call.output.shape()),
       view ? 0 : flops, call.output.shape()},
      call.time);
}

void Profile::called(const BackwardCall& call) {
  double bytes = 0, elements = 0, products = 0;
  const auto parents = call.node.parents();
  for (std::size_t i = 0; i < parents.size(); ++i) {
    if (!parents[i]) continue;
    const Shape& shape = parents[i]->shape();
    bytes += bytes_of(shape);
    elements += static_cast<double>(std::max(shape.numel(), call.node.shape().numel()));
    if (i < 2) products += 1;
  }
  const double multiply_adds = call.node.multiply_adds();
  const double flops = multiply_adds > 0 ? 2 * products * multiply_adds : elements;
  add({call.node.operation(), &call.node.path(), true, 0, 0, bytes, flops, call.node.shape()},
      call.time);
}

std::string Profile::table(By by) const {
  std::map<std::string, Row> groups;
  Row total{.name = "total"};
  for (const Event& e : events_) {
    const std::string path = e.path->str();
    const std::string name = by == By::operation ? e.operation : path.empty() ? "-" : path;
    Row& row = groups[name];
    row.name = name;
    row.add(e);
    total.add(e);
  }
  std::vector<Row> rows;
  for (auto& [name, row] : groups) rows.push_back(row);
  std::ranges::stable_sort(rows, std::greater(), &Row::time);
  rows.push_back(total);

  const char* const heading = by == By::operation ? "operation" : "module";
  std::size_t width = std::string_view(heading).size();
  for (const Row& row : rows) width = std::max(width, row.name.size());
  std::string text =
      fmt::format("{:<{}}  {:>7}  {:>10}  {:>11}  {:>6}  {:>10}  {:>8}\n", heading, width, "calls",
                  "forward ms", "backward ms", "share", "MB written", "GFLOP/s");
  for (const Row& row : rows) {
    const double share = total.time() > 0 ? 100 * row.time() / total.time() : 0;
    const double rate = row.time() > 0 ? row.flops / row.time() / 1e9 : 0;
    fmt::format_to(std::back_inserter(text),
                   "{:<{}}  {:>7}  {:>10.3f}  {:>11.3f}  {:>5.1f}%  {:>10.3f}  {:>8.2f}\n",
                   row.name, width, row.calls, 1e3 * row.forward, 1e3 * row.backward, share,
                   row.bytes / 1e6, rate);
  }
  return text;
}

std::string Profile::chrome_trace() const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Event& e : events_) {
    list.push_back({{"name", e.operation},
                    {"cat", e.backward ? "backward" : "forward"},
                    {"ph", "X"},
                    {"pid", 1},
                    {"tid", thread_number()},
                    {"ts", 1e6 * e.start},
                    {"dur", 1e6 * e.seconds},
                    {"args",
                     {{"module", e.path->str()},
                      {"shape", e.shape.str()},
                      {"bytes", e.bytes},
                      {"flops", e.flops}}}});
  }
  const nlohmann::ordered_json trace{{"traceEvents", std::move(list)}};
  // Names that are not UTF-8 must not make the file unreadable.
  return trace.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace gradus
