// The history in a file, a row an epoch.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "optim/fit.h"

namespace gradus::optim {

/// epoch, loss, val_loss (empty where nothing is validated), seconds.
std::string to_csv(const History& history);

/// Writes a row as soon as an epoch ends. A run that is taken up again begins the
/// file anew with the epochs of its history, so that none is there twice. Throws
/// `Error`, naming the file, where it cannot be written.
class CSVLogger final : public Callback {
 public:
  explicit CSVLogger(std::filesystem::path path) : path_(std::move(path)) {}
  void on_epoch_end(const History& history) override;

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace gradus::optim
