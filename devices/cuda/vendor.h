// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one way to include CUDA. Only types and names are taken: every function is looked up at run
// time, so nothing links against the driver or the toolkit.
#include <cuda.h>
#include <nvrtc.h>
