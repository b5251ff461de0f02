// SPDX-License-Identifier: Apache-2.0
#include "harness/protocol.h"

#include <gtest/gtest.h>

#include <cmath>

#include "devices/errors.h"
#include "harness/errors.h"
#include "harness/messages.h"
#include "model/errors.h"

namespace paretune::harness {
namespace {

using messages::Json;

/// Through text, as between processes.
template <typename T>
T round_trip(const T& value) {
  return messages::decode<T>(Json::parse(messages::line(messages::encode(value))));
}

TEST(Protocol, DescriptionsSurvive) {
  Description before;
  before.model_hash = "00ff";
  before.model_name = "größe \"quoted\"";
  before.layers = {{"L000/a", "conv", true, 1.5e9, 123456789012, {{"fp32", "conv c=1"}}}};
  devices::DeviceInfo info;
  info.id = "opencl:0";
  info.features = {"fp16", "avx2"};
  info.host_shared = true;
  info.memory_bytes = std::int64_t{1} << 40;
  before.devices = {info};
  KernelTask task{"conv c=1", "cpu", "cpu.conv", "v1", {"fp32", "bf16"}, {}, {{"bm", 64}}};
  task.space.add(search::Parameter{"bm", {32, 64}, {}});
  task.space.add(search::Constraint{{{2, {"bm", "bm"}}}, 8192, "", "", "must fit"});
  before.tasks = {task};
  before.defaults["fp32|cpu|L000/a"] = {"fp32", "cpu", "cpu.conv", {{"bm", 64}}};
  before.unavailable["bf16"] = "no AVX512_BF16";
  before.machine.fingerprint = "f";
  before.machine.devices_json = "[{\"id\":\"cpu\"}]";

  const Description after = round_trip(before);
  EXPECT_EQ(after.model_hash, before.model_hash);
  EXPECT_EQ(after.model_name, before.model_name);
  ASSERT_EQ(after.layers.size(), 1U);
  EXPECT_EQ(after.layers[0].workloads, before.layers[0].workloads);
  EXPECT_EQ(after.layers[0].weight_bytes, before.layers[0].weight_bytes);
  EXPECT_TRUE(after.layers[0].quantizable);
  ASSERT_EQ(after.devices.size(), 1U);
  EXPECT_EQ(after.devices[0].fingerprint(), info.fingerprint());
  EXPECT_EQ(after.devices[0].memory_bytes, info.memory_bytes);
  ASSERT_EQ(after.tasks.size(), 1U);
  EXPECT_EQ(after.tasks[0].space, task.space);
  EXPECT_EQ(after.tasks[0].default_knobs, task.default_knobs);
  EXPECT_EQ(after.tasks[0].schemes, task.schemes);
  EXPECT_EQ(after.defaults, before.defaults);
  EXPECT_EQ(after.unavailable, before.unavailable);
  EXPECT_EQ(after.machine.devices_json, before.machine.devices_json);
}

TEST(Protocol, ParametersKeepEveryBit) {
  const model::QuantParameters before{{"x", {0.1F, 128}}, {"y", {std::nextafter(1.0F, 2.0F), 0}}};
  EXPECT_EQ(round_trip(before), before);
}

TEST(Protocol, RequestsAndMeasurementsSurvive) {
  EvaluateRequest before;
  before.candidate.layers["L000/a"] = {"int8_channel", "cpu", "cpu.conv", {{"bm", 8}}};
  before.incumbent.threads = 2;
  before.split = "report";
  before.pairs = 60;
  before.seed = 0xffffffffffffffffULL;
  before.known_accuracy["abc"] = {"accuracy", 0.9, 0.89, 0.91, 3000};
  const EvaluateRequest after = round_trip(before);
  EXPECT_EQ(after.candidate, before.candidate);
  EXPECT_EQ(after.incumbent, before.incumbent);
  EXPECT_EQ(after.seed, before.seed);
  EXPECT_EQ(after.pairs, before.pairs);
  EXPECT_EQ(after.known_accuracy.at("abc").n, 3000);

  results::Measurement measurement;
  measurement.metrics = {{"memory_mib", 1.5, 1.5, 1.5, 1}, {"accuracy", std::nan(""), 0, 1, 0}};
  measurement.wall_ns = {9007199254740993};  // not representable as a double
  measurement.numerics = "n";
  const auto measured = round_trip(measurement);
  EXPECT_EQ(measured.wall_ns, measurement.wall_ns);
  EXPECT_EQ(measured.metrics[0].value, 1.5);
  EXPECT_TRUE(std::isnan(measured.metrics[1].value));
}

TEST(Protocol, FailuresSurviveWithBytesThatAreNoText) {
  const results::Failure before{results::Outcome::hang, "verify", "bad \xff byte", 15};
  const auto after = round_trip(before);
  EXPECT_EQ(after.outcome, before.outcome);
  EXPECT_EQ(after.stage, before.stage);
  EXPECT_EQ(after.signal, before.signal);
  EXPECT_EQ(after.reason.substr(0, 4), "bad ");
}

template <typename Error>
void expect_same_type(const Error& error) {
  Json message;
  try {
    throw error;
  } catch (...) {
    message = messages::encode_current_exception();
  }
  try {
    messages::rethrow(Json::parse(message.dump()));
  } catch (const Error& again) {
    EXPECT_STREQ(again.what(), error.what());
  } catch (...) {
    ADD_FAILURE() << "another type came back for: " << error.what();
  }
}

TEST(Protocol, UserFacingErrorsComeBackAsThemselves) {
  expect_same_type(model::InvalidModel("truncated"));
  expect_same_type(model::UnsupportedModel("Foo"));
  expect_same_type(devices::DeviceError("no opencl:9"));
  expect_same_type(ConfigError("x.yaml:3"));
}

}  // namespace
}  // namespace paretune::harness
