#include "apps/study/fashion_mnist.h"

#include <fmt/ranges.h>

#include <cstdlib>
#include <future>
#include <system_error>
#include <utility>

#include "apps/study/gzip.h"
#include "apps/study/idx.h"
#include "apps/study/sha256.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWayOut =
    "try `apt-get install dataset-fashion-mnist` or `scripts/fetch-data`";

constexpr std::string_view kPublishedChecksum =
    "sha256:14410854cf7a289477dcfc7df3f8ec24741e281cdcc425ede0d9a748ca630214";

constexpr std::string_view kTrainImages = "train-images-idx3-ubyte";
constexpr std::string_view kTrainLabels = "train-labels-idx1-ubyte";
constexpr std::string_view kTestImages = "t10k-images-idx3-ubyte";
constexpr std::string_view kTestLabels = "t10k-labels-idx1-ubyte";

// Five times the true training images: room for other data, none for a bomb.
constexpr size_t kMaxBytes = 256 << 20;

// The file in `folder`, plain or gzipped.
std::optional<fs::path> find_file(const fs::path& folder, std::string_view name) {
  for (const std::string_view suffix : {"", ".gz"}) {
    fs::path path = folder / name;
    path += suffix;
    std::error_code ignored;  // what cannot be looked at is not there
    if (fs::exists(path, ignored)) return path;
  }
  return std::nullopt;
}

// `place` or its subfolder, whichever has the data.
std::optional<fs::path> find_in(const fs::path& place) {
  for (const fs::path& folder : {place, place / "fashion-mnist"}) {
    if (find_file(folder, kTrainImages)) return folder;
  }
  return std::nullopt;
}

fs::path find_in_named(std::string_view who, const fs::path& place) {
  if (const auto folder = find_in(place)) return *folder;
  fail(
      "{} {}: got no {}[.gz] there or in its folder fashion-mnist, expected one; {}, or name "
      "another folder",
      who, place.string(), kTrainImages, kWayOut);
}

struct File {
  fs::path path;
  std::string content;  // inflated
};

File read(const fs::path& folder, std::string_view name) {
  const auto path = find_file(folder, name);
  if (!path) fail("{}[.gz]: got no such file, expected one", (folder / name).string());
  return {*path, read_maybe_gzip(*path, kMaxBytes)};
}

LabelledImages parse(const File& images_file, const File& labels_file) {
  IdxArray images = parse_idx(images_file.content, 3, images_file.path);
  IdxArray labels = parse_idx(labels_file.content, 1, labels_file.path);
  if (images.bytes.empty()) {
    fail("{}: got {} images (count x rows x columns), expected at least one pixel",
         images_file.path.string(), fmt::join(images.dims, " x "));
  }
  if (labels.dims[0] != images.dims[0]) {
    fail("{}: got {} labels, expected {}, one for each image of {}", labels_file.path.string(),
         labels.dims[0], images.dims[0], images_file.path.filename().string());
  }
  for (size_t i = 0; i < labels.bytes.size(); ++i) {
    if (labels.bytes[i] >= kFashionClasses.size()) {
      fail("{}: got the label {} for image {}, expected 0 to {}", labels_file.path.string(),
           labels.bytes[i], i, kFashionClasses.size() - 1);
    }
  }
  return {.pixels = std::move(images.bytes),
          .labels = std::move(labels.bytes),
          .rows = images.dims[1],
          .columns = images.dims[2]};
}

FashionMnist load(const fs::path& folder) {
  // Inflating the training images takes longer than all the rest, so it gets a
  // thread and the rest is done meanwhile.
  auto reading = std::async(std::launch::async, read, folder, kTrainImages);
  const File train_labels = read(folder, kTrainLabels);
  const File test_images = read(folder, kTestImages);
  const File test_labels = read(folder, kTestLabels);
  const File train_images = reading.get();

  // Should a file not parse, the future waits for its thread before the contents
  // it reads go: it is declared after them.
  auto hashing = std::async(std::launch::async, [&] {
    Sha256 hash;
    for (const File* file : {&train_images, &train_labels, &test_images, &test_labels}) {
      hash.update(file->content);
    }
    return "sha256:" + hash.hex();
  });
  FashionMnist data;
  data.folder = folder;
  data.train = parse(train_images, train_labels);
  data.test = parse(test_images, test_labels);
  if (data.test.rows != data.train.rows || data.test.columns != data.train.columns) {
    fail("{}: got images of {} x {} pixels, expected {} x {} as in {}", test_images.path.string(),
         data.test.rows, data.test.columns, data.train.rows, data.train.columns,
         train_images.path.filename().string());
  }
  data.checksum = hashing.get();
  data.published = data.checksum == kPublishedChecksum;
  return data;
}

}  // namespace

std::vector<fs::path> fashion_mnist_places() {
  return {
      "/usr/share/datasets/fashion-mnist",  // Debian's package dataset-fashion-mnist
#ifdef GRADUS_SOURCE_DATA_DIR
      GRADUS_SOURCE_DATA_DIR,
#endif
      "data",
  };
}

fs::path find_fashion_mnist(const std::optional<fs::path>& flag,
                            const std::vector<fs::path>& places) {
  if (flag) return find_in_named("--data", *flag);
  const char* variable = std::getenv("GRADUS_DATA");
  if (variable != nullptr && *variable != '\0') return find_in_named("GRADUS_DATA", variable);
  std::vector<std::string> looked_at;
  for (const fs::path& place : places) {
    if (const auto folder = find_in(place)) return *folder;
    looked_at.push_back(place.string());
  }
  fail(
      "Fashion-MNIST: got no {}[.gz] in {}, expected one; {}, or name its folder with --data or "
      "GRADUS_DATA",
      kTrainImages, fmt::join(looked_at, ", "), kWayOut);
}

FashionMnist load_fashion_mnist(const fs::path& folder) {
  try {
    return load(folder);
  } catch (const Error& error) {
    fail("{}; {}", error.what(), kWayOut);
  }
}

}  // namespace gradus::study
