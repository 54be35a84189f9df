#include "optim/csv_logger.h"

#include <cerrno>
#include <cstring>

#include "tensor/error.h"

namespace gradus::optim {
namespace {

std::string row(const EpochLog& log) {
  return fmt::format("{},{},{},{:.6f}\n", log.epoch, log.loss,
                     log.val_loss ? fmt::format("{}", *log.val_loss) : "", log.seconds);
}

}  // namespace

std::string to_csv(const History& history) {
  std::string csv = "epoch,loss,val_loss,seconds\n";
  for (const EpochLog& log : history) csv += row(log);
  return csv;
}

void CSVLogger::on_epoch_end(const History& history) {
  errno = 0;
  if (file_.is_open()) {
    file_ << row(history.back());
  } else {
    file_.open(path_, std::ios::binary | std::ios::trunc);
    file_ << to_csv(history);
  }
  if (!file_.flush()) fail("{}: cannot be written: {}", path_.string(), std::strerror(errno));
}

}  // namespace gradus::optim
