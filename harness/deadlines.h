// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace paretune::harness {

/// How long the stages of a request may take, in seconds.
class Deadlines {
 public:
  struct Limits {
    double load = 120;   ///< start, describe, calibrate: files are read and drivers opened
    double build = 60;   ///< compiling
    double run = 60;     ///< any other stage, at most
    double floor = 10;   ///< any other stage, at least (but not beyond `run`)
    double factor = 10;  ///< times the shortest such stage so far
  };
  explicit Deadlines(const Limits& limits) : limits_(limits) {}

  /// `what` names requests of comparable length ("kernel conv k=3 ... on cpu"). A stage that was
  /// never completed, or a process that begins (`cold`: it reads the model and computes the
  /// reference first), has `run` seconds; else min(run, max(floor, factor x shortest)).
  double of(const std::string& what, const std::string& stage, bool cold) const;
  /// The stage was completed in so many seconds.
  void completed(const std::string& what, const std::string& stage, double seconds);

 private:
  Limits limits_;
  std::map<std::string, double> shortest_;
};

}  // namespace paretune::harness
