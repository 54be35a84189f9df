// The data that a run was trained on, for its files and its report.
#pragma once

#include <string>

namespace gradus::study {

struct DataSource {
  std::string name;      ///< "Fashion-MNIST"
  std::string credit;    ///< name, authors, year and licence, for people
  std::string checksum;  ///< "sha256:..."
};

}  // namespace gradus::study
