#include "apps/study/data/fashion_mnist.h"

#include <fmt/ranges.h>

#include <future>
#include <utility>

#include "apps/study/data/data_places.h"
#include "apps/study/data/gzip.h"
#include "apps/study/data/idx.h"
#include "apps/study/data/sha256.h"
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

// The file's names: plain or gzipped.
std::vector<std::string> names_of(std::string_view name) {
  return {std::string(name), fmt::format("{}.gz", name)};
}

struct File {
  fs::path path;
  std::string content;  // inflated
};

File read(const fs::path& folder, std::string_view name) {
  const auto path = first_file(folder, names_of(name));
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

// Of images that are all the same, no error could tell anything.
void require_different(const LabelledImages& data, const File& images) {
  const auto image = static_cast<std::ptrdiff_t>(data.rows * data.columns);
  const std::vector<uint8_t>& pixels = data.pixels;
  if (data.count() > 1 && std::equal(pixels.begin() + image, pixels.end(), pixels.begin())) {
    fail("{}: got {} images that are all the same, expected different ones", images.path.string(),
         data.count());
  }
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
    return checksum_of(
        {train_images.content, train_labels.content, test_images.content, test_labels.content});
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
  require_different(data.train, train_images);
  return data;
}

}  // namespace

std::vector<fs::path> fashion_mnist_places() {
  std::vector<fs::path> places = data_places();
  places.insert(places.begin(), "/usr/share/datasets/fashion-mnist");  // Debian's package
  return places;
}

fs::path find_fashion_mnist(const std::optional<fs::path>& flag,
                            const std::vector<fs::path>& places) {
  const DataSetFiles set{.name = "Fashion-MNIST",
                         .folder = "fashion-mnist",
                         .files = names_of(kTrainImages),
                         .expected = "train-images-idx3-ubyte[.gz]",
                         .way_out = kWayOut};
  return find_data(set, flag, places).parent_path();
}

FashionMnist load_fashion_mnist(const fs::path& folder) {
  try {
    return load(folder);
  } catch (const Error& error) {
    fail("{}; {}", error.what(), kWayOut);
  }
}

DataSource source_of(const FashionMnist& data) {
  if (!data.published) {
    return {"custom images", "custom data in IDX files", data.checksum};
  }
  return {"Fashion-MNIST", "Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017; MIT licence)",
          data.checksum};
}

}  // namespace gradus::study
