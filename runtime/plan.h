// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "devices/device.h"
#include "model/candidate.h"
#include "model/workload.h"
#include "runtime/model.h"

namespace paretune::runtime {

/// Stands for "no place": an omitted output, or a graph output that is a constant.
inline constexpr std::size_t kNoPlace = static_cast<std::size_t>(-1);

/// One value as it lies on one device: what a step reads or writes.
struct Place {
  std::string value;  ///< graph value name
  model::Port port;
  std::size_t bytes = 0;
  std::size_t slot = 0;          ///< arena slot on port.device
  std::size_t first = 0;         ///< step that writes it (graph inputs: 0)
  std::size_t last = 0;          ///< last step that reads it (outputs: number of steps)
  std::ptrdiff_t alias_of = -1;  ///< place whose bytes it shares (views), or -1
  std::string parameters_of;     ///< u8: value whose quantization parameters it is in
};

/// One kernel call, or (host) one operator run by its host reference because no kernel family
/// covers it.
struct Step {
  enum class Kind { layer, convert, host };
  Kind kind = Kind::layer;
  std::string name;  ///< layer id, or "convert <value> <from> -> <to>"
  model::Workload workload;
  std::string kernel;
  model::Knobs knobs;
  std::string device;                ///< whose queue runs it
  std::vector<std::size_t> inputs;   ///< indices into Plan::places
  std::vector<std::size_t> outputs;  ///< likewise; host: in the node's order, kNoPlace if omitted
  std::string layer_id;              ///< "" for converts
  std::size_t layer = 0;             ///< index into the model's layers; means nothing for converts
  std::size_t node = 0;              ///< host: index into the graph's nodes
  bool channels_last = false;        ///< host: tensors are handed over as [n,...,c]
};

/// A candidate lowered: the kernel calls in order, where every value lies, and how memory is
/// reused.
struct Plan {
  std::vector<Step> steps;
  std::vector<Place> places;
  std::vector<std::size_t> input_places;   ///< graph inputs on the host, in graph order
  std::vector<std::size_t> output_places;  ///< graph outputs on the host; kNoPlace for constants
  std::map<std::string, std::vector<std::size_t>>
      slot_bytes;  ///< per device: size of each arena slot

  /// Readable listing: one line per step with its ports, kernel, knobs and output shape.
  std::string text() const;
};

/// Seam B: chooses each value's ports from what its readers ask for and inserts converts. A layer
/// whose kernel refuses its workload, an unknown kernel, device or scheme throws
/// model::UnsupportedModel with the layer's id and the reason. A layer with no choice in the
/// candidate runs fp32 on cpu with the first kernel that takes it. Pure: opens no device; `infos`
/// describes the devices the candidate names.
Plan lower(const LoadedModel& model, const model::Candidate& candidate,
           const std::map<std::string, devices::DeviceInfo>& infos);

/// Assigns arena slots so that values alive at the same time never share one (best fit, in step
/// order).
void assign_slots(Plan& plan);

/// `layout` ("nchw" or "nhwc") as a port of a value of that shape names it: layouts that give the
/// same bytes have one name, so that no convert is made between them; "flat" unless the rank is 3
/// or 4.
std::string layout_for(const model::Shape& shape, const std::string& layout);

/// Workload of the convert that takes a value of `shape` (ONNX order) from one port to another.
model::Workload convert_workload(const model::Shape& shape, const model::Port& from,
                                 const model::Port& to);

}  // namespace paretune::runtime
