// SPDX-License-Identifier: Apache-2.0
// attached_writer FILE SECONDS RATE: writes a results file as a sweep does, RATE evaluations a
// second with samples of usual size, each committed alone; prints the largest size its log had.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "tests/gui/synthetic_store.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: attached_writer FILE SECONDS RATE\n");
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  const std::filesystem::path file = argv[1];
  const std::chrono::duration<double> seconds(std::atof(argv[2]));
  const std::chrono::duration<double> step(1 / std::atof(argv[3]));
  paretune::gui::testing::Writer writer(file, 1'000'000);
  const std::filesystem::path log = file.string() + "-wal";
  std::uintmax_t largest = 0;
  std::int64_t written = 0;
  const auto begin = Clock::now();
  double slowest_ms = 0;
  for (auto due = begin; Clock::now() - begin < seconds;
       due += std::chrono::duration_cast<Clock::duration>(step)) {
    std::this_thread::sleep_until(due);
    const auto before = Clock::now();
    writer.add();
    slowest_ms = std::max(slowest_ms,
                          std::chrono::duration<double, std::milli>(Clock::now() - before).count());
    ++written;
    std::error_code error;
    const auto size = std::filesystem::file_size(log, error);
    if (!error) largest = std::max(largest, size);
  }
  writer.end();
  fmt::print("{} {} {:.1f}\n", written, largest, slowest_ms);
  return 0;
}
