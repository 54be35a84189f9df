#include "apps/study/report/picture.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "apps/study/report/picture_label.h"
#include "tensor/error.h"

// Static, so that a program which has its own copy of stb does not clash.
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>

namespace gradus::study {
namespace {

constexpr uint8_t kWhite = 255;
constexpr uint8_t kFrame = 150;
constexpr int kFrameGap = 2;  // beside a dark image it would not be seen
constexpr uint8_t kText = 48;
constexpr uint8_t kNotANumber = 128;

uint8_t ink(float value) {
  if (std::isnan(value)) return kNotANumber;
  return static_cast<uint8_t>(std::lround(255.0F * (1.0F - std::clamp(value, 0.0F, 1.0F))));
}

// The labels of a grid, all with letters of one size.
struct Labels {
  std::vector<LabelPixels> texts;  // of the first cells
  int width = 0;                   // of a cell that the longest fits into
  int scale = 1;                   // pixels of the picture to one of the font

  // As large as fits over an image and half the gap beside it, but not so large
  // as to outweigh the image.
  Labels(const ImageGrid& grid, int64_t image_width, int64_t image_height) {
    int longest = 1;
    for (const std::string& label : grid.labels) {
      texts.push_back(label_pixels(label));
      longest = std::max(longest, texts.back().width);
    }
    const int64_t fitting = (image_width + grid.gap / 2) / longest;
    scale = static_cast<int>(std::max<int64_t>(1, std::min(fitting, image_height / 28)));
    width = scale * longest - grid.gap / 2;
  }
  bool any(size_t begin, size_t end) const {
    for (size_t i = begin; i < std::min(end, texts.size()); ++i) {
      if (!texts[i].boxes.empty()) return true;
    }
    return false;
  }
  int height() const { return kLabelHeight * scale; }
};

// The picture while it is drawn: cells of equal size on white, those of a row
// with labels below room for them.
class Canvas {
 public:
  Canvas(const char* op, const ImageGrid& grid)
      : grid_(grid),
        image_width_(int64_t{grid.image_columns} * grid.scale),
        image_height_(int64_t{grid.image_rows} * grid.scale),
        labels_(grid, image_width_, image_height_),
        cell_width_(std::max<int64_t>(image_width_, labels_.width)),
        width_(grid.grid_columns * (cell_width_ + grid.gap) + grid.gap),
        height_(grid.gap) {
    for (size_t row = 0; row < static_cast<size_t>(grid.grid_rows); ++row) {
      const auto columns = static_cast<size_t>(grid.grid_columns);
      if (labels_.any(row * columns, (row + 1) * columns)) height_ += labels_.height();
      tops_.push_back(height_);
      height_ += image_height_ + grid.gap;
    }
    // stb counts bytes in int; far below that no viewer opens the file either.
    constexpr int64_t kMaxPixels = int64_t{1} << 28;
    if (width_ > kMaxPixels || height_ > kMaxPixels / width_) {
      fail("[{}] got a picture of {} x {} pixels, expected at most {} in all; try a smaller scale",
           op, width_, height_, kMaxPixels);
    }
    pixels_.assign(static_cast<size_t>(width_ * height_), kWhite);
    for (size_t i = 0; i < labels_.texts.size(); ++i) write(static_cast<int>(i), labels_.texts[i]);
  }

  void draw(int cell, std::span<const float> image) {
    const int64_t left = left_of(cell);
    const int64_t top = top_of(cell);
    for (int64_t y = 0; y < image_height_; ++y) {
      const float* row = image.data() + y / grid_.scale * grid_.image_columns;
      uint8_t* out = pixels_.data() + (top + y) * width_ + left;
      for (int64_t x = 0; x < image_width_; ++x) out[x] = ink(row[x / grid_.scale]);
    }
  }

  void frame(int cell) {
    const int64_t left = left_of(cell) - kFrameGap;
    const int64_t top = top_of(cell) - kFrameGap;
    const int64_t right = left + image_width_ + 2 * kFrameGap - 1;
    const int64_t bottom = top + image_height_ + 2 * kFrameGap - 1;
    for (int64_t x = left; x <= right; ++x) at(x, top) = at(x, bottom) = kFrame;
    for (int64_t y = top; y <= bottom; ++y) at(left, y) = at(right, y) = kFrame;
  }

  std::string png(const char* op) const {
    std::string bytes;
    const auto append = [](void* context, void* data, int size) {
      static_cast<std::string*>(context)->append(static_cast<const char*>(data),
                                                 static_cast<size_t>(size));
    };
    const auto width = static_cast<int>(width_);
    const auto height = static_cast<int>(height_);
    if (stbi_write_png_to_func(append, &bytes, width, height, 1, pixels_.data(), width) == 0) {
      fail("[{}] no memory to encode a picture of {} x {} pixels", op, width, height);
    }
    return bytes;
  }

 private:
  void write(int cell, const LabelPixels& text) {
    const int64_t scale = labels_.scale;
    const int64_t left = left_of(cell) + (image_width_ - text.width * scale) / 2;
    const int64_t top = top_of(cell) - labels_.height();
    for (const LabelPixels::Box& box : text.boxes) {
      for (int64_t y = box.top * scale; y < box.bottom * scale; ++y) {
        for (int64_t x = box.left * scale; x < box.right * scale; ++x)
          at(left + x, top + y) = kText;
      }
    }
  }
  // Where the image of the cell begins: centred in it, at its lower edge.
  int64_t left_of(int cell) const {
    return grid_.gap + cell % grid_.grid_columns * (cell_width_ + grid_.gap) +
           (cell_width_ - image_width_) / 2;
  }
  int64_t top_of(int cell) const { return tops_[static_cast<size_t>(cell / grid_.grid_columns)]; }
  uint8_t& at(int64_t x, int64_t y) { return pixels_[static_cast<size_t>(y * width_ + x)]; }

