// SPDX-License-Identifier: Apache-2.0
// What every program of a sanitizer build excuses; cmake/paretune_target.cmake links it. The
// sanitizers' runtime finds these functions by their names.
// NOLINTBEGIN(readability-identifier-naming)

// An allocation that cannot be is a null pointer, as in other builds: tests ask for one.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }

// PoCL, and the LLVM inside it, keep the compiler's passes until the process ends.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpocl\nleak:libLLVM\n"; }

// NOLINTEND(readability-identifier-naming)
