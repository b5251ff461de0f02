// SPDX-License-Identifier: Apache-2.0
#include "runtime/session.h"

#include <gtest/gtest.h>

#include <random>

#include "model/errors.h"
#include "tests/runtime/fixtures.h"

namespace paretune::runtime {
namespace {

/// Share of the largest output by which quantized models may differ: a value beside a rounding
/// boundary may fall on the other side in one early layer.
constexpr double kQuantizedShare = 0.03;

void expect_equals_reference(const model::Candidate& candidate, DeviceSet& devices, double share) {
  Session session(resnet8(), candidate, devices);
  for (unsigned seed = 0; seed < 3; ++seed) {
    const auto inputs = resnet8_inputs(seed);
    session.poison();
    const auto actual = session.run(inputs);
    const Difference d = difference(actual, reference(resnet8(), candidate, inputs));
    EXPECT_LE(d.worst, 1e-5 + share * d.scale) << session.plan().text();
  }
}

TEST(Session, Fp32OnCpuEqualsTheReference) {
  DeviceSet devices;
  expect_equals_reference(uniform(resnet8(), "fp32", "cpu", devices), devices, 1e-4);
}

TEST(Session, Int8PerTensorOnCpuEqualsTheReference) {
  DeviceSet devices;
  expect_equals_reference(uniform(resnet8(), "int8_tensor", "cpu", devices), devices,
                          kQuantizedShare);
}

TEST(Session, Int8PerChannelOnCpuEqualsTheReference) {
  DeviceSet devices;
  expect_equals_reference(uniform(resnet8(), "int8_channel", "cpu", devices), devices,
                          kQuantizedShare);
}

TEST(Session, OpenclEqualsTheReference) {
  if (!has_opencl()) GTEST_SKIP() << "this machine has no OpenCL device";
  DeviceSet devices;
  expect_equals_reference(uniform(resnet8(), "fp32", "opencl:0", devices), devices, 1e-4);
  expect_equals_reference(uniform(resnet8(), "int8_channel", "opencl:0", devices), devices,
                          kQuantizedShare);
}

TEST(Session, MixedPlacementsEqualTheAllCpuCandidate) {
  if (!has_opencl()) GTEST_SKIP() << "this machine has no OpenCL device";
  DeviceSet devices;
  const auto on_cpu = uniform(resnet8(), "fp32", "cpu", devices);
  const auto on_gpu = uniform(resnet8(), "fp32", "opencl:0", devices);
  Session all_cpu(resnet8(), on_cpu, devices);
  std::mt19937 engine(11);
  for (int round = 0; round < 4; ++round) {
    model::Candidate mixed = on_cpu;
    for (auto& [id, choice] : mixed.layers) {
      if (engine() % 2 == 0) choice = on_gpu.layers.at(id);
    }
    Session session(resnet8(), mixed, devices);
    const auto inputs = resnet8_inputs(static_cast<unsigned>(round));
    session.poison();
    const Difference d = difference(session.run(inputs), all_cpu.run(inputs));
    EXPECT_LE(d.worst, 1e-5 + 1e-3 * d.scale) << session.plan().text();
  }
}

TEST(Session, MixedSchemesAndPlacementsEqualTheReference) {
  DeviceSet devices;
  const std::string other = has_opencl() ? "opencl:0" : "cpu";
  const auto a = uniform(resnet8(), "fp32", "cpu", devices);
  const auto b = uniform(resnet8(), "int8_channel", other, devices);
  const auto c = uniform(resnet8(), "int8_tensor", "cpu", devices);
  std::mt19937 engine(5);
  for (int round = 0; round < 4; ++round) {
    model::Candidate mixed = a;
    for (auto& [id, choice] : mixed.layers) {
      const unsigned pick = engine() % 3;
      if (pick == 1) choice = b.layers.at(id);
      if (pick == 2) choice = c.layers.at(id);
    }
    expect_equals_reference(mixed, devices, kQuantizedShare);
  }
}

TEST(Session, RunningAgainGivesTheSameOutputs) {
  DeviceSet devices;
  Session session(resnet8(), uniform(resnet8(), "int8_channel", "cpu", devices), devices);
  const auto inputs = resnet8_inputs(1);
  const auto first = session.run(inputs);
  session.run(resnet8_inputs(2));
  session.poison();
  EXPECT_EQ(session.run(inputs), first);
}

TEST(Session, RefusesInputsOfAnotherShape) {
  DeviceSet devices;
  Session session(resnet8(), model::Candidate{}, devices);
  EXPECT_THROW(session.run({model::Tensor(model::ElementType::f32, {1, 1, 27, 28})}),
               model::InvalidModel);
  EXPECT_THROW(session.run({}), model::InvalidModel);
}

TEST(Session, Int8WithoutCalibrationIsRefused) {
  DeviceSet devices;
  LoadedModel bare = resnet8();
  bare.parameters.clear();
  const auto candidate = uniform(resnet8(), "int8_channel", "cpu", devices);
  EXPECT_THROW(Session(bare, candidate, devices), model::InvalidModel);
}

TEST(Session, MemoryCountsWeightsAndShrinksWithInt8) {
  DeviceSet devices;
  Session fp32(resnet8(), uniform(resnet8(), "fp32", "cpu", devices), devices);
  Session int8(resnet8(), uniform(resnet8(), "int8_channel", "cpu", devices), devices);
  EXPECT_GT(fp32.memory().weights, 300'000U);  // 77,978 parameters of four bytes
  EXPECT_LT(int8.memory().weights, fp32.memory().weights / 2);
  EXPECT_GT(fp32.memory().arena, 28U * 28U * 4U);
}

TEST(Session, SignatureFollowsSchemesNotDevices) {
  DeviceSet devices;
  const auto on_cpu = uniform(resnet8(), "fp32", "cpu", devices);
  const auto int8 = uniform(resnet8(), "int8_channel", "cpu", devices);
  const Session a(resnet8(), on_cpu, devices), b(resnet8(), int8, devices);
  EXPECT_NE(a.numerics(), b.numerics());
  if (!has_opencl()) GTEST_SKIP() << "this machine has no OpenCL device to compare with";
  const Session c(resnet8(), uniform(resnet8(), "fp32", "opencl:0", devices), devices);
  EXPECT_EQ(a.numerics(), c.numerics());
}

}  // namespace
}  // namespace paretune::runtime
