// SPDX-License-Identifier: Apache-2.0
#include "model/candidate.h"

#include <gtest/gtest.h>

#include "model/errors.h"

namespace paretune::model {
namespace {

Candidate example() {
  Candidate candidate;
  candidate.layers["L000/conv"] = {"int8_channel", "opencl:0", "opencl.conv", {{"bm", 64}}};
  candidate.layers["L001/fc"] = {"fp32", "cpu", "cpu.gemm", {}};
  candidate.threads = 2;
  return candidate;
}

// Golden: stores hold this text and its hash, so neither may change.
TEST(Candidate, JsonIsCanonical) {
  EXPECT_EQ(
      example().json(),
      R"({"batch":1,"layers":{"L000/conv":{"device":"opencl:0","kernel":"opencl.conv",)"
      R"("knobs":{"bm":64},"scheme":"int8_channel"},"L001/fc":{"device":"cpu",)"
      R"("kernel":"cpu.gemm","knobs":{},"scheme":"fp32"}},"runtime":"paretune","threads":2})");
  EXPECT_EQ(example().hash(), sha256(example().json()));
}

TEST(Candidate, SurvivesJson) {
  EXPECT_EQ(Candidate::from_json(example().json()), example());
  EXPECT_EQ(Candidate::from_json("{}"), Candidate{});
}

TEST(Candidate, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"", "[]", "{", R"({"thread":1})", R"({"threads":"two"})",
                           R"({"layers":{"L":{"schema":"fp32"}}})", R"({"layers":[1]})"}) {
    EXPECT_THROW(Candidate::from_json(text), InvalidModel) << text;
  }
}

TEST(Knobs, SurviveText) {
  const Knobs knobs = {{"bm", 64}, {"bn", -3}, {"zz", 0}};
  EXPECT_EQ(to_text(knobs), "bm=64,bn=-3,zz=0");
  EXPECT_EQ(knobs_from_text(to_text(knobs)), knobs);
  EXPECT_EQ(knobs_from_text(""), Knobs{});
  for (const char* text :
       {"a", "a=", "=1", "a=1,", ",", "a=1,a=2", "a=1x", "a=99999999999999999999"}) {
    EXPECT_THROW(knobs_from_text(text), InvalidModel) << text;
  }
}

// FIPS 180-4, examples.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace paretune::model
