#include "apps/study/analysis/principal.h"

// Small matrices need no vector instructions, and with AVX-512 GCC 12 warns of its
// own headers.
#define EIGEN_DONT_VECTORIZE
#include <Eigen/Eigenvalues>
#include <algorithm>

#include "tensor/error.h"

namespace gradus::study {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Rows rows_of(const Tensor& points) {
  return Eigen::Map<const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
             points.data().data(), points.shape()[0], points.shape()[1])
      .cast<double>();
}

Tensor tensor_of(const Shape& shape, const Rows& values) {
  Tensor result = Tensor::uninitialized(shape);
  const auto to = result.mutable_data();
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = static_cast<Scalar>(values.data()[i]);
  }
  return result;
}

}  // namespace

Tensor Principal::projected(const Tensor& points) const {
  if (points.rank() != 2 || points.shape()[1] != mean.shape()[0]) {
    fail("[principal] got points {}, expected (n, {})", points.shape().str(), mean.shape()[0]);
  }
  const Rows centre = rows_of(mean.reshape({1, mean.shape()[0]}));
  const Rows along = (rows_of(points).rowwise() - centre.row(0)) * rows_of(directions).transpose();
  return tensor_of({points.shape()[0], directions.shape()[0]}, along);
}

Principal principal_directions(const Tensor& points, Index k) {
  if (points.rank() != 2 || points.shape()[0] < 1 || k < 1 || k > points.shape()[1]) {
    fail(
        "[principal] got points {} and {} directions, expected (n, d) with at least one point, "
        "and 1 to d directions",
        points.shape().str(), k);
  }
  const Index d = points.shape()[1];
  Rows centred = rows_of(points);
  const Eigen::RowVectorXd mean = centred.colwise().mean();
  centred.rowwise() -= mean;
  const Eigen::MatrixXd covariance = centred.transpose() * centred / points.shape()[0];
  if (!covariance.allFinite()) fail("[principal] got a number that is not finite among the points");
  // Ascending eigenvalues: the last belongs to the first direction.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  const double total = covariance.trace();

  Rows directions(k, d);
  Principal result{tensor_of({d}, mean), {}, {}};
  for (Index i = 0; i < k; ++i) {
    Eigen::VectorXd direction = solver.eigenvectors().col(d - 1 - i);
    Eigen::Index largest = 0;
    direction.cwiseAbs().maxCoeff(&largest);
    if (direction[largest] < 0) direction = -direction;
    directions.row(i) = direction;
    result.share.push_back(total > 0 ? std::max(0.0, solver.eigenvalues()[d - 1 - i]) / total : 0);
  }
  result.directions = tensor_of({k, d}, directions);
  return result;
}

}  // namespace gradus::study
