// SPDX-License-Identifier: Apache-2.0
// A block computes BM x BN sums from tiles of BK words in shared memory, a thread TM x TN of them. A
// word is one float, or four channels of bytes. Weights come packed [group][word][column], columns
// padded to whole tiles and words to whole steps. The next tile is fetched while one is summed; with
// STAGES == 2 it has shared memory of its own.
#if IN_U8
#define PACK 4
typedef int word_t;
typedef int4 word4_t;
#define MULTIPLY_ADD(a, b, sum) dot4(a, b, sum)
#else
#define PACK 1
typedef float word_t;
typedef float4 word4_t;
#define MULTIPLY_ADD(a, b, sum) fmaf(a, b, sum)
#endif
#define UNITS ((CG + PACK - 1) / PACK)
#define DEPTH (R * S * UNITS)
#define THREADS_X (BN / TN)
#define THREADS ((BM / TM) * THREADS_X)
#define SIDE (TN < 4 ? TN : 4)  // columns of a thread that lie side by side
#define A_ROW (BM + 4)          // words; keeps 16-byte alignment, spreads the banks
#define A_LOADS ((BM * BK / VEC + THREADS - 1) / THREADS)
#define B_LOADS ((BK * BN / 4 + THREADS - 1) / THREADS)
#define STAGE_WORDS (BK * (A_ROW + BN))

// VEC words from word `unit` of the sum on.
__device__ inline void fetch_row(word_t* to, const Window& at, int unit, const Arguments& from) {
#if IN_U8
  const word_t padding = from.in_zero * 0x01010101;
#else
  const word_t padding = 0;
#endif
  const int tap = unit / UNITS, begin = unit % UNITS * PACK;
  const int start = unit < DEPTH ? tap_at(at, tap) : -1;
  const data_t* p = (const data_t*)from.x + start + begin;
#if VEC == 4
  word4_t v = {padding, padding, padding, padding};
  if (start >= 0) v = *(const word4_t*)p;
  to[0] = v.x, to[1] = v.y, to[2] = v.z, to[3] = v.w;
#elif IN_U8 && CG % 4
  // The last word of a tap has fewer channels; their weights are 0.
  word_t v = padding;
  if (start >= 0) {
    v = 0;
    for (int i = 0; i < 4 && begin + i < CG; ++i) v |= (int)p[i] << (8 * i);
  }
  to[0] = v;
#else
  to[0] = start >= 0 ? *(const word_t*)p : padding;
#endif
}

extern "C" __global__ void __launch_bounds__(THREADS) tiled(const Arguments to) {
  SHARED_BYTES(shared);
  word_t* const tiles = (word_t*)shared;
  const int lane = threadIdx.x;
  const int group = blockIdx.z / SPLIT, part = blockIdx.z % SPLIT;
  const int row0 = blockIdx.x * BM, column0 = blockIdx.y * BN;
  const int tx = lane % THREADS_X, ty = lane / THREADS_X;
  const int first = part * STEPS_PER_PART;
  const int last = min(first + STEPS_PER_PART, STEPS);

  Window windows[A_LOADS];
#pragma unroll
  for (int i = 0; i < A_LOADS; ++i) {
    windows[i] = window_of(row0 + (lane + i * THREADS) / (BK / VEC), group);
  }
  const word_t* weights =
      (const word_t*)to.w + (long long)group * STEPS * BK * COLUMN_TILES * BN + column0;

  word_t a_next[A_LOADS * VEC];
  word4_t b_next[B_LOADS];
  const auto fetch = [&](int step) {
#pragma unroll
    for (int i = 0; i < A_LOADS; ++i) {
      const int unit = (lane + i * THREADS) % (BK / VEC) * VEC;
      if (lane + i * THREADS < BM * BK / VEC) {
        fetch_row(a_next + i * VEC, windows[i], step * BK + unit, to);
      }
    }
#pragma unroll
    for (int i = 0; i < B_LOADS; ++i) {
      const int t = lane + i * THREADS;
      if (t >= BK * BN / 4) continue;
      const long long word = step * BK + t / (BN / 4);
      b_next[i] = *(const word4_t*)(weights + word * (COLUMN_TILES * BN) + t % (BN / 4) * 4);
    }
  };
  const auto store = [&](int stage) {
    word_t* const a = tiles + stage * STAGE_WORDS;
    word_t* const b = a + BK * A_ROW;
#pragma unroll
    for (int i = 0; i < A_LOADS; ++i) {
      const int t = lane + i * THREADS;
      if (t >= BM * BK / VEC) continue;
#pragma unroll
      for (int v = 0; v < VEC; ++v) {
        a[(t % (BK / VEC) * VEC + v) * A_ROW + t / (BK / VEC)] = a_next[i * VEC + v];
      }
    }
#pragma unroll
    for (int i = 0; i < B_LOADS; ++i) {
      const int t = lane + i * THREADS;
      if (t < BK * BN / 4) *(word4_t*)(b + t * 4) = b_next[i];
    }
  };

  sum_t sum[TM][TN];
#pragma unroll
  for (int i = 0; i < TM; ++i) {
#pragma unroll
    for (int j = 0; j < TN; ++j) sum[i][j] = 0;
  }
  int stage = 0;
  if (first < last) {
    fetch(first);
    store(0);
  }
  __syncthreads();
  for (int step = first; step < last; ++step) {
    if (step + 1 < last) fetch(step + 1);
    const word_t* const a = tiles + stage * STAGE_WORDS + ty * TM;
    const word_t* const b = tiles + stage * STAGE_WORDS + BK * A_ROW + tx * SIDE;
#pragma unroll 4
    for (int k = 0; k < BK; ++k) {
      word_t ak[TM], bk[TN];
#pragma unroll
      for (int i = 0; i < TM; ++i) ak[i] = a[k * A_ROW + i];
#pragma unroll
      for (int j = 0; j < TN; ++j) bk[j] = b[k * BN + j / SIDE * (THREADS_X * SIDE) + j % SIDE];
#pragma unroll
      for (int i = 0; i < TM; ++i) {
#pragma unroll
        for (int j = 0; j < TN; ++j) sum[i][j] = MULTIPLY_ADD(ak[i], bk[j], sum[i][j]);
      }
    }
    if (STAGES == 1) __syncthreads();  // everybody has read the tile that is written next
    stage = (stage + 1) % STAGES;
    if (step + 1 < last) store(stage);
    __syncthreads();
  }

#pragma unroll
  for (int i = 0; i < TM; ++i) {
#pragma unroll
    for (int j = 0; j < TN; ++j) {
      const int column = column0 + j / SIDE * (THREADS_X * SIDE) + tx * SIDE + j % SIDE;
      put(sum[i][j], row0 + ty * TM + i, column, group, part, to);
    }
  }
}
