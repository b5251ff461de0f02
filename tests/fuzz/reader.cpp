// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: any bytes as a model file. What parses must survive being written and read
// again.
#include "model/onnx/reader.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/errors.h"
#include "model/onnx/writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace paretune::model;
  try {
    const Graph graph = parse_onnx({reinterpret_cast<const char*>(data), size}, "fuzz.onnx");
    const std::string written = to_onnx(graph);
    if (to_onnx(parse_onnx(written, "written.onnx")) != written) __builtin_trap();
  } catch (const InvalidModel&) {
  } catch (const UnsupportedModel&) {
  }
  return 0;
}
