// Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28 x 28 grey
// pixels each, in ten classes. Finding it on this machine, and loading it.
//
// The images are owned by the structs; nothing of a file stays open.
// Thread safety: free functions without state; loading uses two threads of its own.
// Source: Xiao, Rasul and Vollgraf, Fashion-MNIST (2017), arXiv:1708.07747.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/study/data/data_source.h"

namespace gradus::study {

/// What the labels 0 to 9 stand for.
inline constexpr std::array<std::string_view, 10> kFashionClasses = {
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

struct LabelledImages {
  std::vector<uint8_t> pixels;  ///< [count][rows][columns], 0 (background) to 255
  std::vector<uint8_t> labels;  ///< [count], each below ten
  int64_t rows = 0;
  int64_t columns = 0;

  int64_t count() const { return static_cast<int64_t>(labels.size()); }
};

struct FashionMnist {
  LabelledImages train;
  LabelledImages test;
  std::filesystem::path folder;  ///< where the files are
  /// "sha256:" and the hash of the four inflated files in a row: training images,
  /// training labels, test images, test labels. Compression makes no difference.
  std::string checksum;
  bool published = false;  ///< whether these are the images the authors published
};

/// Where the data is looked for if nobody says where it is: Debian's folder, this
/// project's `data` folder, and `data` in the current folder.
std::vector<std::filesystem::path> fashion_mnist_places();

/// The folder that holds the data, as `find_data` finds it: `flag` (of `--data`),
/// GRADUS_DATA or the first of `places` that has it. Each may be the folder itself
/// or hold it under the name `fashion-mnist`. Throws `Error` as `find_data` does.
std::filesystem::path find_fashion_mnist(
    const std::optional<std::filesystem::path>& flag,
    const std::vector<std::filesystem::path>& places = fashion_mnist_places());

/// The data in `folder`: the four files {train,t10k}-{images-idx3,labels-idx1}-ubyte,
/// each plain or with `.gz` (plain wins). Other data of that form will do, of any
/// number and size of images; `published` tells. Throws `Error`, naming the file,
/// where one is missing or damaged or they do not fit together.
FashionMnist load_fashion_mnist(const std::filesystem::path& folder);

/// Name, credit and checksum of `data`.
DataSource source_of(const FashionMnist& data);

}  // namespace gradus::study
