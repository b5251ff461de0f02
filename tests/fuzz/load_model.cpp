// SPDX-License-Identifier: Apache-2.0
// load_model FILE: reads, simplifies, makes layers and plans; exits as paretune would.
#include "cli/exit_code.h"
#include "model/errors.h"
#include "runtime/plan.h"
#include "tests/fuzz/cpu.h"

int main(int argc, char** argv) {
  using namespace paretune;
  return cli::guarded([&] {
    if (argc != 2) throw model::InvalidModel("load_model takes one file");
    const runtime::LoadedModel loaded = runtime::load_model(argv[1]);
    runtime::lower(loaded, {}, {{"cpu", fuzz::cpu()}});
    return int{cli::kOk};
  });
}
