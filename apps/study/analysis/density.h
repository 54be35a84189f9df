// Kernel density estimates: a smooth outline of how values are spread.
//
// Thread safety: free functions without state.
// Source: Scott, Multivariate Density Estimation, 1992 (the bandwidth).
#pragma once

#include <span>
#include <vector>

namespace gradus::study {

/// The bandwidth of Scott's rule, n^(-1/5) times the sample's standard deviation.
/// Where that is 0 but for rounding, for one value or equal ones, a thousandth of their size (or of
/// 1), so that they show as a narrow peak. Throws `Error` where there is no value
/// or one is not finite.
double scott_bandwidth(std::span<const double> values);

/// The density at each of `x`: the mean of normal densities around the values, as
/// wide as their bandwidth. Throws `Error` as scott_bandwidth.
std::vector<double> density_at(std::span<const double> values, std::span<const double> x);

/// `points` places, evenly from three bandwidths below the least value to three
/// above the greatest: where the density of `values` is to be seen. Throws `Error`
/// as scott_bandwidth, and for fewer than two points.
std::vector<double> density_grid(std::span<const double> values, int points = 200);

}  // namespace gradus::study