  const ImageGrid& grid_;
  int64_t image_width_, image_height_;
  Labels labels_;
  int64_t cell_width_, width_, height_;
  std::vector<int64_t> tops_;
  std::vector<uint8_t> pixels_;
};

// Any three of these multiply without overflow in 64 bits.
constexpr int kMaxSize = 1 << 20;

void check_size(const char* op, const char* what, int value, int least) {
  if (value < least || value > kMaxSize) {
    fail("[{}] got {} {}, expected {} to {}", op, what, value, least, kMaxSize);
  }
}

void check_sizes(const char* op, const ImageGrid& grid) {
  check_size(op, "image_rows", grid.image_rows, 1);
  check_size(op, "image_columns", grid.image_columns, 1);
  check_size(op, "grid_rows", grid.grid_rows, 1);
  check_size(op, "grid_columns", grid.grid_columns, 1);
  check_size(op, "scale", grid.scale, 1);
  check_size(op, "gap", grid.gap, 0);
}

// How many whole images `images` holds.
int64_t count_images(const char* op, std::span<const float> images, int rows, int columns) {
  check_size(op, "image_rows", rows, 1);
  check_size(op, "image_columns", columns, 1);
  const int64_t size = int64_t{rows} * columns;
  const auto values = static_cast<int64_t>(images.size());
  if (values % size != 0) {
    fail("[{}] got {} values, expected a multiple of {} ({} x {} pixels an image)", op, values,
         size, rows, columns);
  }
  return values / size;
}

void check_labels(const char* op, const std::vector<std::string>& labels, int64_t most) {
  constexpr size_t kLongest = 100;
  if (std::ssize(labels) > most) {
    fail("[{}] got {} labels, expected at most {}", op, labels.size(), most);
  }
  for (const std::string& label : labels) {
    if (label.size() > kLongest) {
      fail("[{}] got a label of {} bytes, expected at most {}", op, label.size(), kLongest);
    }
  }
}

std::span<const float> image_at(std::span<const float> images, int64_t i, const ImageGrid& grid) {
  const auto size = static_cast<size_t>(int64_t{grid.image_rows} * grid.image_columns);
  return images.subspan(static_cast<size_t>(i) * size, size);
}

}  // namespace

std::string grid_png(std::span<const float> images, const ImageGrid& grid) {
  constexpr const char* kOp = "grid_png";
  check_sizes(kOp, grid);
  const int64_t count = count_images(kOp, images, grid.image_rows, grid.image_columns);
  const int64_t cells = int64_t{grid.grid_rows} * grid.grid_columns;
  if (count > cells) {
    fail("[{}] got {} images, expected at most {} ({} x {} cells); try a larger grid", kOp, count,
         cells, grid.grid_rows, grid.grid_columns);
  }
  check_labels(kOp, grid.labels, cells);
  Canvas canvas(kOp, grid);
  for (int64_t i = 0; i < count; ++i) canvas.draw(static_cast<int>(i), image_at(images, i, grid));
  for (const int cell : grid.framed) {
    if (cell < 0 || cell >= cells || grid.gap < kFrameGap) {
      fail(
          "[{}] got a frame for cell {} with gap {}, expected a cell from 0 to {} and a gap of at "
          "least {}",
          kOp, cell, grid.gap, cells - 1, kFrameGap);
    }
    canvas.frame(cell);
  }
  return canvas.png(kOp);
}

std::string reconstructions_png(std::span<const float> originals,
                                std::span<const float> reconstructions,
                                const ReconstructionStrip& strip) {
  constexpr const char* kOp = "reconstructions_png";
  if (originals.size() != reconstructions.size()) {
    fail("[{}] got {} values of originals and {} of reconstructions, expected as many of each", kOp,
         originals.size(), reconstructions.size());
  }
  check_size(kOp, "pairs_across", strip.pairs_across, 0);
  const int64_t count = count_images(kOp, originals, strip.image_rows, strip.image_columns);
  if (count > kMaxSize) fail("[{}] got {} pairs, expected at most {}", kOp, count, kMaxSize);
  const int pairs = std::max(1, static_cast<int>(count));
  const int across = strip.pairs_across == 0 ? pairs : std::min(strip.pairs_across, pairs);
  const int strips = (pairs + across - 1) / across;

  const auto upper_cell = [&](int64_t i) {
    return static_cast<int>(i / across * 2 * across + i % across);
  };

  ImageGrid grid{.image_rows = strip.image_rows,
                 .image_columns = strip.image_columns,
                 .grid_rows = 2 * strips,
                 .grid_columns = across,
                 .scale = strip.scale,
                 .gap = strip.gap};
  check_sizes(kOp, grid);
  check_labels(kOp, strip.labels, count);
  for (size_t i = 0; i < strip.labels.size(); ++i) {
    const auto cell = static_cast<size_t>(upper_cell(static_cast<int64_t>(i)));
    grid.labels.resize(cell + 1);
    grid.labels[cell] = strip.labels[i];
  }
  Canvas canvas(kOp, grid);
  for (int64_t i = 0; i < count; ++i) {
    const int upper = upper_cell(i);
    canvas.draw(upper, image_at(originals, i, grid));
    canvas.draw(upper + across, image_at(reconstructions, i, grid));
  }
  return canvas.png(kOp);
}

}  // namespace gradus::study
