// Grey images as PNG pictures: grids of them, and originals over their
// reconstructions.
//
// A value of 0 is white and 1 is black, as in matplotlib's `binary` map, on a
// white page; values outside 0..1 are clamped. NaN is a middle grey, so that an
// image of nothing else shows as a flat square instead of passing for a blank.
// The scale is absolute: no image is stretched to its own minimum and maximum.
//
// Ownership: every function returns the bytes of a PNG file (8 bits, grey);
// hand them to `gradus::write_file`, or to a report.
// Thread safety: free functions without state.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace gradus::study {

/// How `grid_png` lays images out. The defaults suit 28 x 28.
struct ImageGrid {
  int image_rows = 28;     ///< height of one image in its own pixels
  int image_columns = 28;  ///< width of one image in its own pixels
  int grid_rows = 1;
  int grid_columns = 1;
  int scale = 2;  ///< picture pixels to one image pixel
  int gap = 4;    ///< white picture pixels between the images and around them
  /// Cells (row by row from 0) that get a grey frame of one picture pixel in the gap,
  /// one off the image: the given ones in an interpolation. Needs a gap of at least 2.
  std::vector<int> framed{};
  /// Short texts centred above the images, one a cell row by row; empty for none,
  /// and so for the cells beyond the last. Rows with a text get higher. The letters
  /// grow with the images, in whole pixels, as long as the longest text fits over
  /// its image and half a gap; one that fits at no size widens the cells. Shows
  /// ASCII; other letters become '?'.
  std::vector<std::string> labels{};
};

/// `images` is count x image_rows x image_columns, drawn row by row. Cells
/// without an image stay white; so no image at all gives a white page of the
/// grid's size, not an error: a study that found no anomaly still has a picture.
/// Throws `Error` where a size is not positive, where `images` holds part of an
/// image, or where there are more images or labels than the grid has cells.
std::string grid_png(std::span<const float> images, const ImageGrid& grid);

/// How `reconstructions_png` lays pairs out.
struct ReconstructionStrip {
  int image_rows = 28;
  int image_columns = 28;
  int scale = 2;  ///< picture pixels to one image pixel
  int gap = 4;    ///< white picture pixels between the images and around them
  /// Pairs side by side; 0 puts all in one strip, as the notebooks do. A page
  /// has no room for thirty, so the rest follow in further strips below.
  int pairs_across = 0;
  /// Short texts above the originals, one a pair, as those of `ImageGrid`.
  std::vector<std::string> labels{};
};

/// The originals in an upper row, each over its reconstruction in the lower;
/// both are count x image_rows x image_columns. With no pair at all the picture
/// is one white column. Throws `Error` where the sizes differ or do not fit.
std::string reconstructions_png(std::span<const float> originals,
                                std::span<const float> reconstructions,
                                const ReconstructionStrip& strip);

}  // namespace gradus::study
