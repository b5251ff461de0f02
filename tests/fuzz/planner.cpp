// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: any bytes as a model file, read from memory, simplified, made layers and
// lowered with a candidate that the last bytes choose.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "model/errors.h"
#include "model/quant/scheme.h"
#include "runtime/plan.h"
#include "tests/fuzz/cpu.h"

namespace {

using namespace paretune;

/// A file without a name, as long as this object lives.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : number_(memfd_create("model", 0)) {
    if (number_ < 0 || write(number_, data, size) != static_cast<ssize_t>(size)) __builtin_trap();
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(number_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

 private:
  int number_;
};

model::Candidate candidate_for(const runtime::LoadedModel& loaded, std::uint8_t seed) {
  model::Candidate candidate;
  const auto& schemes = model::schemes();
  for (std::size_t i = 0; i < loaded.layers.size(); ++i) {
    if ((seed >> (i % 8) & 1) == 0) continue;
    model::LayerChoice choice;
    choice.device = "cpu";
    choice.scheme = schemes[(seed + i) % schemes.size()]->name();
    candidate.layers[loaded.layers[i].id] = choice;
  }
  return candidate;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    const MemoryFile file(data, size - 1);
    const auto loaded = runtime::load_model(file.path());
    runtime::lower(loaded, candidate_for(loaded, data[size - 1]), {{"cpu", fuzz::cpu()}});
  } catch (const model::InvalidModel&) {
  } catch (const model::UnsupportedModel&) {
  }
  return 0;
}
