// SPDX-License-Identifier: Apache-2.0
#include "runtime/plan.h"

#include <gtest/gtest.h>

#include <random>

#include "model/errors.h"
#include "runtime/session.h"
#include "tests/runtime/fixtures.h"

namespace paretune::runtime {
namespace {

Place random_place(std::mt19937& engine, std::size_t steps) {
  Place place;
  place.port.device = engine() % 2 == 0 ? "cpu" : "opencl:0";
  place.bytes = 64 * (1 + engine() % 32);
  place.first = engine() % steps;
  place.last = place.first + engine() % (steps - place.first);
  return place;
}

TEST(AssignSlots, PlacesAliveTogetherNeverShareASlot) {
  std::mt19937 engine(3);
  for (int round = 0; round < 200; ++round) {
    Plan plan;
    for (int i = 0; i < 30; ++i) plan.places.push_back(random_place(engine, 20));
    assign_slots(plan);
    for (std::size_t a = 0; a < plan.places.size(); ++a) {
      const Place& p = plan.places[a];
      ASSERT_GE(plan.slot_bytes.at(p.port.device).at(p.slot), p.bytes);
      for (std::size_t b = 0; b < a; ++b) {
        const Place& q = plan.places[b];
        if (p.port.device != q.port.device || p.slot != q.slot) continue;
        ASSERT_TRUE(p.last < q.first || q.last < p.first) << "round " << round;
      }
    }
  }
}

TEST(AssignSlots, AnAliasKeepsItsRootAlive) {
  Plan plan;
  Place root, view, other;
  root.bytes = view.bytes = other.bytes = 64;
  view.alias_of = 0;
  view.last = 5;
  other.first = other.last = 3;
  plan.places = {root, view, other};
  assign_slots(plan);
  EXPECT_EQ(plan.places[0].slot, plan.places[1].slot);
  EXPECT_NE(plan.places[0].slot, plan.places[2].slot);
}

TEST(AssignSlots, ReusesMemoryAlongAChain) {
  Plan plan;
  for (std::size_t i = 0; i < 50; ++i) {
    Place place;
    place.bytes = 128;
    place.first = i;
    place.last = i + 1;
    plan.places.push_back(place);
  }
  assign_slots(plan);
  EXPECT_EQ(plan.slot_bytes.at("cpu").size(), 2U);
}

class Lower : public testing::Test {
 protected:
  std::map<std::string, devices::DeviceInfo> infos() {
    std::map<std::string, devices::DeviceInfo> out;
    for (const auto& info : devices::discover()) out[info.id] = info;
    return out;
  }
  DeviceSet devices_;
};

TEST_F(Lower, Fp32OnCpuNeedsNoConvertBetweenLayers) {
  const auto candidate = uniform(resnet8(), "fp32", "cpu", devices_);
  const Plan plan = lower(resnet8(), candidate, infos());
  for (const Step& step : plan.steps) EXPECT_NE(step.kind, Step::Kind::convert) << step.name;
}

TEST_F(Lower, Int8KeepsActivationsQuantizedBetweenLayers) {
  const auto candidate = uniform(resnet8(), "int8_channel", "cpu", devices_);
  const Plan plan = lower(resnet8(), candidate, infos());
  int quantize = 0;
  for (const Step& step : plan.steps) {
    if (step.kind == Step::Kind::convert) ++quantize;
  }
  // The image, and what global pooling (f32 only) reads and gives.
  EXPECT_LE(quantize, 3);
  EXPECT_GE(quantize, 1);
}

TEST_F(Lower, NamesTheLayerAndTheUnknownKernel) {
  auto candidate = uniform(resnet8(), "fp32", "cpu", devices_);
  candidate.layers.begin()->second.kernel = "cpu.no_such_kernel";
  try {
    lower(resnet8(), candidate, infos());
    FAIL() << "an unknown kernel was accepted";
  } catch (const model::UnsupportedModel& error) {
    EXPECT_NE(std::string(error.what()).find("cpu.no_such_kernel"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find(candidate.layers.begin()->first), std::string::npos);
  }
}

TEST_F(Lower, RefusesUnknownSchemesDevicesAndKnobs) {
  const auto base = uniform(resnet8(), "fp32", "cpu", devices_);
  const std::string layer = base.layers.begin()->first;
  auto scheme = base;
  scheme.layers[layer].scheme = "int3";
  EXPECT_THROW(lower(resnet8(), scheme, infos()), model::UnsupportedModel);
  auto device = base;
  device.layers[layer].device = "tpu:0";
  EXPECT_THROW(lower(resnet8(), device, infos()), model::UnsupportedModel);
  auto knobs = base;
  knobs.layers[layer].kernel = "cpu.conv_blocked";
  knobs.layers[layer].knobs = {{"mr", 1000}};
  EXPECT_THROW(lower(resnet8(), knobs, infos()), model::UnsupportedModel);
}

TEST_F(Lower, PlanTextNamesEveryStep) {
  const auto candidate = uniform(resnet8(), "fp32", "cpu", devices_);
  const Plan plan = lower(resnet8(), candidate, infos());
  const std::string text = plan.text();
  for (const Step& step : plan.steps) EXPECT_NE(text.find(step.name), std::string::npos);
}

}  // namespace
}  // namespace paretune::runtime
