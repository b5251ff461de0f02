// SPDX-License-Identifier: Apache-2.0
#include "kernels/definitions.h"

namespace paretune::kernels {
namespace {

std::int64_t optional_dim(const model::Workload& workload, const char* name) {
  const auto found = workload.dims.find(name);
  return found == workload.dims.end() ? 0 : found->second;
}

SimpleForm pool_form(const model::Workload& workload, bool average) {
  SimpleForm form{"pool", common_definitions(workload), 0, 0, 1};
  const auto batch = workload.dim("n"), h = workload.dim("h"), w = workload.dim("w");
  const auto c = workload.dim("c");
  auto& all = form.definitions;
  for (const auto& [name, value] :
       Definitions{{"BATCH", batch}, {"H", h}, {"W", w}, {"C", c}, {"AVERAGE", average ? 1 : 0}}) {
    all[name] = value;
  }
  form.read = batch * h * w * c;
  form.items = batch * c;
  if (average) return form;
  all["OH"] = workload.out_h();
  all["OW"] = workload.out_w();
  all["R"] = workload.dim("r");
  all["S"] = workload.dim("s");
  all["STRIDE_H"] = workload.dim("stride_h");
  all["STRIDE_W"] = workload.dim("stride_w");
  all["PAD_T"] = workload.dim("pad_t");
  all["PAD_L"] = workload.dim("pad_l");
  form.items = batch * c * workload.out_h() * workload.out_w();
  return form;
}

void add_layout(const model::Workload& workload, Definitions& all) {
  all["LAYOUT"] = 0;
  if (workload.family != "convert") return;
  const auto from = model::Port::parse(workload.tag("from")).layout;
  const auto to = model::Port::parse(workload.tag("to")).layout;
  if (from == to) return;
  all["LAYOUT"] = to == "nhwc" ? 1 : 2;
  all["AREA"] = workload.dim("h") * workload.dim("w");
  all["C"] = workload.dim("c");
}

SimpleForm pointwise_form(const model::Workload& workload) {
  SimpleForm form{"pointwise", common_definitions(workload), 0, 0, 1};
  form.definitions["ADD"] = workload.family == "add" ? 1 : 0;
  if (workload.family == "relu") form.definitions["RELU"] = 1;
  form.inputs = input_count(workload);
  form.items = form.read = workload.dim("count");
  form.definitions["COUNT"] = form.items;
  add_layout(workload, form.definitions);
  return form;
}

}  // namespace

Definitions common_definitions(const model::Workload& workload) {
  return {{"IN_U8", input_type(workload) == model::ElementType::u8 ? 1 : 0},
          {"OUT_U8", output_type(workload) == model::ElementType::u8 ? 1 : 0},
          {"ADD", optional_dim(workload, "add")},
          {"RELU", optional_dim(workload, "relu")},
          {"VEC", 1}};
}

Definitions conv_definitions(const ConvShape& shape) {
  return {{"BATCH", shape.n},
          {"H", shape.h},
          {"W", shape.w},
          {"C", shape.c},
          {"CG", shape.cg()},
          {"GROUPS", shape.group},
          {"KG", shape.kg()},
          {"R", shape.r},
          {"S", shape.s},
          {"OH", shape.oh},
          {"OW", shape.ow},
          {"STRIDE_H", shape.stride_h},
          {"STRIDE_W", shape.stride_w},
          {"PAD_T", shape.pad_t},
          {"PAD_L", shape.pad_l},
          {"DILATION_H", shape.dilation_h},
          {"DILATION_W", shape.dilation_w}};
}

SimpleForm simple_form(const model::Workload& workload) {
  if (workload.family == "max_pool") return pool_form(workload, false);
  if (workload.family == "global_average_pool") return pool_form(workload, true);
  return pointwise_form(workload);
}

bool supported_type(model::ElementType type) {
  return type == model::ElementType::f32 || type == model::ElementType::u8;
}

}  // namespace paretune::kernels
