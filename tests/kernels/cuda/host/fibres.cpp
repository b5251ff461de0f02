// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda/host/fibres.h"

#include <ucontext.h>

#include <cstdint>
#include <memory>

#include "model/float16.h"

namespace {

constexpr std::size_t stack_bytes = 128 << 10;

/// What begin() and give_way() belong to: they are called without an argument.
struct Running {
  Fibres::Entry entry = nullptr;
  const void* argument = nullptr;
  ucontext_t* self = nullptr;
  ucontext_t scheduler{};
  bool finished = false;
};

Running& running() {
  static thread_local Running state;
  return state;
}

}  // namespace

struct Fibres::Fibre {
  ucontext_t context{};
  std::unique_ptr<unsigned char[]> stack = std::make_unique<unsigned char[]>(stack_bytes);
  bool alive = false;
};

Fibres::Fibres() {
  block_.barrier = give_way;
  block_.half_from_float = [](float value, bool bfloat) -> unsigned short {
    return bfloat ? paretune::model::bf16_from_float(value)
                  : paretune::model::f16_from_double(static_cast<double>(value));
  };
  block_.half_to_float = [](unsigned short bits, bool bfloat) {
    return bfloat ? paretune::model::bf16_to_float(bits) : paretune::model::f16_to_float(bits);
  };
}

Fibres::~Fibres() {
  for (auto* fibre : fibres_) delete fibre;
}

void Fibres::begin() {
  running().entry(running().argument);
  running().finished = true;
  // Returning continues at uc_link, the scheduler.
}

void Fibres::give_way() {
  auto* self = running().self;
  swapcontext(self, &running().scheduler);
}

bool Fibres::run(Entry entry, const void* argument, HostBlock::Index index, unsigned threads,
                 std::size_t shared_bytes) {
  constexpr std::size_t alignment = 16;
  // Poisoned, so that reading what no thread wrote shows.
  shared_.assign(shared_bytes + alignment, 0xFF);
  const auto address = reinterpret_cast<std::uintptr_t>(shared_.data());
  block_.shared = shared_.data() + (alignment - address % alignment) % alignment;
  block_.block = index;
  block_.block_size = {threads, 1, 1};
  while (fibres_.size() < threads) fibres_.push_back(new Fibre);
  auto& state = running();
  state.entry = entry;
  state.argument = argument;
  for (unsigned i = 0; i < threads; ++i) {
    auto& fibre = *fibres_[i];
    getcontext(&fibre.context);
    fibre.context.uc_stack.ss_sp = fibre.stack.get();
    fibre.context.uc_stack.ss_size = stack_bytes;
    fibre.context.uc_link = &state.scheduler;
    makecontext(&fibre.context, begin, 0);
    fibre.alive = true;
  }
  for (unsigned alive = threads; alive > 0;) {
    unsigned finished = 0;
    for (unsigned i = 0; i < threads; ++i) {
      if (!fibres_[i]->alive) continue;
      block_.thread = {i, 0, 0};
      state.self = &fibres_[i]->context;
      state.finished = false;
      swapcontext(&state.scheduler, state.self);
      if (state.finished) fibres_[i]->alive = false;
      finished += state.finished ? 1 : 0;
    }
    if (finished != 0 && finished != alive) return false;
    alive -= finished;
  }
  return true;
}
