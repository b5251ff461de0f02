// SPDX-License-Identifier: Apache-2.0
// Tensor cores: f32 data is rounded to f16 (BFLOAT: bf16) on its way into shared memory, sums are
// f32. A block of WARPS_M x WARPS_N warps computes BM x BN sums from tiles of BK channels. Weights
// come rounded and packed [group][column][channel], columns padded to whole tiles and the sum to
// whole steps. The next tile is fetched while one is summed; with STAGES == 2 it has shared memory
// of its own.
#define DEPTH (R * S * CG)
#define THREADS (WARPS_M * WARPS_N * 32)
#define TILES_M (BM / WARPS_M / 16)  // 16 x 8 tiles of sums per warp
#define TILES_N (BN / WARPS_N / 8)
#define ROW (BK / 2 + 4)  // words of two values; 4 more spread the banks
#define STAGE_WORDS ((BM + BN) * ROW)
#define A_VALUES (VEC == 4 ? 4 : 2)  // per load
#define A_LOADS ((BM * BK / A_VALUES + THREADS - 1) / THREADS)
#define B_LOADS ((BN * BK / 8 + THREADS - 1) / THREADS)
#define A_PER_ROW (BK / A_VALUES)
#define B_PER_ROW (BK / 8)

__device__ inline float load_value(const Window& at, int unit, const float* x) {
  const int start = unit < DEPTH ? tap_at(at, unit / CG) : -1;
  return start < 0 ? 0.0f : x[start + unit % CG];
}

// A_VALUES values from value `unit` of the sum on, two to a word.
__device__ inline void fetch_row(unsigned* to, const Window& at, int unit, const float* x) {
#if VEC == 4
  const int start = unit < DEPTH ? tap_at(at, unit / CG) : -1;
  float4 v = {0.0f, 0.0f, 0.0f, 0.0f};
  if (start >= 0) v = *(const float4*)(x + start + unit % CG);
  to[0] = pack_halves(v.x, v.y);
  to[1] = pack_halves(v.z, v.w);
#else
  to[0] = pack_halves(load_value(at, unit, x), load_value(at, unit + 1, x));
#endif
}

extern "C" __global__ void __launch_bounds__(THREADS) tensor(const Arguments to) {
  SHARED_BYTES(shared);
  unsigned* const tiles = (unsigned*)shared;
  const int thread = threadIdx.x;
  const int warp = thread / 32, lane = thread % 32;
  const int group = blockIdx.z / SPLIT, part = blockIdx.z % SPLIT;
  const int row0 = blockIdx.x * BM, column0 = blockIdx.y * BN;
  const int first = part * STEPS_PER_PART;
  const int last = min(first + STEPS_PER_PART, STEPS);
  const float* const x = (const float*)to.x;

  Window windows[A_LOADS];
#pragma unroll
  for (int i = 0; i < A_LOADS; ++i) {
    windows[i] = window_of(row0 + (thread + i * THREADS) / A_PER_ROW, group);
  }
  const unsigned* const weights =
      (const unsigned*)to.w +
      ((long long)group * COLUMN_TILES * BN + column0) * (STEPS * BK / 2);

  unsigned a_next[A_LOADS * A_VALUES / 2];
  uint4 b_next[B_LOADS];
  const auto fetch = [&](int step) {
#pragma unroll
    for (int i = 0; i < A_LOADS; ++i) {
      const int t = thread + i * THREADS;
      if (t >= BM * A_PER_ROW) continue;
      fetch_row(a_next + i * (A_VALUES / 2), windows[i], step * BK + t % A_PER_ROW * A_VALUES, x);
    }
#pragma unroll
    for (int i = 0; i < B_LOADS; ++i) {
      const int t = thread + i * THREADS;
      if (t >= BN * B_PER_ROW) continue;
      const long long row = t / B_PER_ROW;
      b_next[i] = *(const uint4*)(weights + row * (STEPS * BK / 2) + step * (BK / 2) +
                                  t % B_PER_ROW * 4);
    }
  };
  const auto store = [&](int stage) {
    unsigned* const a = tiles + stage * STAGE_WORDS;
    unsigned* const b = a + BM * ROW;
#pragma unroll
    for (int i = 0; i < A_LOADS; ++i) {
      const int t = thread + i * THREADS;
      if (t >= BM * A_PER_ROW) continue;
      unsigned* const p = a + t / A_PER_ROW * ROW + t % A_PER_ROW * (A_VALUES / 2);
#pragma unroll
      for (int v = 0; v < A_VALUES / 2; ++v) p[v] = a_next[i * (A_VALUES / 2) + v];
    }
#pragma unroll
    for (int i = 0; i < B_LOADS; ++i) {
      const int t = thread + i * THREADS;
      if (t < BN * B_PER_ROW) {
        *(uint4*)(b + t / B_PER_ROW * ROW + t % B_PER_ROW * 4) = b_next[i];
      }
    }
  };

  // Of each tile a lane holds rows `row` and `row` + 8 of columns 2 * pair and 2 * pair + 1.
  const int row = lane / 4, pair = lane % 4;
  const int warp_row = warp / WARPS_N * (TILES_M * 16), warp_column = warp % WARPS_N * (TILES_N * 8);
  float sum[TILES_M][TILES_N][4];
#pragma unroll
  for (int i = 0; i < TILES_M; ++i) {
#pragma unroll
    for (int j = 0; j < TILES_N; ++j) {
#pragma unroll
      for (int v = 0; v < 4; ++v) sum[i][j][v] = 0.0f;
    }
  }
  int stage = 0;
  if (first < last) {
    fetch(first);
    store(0);
  }
  __syncthreads();
  for (int step = first; step < last; ++step) {
    if (step + 1 < last) fetch(step + 1);
    const unsigned* const a = tiles + stage * STAGE_WORDS + (warp_row + row) * ROW + pair;
    const unsigned* const b = tiles + stage * STAGE_WORDS + (BM + warp_column + row) * ROW + pair;
#pragma unroll
    for (int k = 0; k < BK / 2; k += 8) {
      unsigned ak[TILES_M][4], bk[TILES_N][2];
#pragma unroll
      for (int i = 0; i < TILES_M; ++i) {
        const unsigned* const p = a + i * 16 * ROW + k;
        ak[i][0] = p[0], ak[i][1] = p[8 * ROW], ak[i][2] = p[4], ak[i][3] = p[8 * ROW + 4];
      }
#pragma unroll
      for (int j = 0; j < TILES_N; ++j) {
        bk[j][0] = b[j * 8 * ROW + k], bk[j][1] = b[j * 8 * ROW + k + 4];
      }
#pragma unroll
      for (int i = 0; i < TILES_M; ++i) {
#pragma unroll
        for (int j = 0; j < TILES_N; ++j) multiply_tile(sum[i][j], ak[i], bk[j]);
      }
    }
    if (STAGES == 1) __syncthreads();  // everybody has read the tile that is written next
    stage = (stage + 1) % STAGES;
    if (step + 1 < last) store(stage);
    __syncthreads();
  }

#pragma unroll
  for (int i = 0; i < TILES_M; ++i) {
#pragma unroll
    for (int j = 0; j < TILES_N; ++j) {
#pragma unroll
      for (int v = 0; v < 4; ++v) {
        put(sum[i][j][v], row0 + warp_row + i * 16 + row + v / 2 * 8,
            column0 + warp_column + j * 8 + pair * 2 + v % 2, group, part, to);
      }
    }
  }
}
