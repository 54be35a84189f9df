// Elementary functions that a compiler can vectorise.
//
// In the float build these are short polynomials without branches or tables,
// which run eight or sixteen lanes at a time inside `omp simd` loops; glibc's
// functions would be called one lane at a time. exp, expm1, log and log1p_unit are
// within 2 units in the last place of the exact value; sigmoid, tanh and
// softplus, which are made of them, and log1p within 3, normal_cdf within 6
// (tests/tensor/math_test.cpp measures it). The double build, in which only
// tests run, uses the standard library.
//
// Edge values are those of the mathematics: NaN in, NaN out; exp(-inf) = 0,
// exp(+inf) = +inf, sigmoid(±inf) = 1 and 0, and so on.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "tensor/scalar.h"

namespace gradus::math {

#ifndef GRADUS_DOUBLE

/// The polynomial of x with these coefficients, that of the highest power first.
inline float polynomial(float x, float first, auto... rest) {
  ((first = first * x + rest), ...);
  return first;
}

/// x = n ln 2 + r with |r| <= ln 2 / 2; half = 2^(n-1); expm1_r = e^r - 1.
/// Half of 2^n, because 2^128, which e^88.7 needs, is no float.
struct ExpParts {
  float half, expm1_r;
};

// Requires: -86.6 <= x <= 89, or NaN.
inline ExpParts exp_parts(float x) {
  // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits
  // of the sum's mantissa: n without a conversion.
  constexpr float kRound = 12582912.0f;
  const float sum = x * 1.44269504f + kRound;
  const float n = sum - kRound;
  // ln 2 in two parts, the first with few enough bits for n * part to be exact.
  const float r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  // The Taylor series of e^r - 1; on |r| <= 0.35 the next term is below 1e-8 of r.
  float p = polynomial(r, 1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f);
  p = p * r * r + r;
  const auto exponent = (std::bit_cast<std::uint32_t>(sum) << 23) + (std::uint32_t{126} << 23);
  return {std::bit_cast<float>(exponent), p};
}

/// e^x. Results below 2.5e-38, twice the smallest normal number, are 0.
inline float exp(float x) {
  const ExpParts e = exp_parts(x < -86.6f ? -86.6f : (x > 89.0f ? 89.0f : x));
  const float y = 2.0f * (e.half * e.expm1_r + e.half);
  return x < -86.6f ? 0.0f : y;
}

/// e^x - 1, accurate for small x, too.
inline float expm1(float x) {
  const ExpParts e = exp_parts(x < -30.0f ? -30.0f : (x > 89.0f ? 89.0f : x));
  return 2.0f * (e.half * e.expm1_r + (e.half - 0.5f));
}

/// log(1 + x) for 0 <= x <= 1.
inline float log1p_unit(float x) {
  // log(1 + x) = 2 artanh(s) with s = x / (2 + x) <= 1/3, as a series in s^2.
  const float s = x / (2.0f + x);
  const float s2 = s * s;
  const float p =
      polynomial(s2, 2.0f / 15, 2.0f / 13, 2.0f / 11, 2.0f / 9, 2.0f / 7, 2.0f / 5, 2.0f / 3);
  return p * s2 * s + 2.0f * s;
}

/// ln x: -inf at 0, NaN below.
inline float log(float x) {
  constexpr float kLeast = std::numeric_limits<float>::min();
  constexpr float kMost = std::numeric_limits<float>::max();
  // x = m 2^n with sqrt(1/2) <= m < sqrt(2), whose bits are those of x less n in
  // the exponent; subnormals are made normal first.
  const auto bits = std::bit_cast<std::uint32_t>(x < kLeast ? x * 8388608.0f : x);
  const auto exponent = static_cast<std::int32_t>(bits - 0x3f3504f3u) >> 23;
  const float n = static_cast<float>(exponent) - (x < kLeast ? 23.0f : 0.0f);
  const float m = std::bit_cast<float>(bits - (static_cast<std::uint32_t>(exponent) << 23));
  // log m = 2 artanh(s) with s = (m - 1) / (m + 1), |s| < 0.172, as a series in s^2.
  const float s = (m - 1.0f) / (m + 1.0f);
  const float s2 = s * s;
  const float p = polynomial(s2, 2.0f / 9, 2.0f / 7, 2.0f / 5, 2.0f / 3);
  const float y = n * 0.693145752f + (n * 1.42860677e-6f + (p * s2 * s + 2.0f * s));
  if (!(x <= kMost)) return x;
  return x > 0 ? y
               : (x < 0 ? std::numeric_limits<float>::quiet_NaN()
                        : -std::numeric_limits<float>::infinity());
}

/// ln(1 + x), accurate for small x, too.
inline float log1p(float x) {
  const float u = 1.0f + x;
  // What rounding took from u, which matters where x is small.
  const float lost = (x - (u - 1.0f)) / u;
  const float y = log(u);
  return u > 0 && u <= std::numeric_limits<float>::max() ? y + lost : y;
}

/// The integral of e^(-t^2 / 2) / sqrt(2 pi) from -inf to x. Results below 1e-38
/// are 0.
inline float normal_cdf(float x) {
  const float z = std::abs(x) > 16.0f ? 16.0f : std::abs(x);
  // Half of z^2, exact, in two parts: in one, its rounding error would be that
  // of the exponential's logarithm.
  const double half_square = 0.5 * static_cast<double>(z) * z;
  const auto high = static_cast<float>(half_square);
  const auto low = static_cast<float>(half_square - high);
  // The rest of the integral from z on is smooth in u; the polynomial was fitted
  // at Chebyshev nodes for z <= 14.5 and is within 5e-8 of it.
  const float u = 1.0f / (1.0f + 0.35f * z);
  const float p =
      polynomial(u, -0.0289759245f, 0.143234462f, -0.254387498f, 0.157892764f, -0.0223930683f,
                 0.105274729f, 0.119874716f, 0.139858305f, 0.139621496f);
  const float tail = p * u * (exp(-high) * (1.0f - low));
  return x > 0 ? 1.0f - tail : tail;
}

#else

inline double exp(double x) { return std::exp(x); }
inline double expm1(double x) { return std::expm1(x); }
inline double log1p_unit(double x) { return std::log1p(x); }
inline double log(double x) { return std::log(x); }
inline double log1p(double x) { return std::log1p(x); }
inline double normal_cdf(double x) { return std::erfc(-x * 0.70710678118654752440) / 2; }

#endif

/// 1 / (1 + e^-x).
inline Scalar sigmoid(Scalar x) { return 1 / (1 + exp(-x)); }

/// (e^2x - 1) / (e^2x + 1).
inline Scalar tanh(Scalar x) {
  // Beyond 20 the quotient is 1 in float and double alike; inf / inf is not.
  const Scalar inside = x > 20 ? Scalar(20) : (x < -20 ? Scalar(-20) : x);
  const Scalar e = expm1(2 * inside);
  return e / (e + 2);
}

/// log(1 + e^x), without overflow: max(x, 0) + log(1 + e^-|x|).
inline Scalar softplus(Scalar x) {
  return (x > 0 ? x : (x <= 0 ? Scalar(0) : x)) + log1p_unit(exp(-std::abs(x)));
}

}  // namespace gradus::math
