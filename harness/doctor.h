// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "devices/binary_cache.h"
#include "devices/device.h"
#include "harness/machine_state.h"
#include "harness/noise.h"

namespace paretune::harness {

/// One thing the doctor has to say.
struct Finding {
  enum class Level {
    note,     ///< good to know
    warning,  ///< measurements suffer
    problem   ///< something cannot be used
  };
  Level level = Level::note;
  std::string area;    ///< "clock", "load", "noise", "opencl" ...
  std::string text;    ///< one sentence
  std::string remedy;  ///< command that mends it, or ""
};
std::string to_text(Finding::Level level);

/// A kind of device and what there is of it here.
struct KindReport {
  std::string kind;
  std::vector<devices::DeviceInfo> devices;
  std::string reason;  ///< why there is none, when there is none
};
/// Every kind of devices/list.cpp, opened once to see that it works.
std::vector<KindReport> examine_devices();

/// What of the machine's state disturbs measurements. Pure.
std::vector<Finding> judge_machine(const MachineState& state);
/// Kinds that cannot be used, with the command that installs what is missing. `nvidia_card`: the
/// machine has one.
std::vector<Finding> judge_devices(const std::vector<KindReport>& kinds, bool nvidia_card);
/// Whether compiled kernels are kept from run to run, and if not, why.
std::vector<Finding> judge_kernel_cache(const devices::BinaryCache& cache);
/// What the noise floor means for wins. Pure.
std::vector<Finding> judge_noise(const NoiseFloor& noise);

/// True when a PCI device of vendor 0x10de with a display class is there (sys/bus/pci below root).
bool has_nvidia_card(const std::filesystem::path& root = "/");

}  // namespace paretune::harness
