// SPDX-License-Identifier: Apache-2.0
// Implicit GEMM: rows are output pixels (n, oy, ox), columns output channels of one group, the sum
// runs over (r, s, channel). A matrix product is the case of 1 x 1 images. A work-item computes TM
// rows x TN vectors of VEC columns. Weights come packed [group][block][r][s][channel][TN * VEC].
#define COLUMNS (TN * VEC)
#define BLOCKS ((KG + COLUMNS - 1) / COLUMNS)
#define PADDED_COLUMNS (GROUPS * BLOCKS * COLUMNS)
#define PIXELS (BATCH * OH * OW)
// Output pixel i reads input pixel i: a matrix product.
#define UNPADDED_PIXELS (R * S * STRIDE_H * STRIDE_W == 1 && OH == H && OW == W)

#if IN_U8
typedef VECTOR(int) sums;
#define WEIGHT char
#define TO_SUM CONVERT(int)
#define ONE_SUM(v) ((sums)((int)(v)))
#define ACCUMULATE(a, b, sum) ((a) * (b) + (sum))
#else
typedef floats sums;
#define WEIGHT float
#define TO_SUM
#define ONE_SUM(v) ((sums)(v))
#ifdef FP_FAST_FMAF
#define ACCUMULATE(a, b, sum) fma(a, b, sum)
#else
#define ACCUMULATE(a, b, sum) mad(a, b, sum)
#endif
#endif

// One step of the sum: a row element per pixel times TN weight vectors.
#define STEP(element, weights)                                               \
  {                                                                          \
    sums b[TN];                                                              \
    UNROLL for (int j = 0; j < TN; ++j) b[j] = TO_SUM(VLOAD((weights) + j * VEC)); \
    UNROLL for (int i = 0; i < TM; ++i) {                                    \
      const sums a = ONE_SUM(element);                                       \
      UNROLL for (int j = 0; j < TN; ++j) sum[i][j] = ACCUMULATE(a, b[j], sum[i][j]); \
    }                                                                        \
  }
#define UNROLL _Pragma("unroll")
#define ROLLED _Pragma("nounroll")

// Offset of channel 0 of the input pixel that tap (r, s) of output `pixel` reads; -1: padding.
inline int tap_offset(int pixel, int r, int s) {
  const int image = pixel / (OH * OW);
  const int y = pixel / OW % OH * STRIDE_H - PAD_T + r * DILATION_H;
  const int x = pixel % OW * STRIDE_W - PAD_L + s * DILATION_W;
  if (pixel >= PIXELS || y < 0 || y >= H || x < 0 || x >= W) return -1;
  return ((image * H + y) * W + x) * C;
}

#if KG % VEC
// The last vector of a row may hang over its end: element by element.
inline floats load_tail(global const DATA* p, int count, float scale, int zero) {
  DATA part[VEC];
  ROLLED for (int i = 0; i < VEC; ++i) part[i] = i < count ? p[i] : 0;
  return TO_FLOAT(VLOAD(part), scale, zero);
}
inline void store_tail(VECTOR(OUT) v, global OUT* p, int count) {
  OUT part[VEC];
  VSTORE(v, part);
  ROLLED for (int i = 0; i < count && i < VEC; ++i) p[i] = part[i];
}
#endif

kernel __attribute__((reqd_work_group_size(WG_N, WG_M, 1))) void tiled(
    global const DATA* restrict x, global const WEIGHT* restrict w,
    global const float* restrict columns, global const DATA* restrict padding,
    global const DATA* restrict residual, global OUT* restrict y, QUANTIZATION) {
  const int group = get_global_id(2);
  const int block = get_global_id(0);
  const int pixel0 = get_global_id(1) * TM;
  sums sum[TM][TN];
  UNROLL for (int i = 0; i < TM; ++i) {
    UNROLL for (int j = 0; j < TN; ++j) sum[i][j] = ONE_SUM(0);
  }

#if LOCAL
#define TILE_M (WG_M * TM)
#define TILE_N (WG_N * COLUMNS)
  local int offsets[TILE_M];
  local DATA xs[TILE_M * BK];
  local WEIGHT ws[BK * TILE_N];
  const int lane = get_local_id(1) * WG_N + get_local_id(0);
  const int tile_pixel = get_group_id(1) * TILE_M;
  const int tile_block = get_group_id(0) * WG_N;
  ROLLED for (int tap = 0; tap < R * S; ++tap) {
    for (int t = lane; t < TILE_M; t += WG_M * WG_N) {
      offsets[t] = tap_offset(tile_pixel + t, tap / S, tap % S);
    }
    ROLLED for (int c0 = 0; c0 < CG; c0 += BK) {
      barrier(CLK_LOCAL_MEM_FENCE);
      for (int t = lane; t < TILE_M * BK; t += WG_M * WG_N) {
        const int offset = offsets[t / BK], c = c0 + t % BK;
        xs[t] = c >= CG ? 0 : offset < 0 ? padding[c] : x[offset + group * CG + c];
      }
      for (int t = lane; t < BK * TILE_N / VEC; t += WG_M * WG_N) {
        const int c = c0 + t * VEC / TILE_N, from = tile_block + t * VEC % TILE_N / COLUMNS;
        VECTOR(WEIGHT) v = 0;
        if (c < CG && from < BLOCKS) {
          const int at = ((group * BLOCKS + from) * R * S + tap) * CG + c;
          v = VLOAD(w + at * COLUMNS + t * VEC % COLUMNS);
        }
        VSTORE(v, ws + t * VEC);
      }
      barrier(CLK_LOCAL_MEM_FENCE);
      ROLLED for (int k = 0; k < BK; k += KU) {
        UNROLL for (int u = 0; u < KU; ++u) {
          STEP(xs[(get_local_id(1) * TM + i) * BK + k + u],
               ws + (k + u) * TILE_N + get_local_id(0) * COLUMNS)
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);  // nobody still reads offsets
  }
#else
  if (block >= BLOCKS || pixel0 >= PIXELS) return;
  global const WEIGHT* weights = w + (group * BLOCKS + block) * R * S * CG * COLUMNS;
  ROLLED for (int tap = 0; tap < R * S; ++tap) {
    global const DATA* rows[TM];
    UNROLL for (int i = 0; i < TM; ++i) {
#if UNPADDED_PIXELS && PIXELS % TM == 0
      rows[i] = x + (pixel0 + i) * C + group * CG;  // equidistant: one register addresses them all
#else
      const int offset = tap_offset(pixel0 + i, tap / S, tap % S);
      rows[i] = offset < 0 ? padding : x + offset + group * CG;
#endif
    }
    ROLLED for (int c = 0; c < CG / KU * KU; c += KU) {
      UNROLL for (int u = 0; u < KU; ++u) STEP(rows[i][c + u], weights + u * COLUMNS)
      weights += KU * COLUMNS;
    }
#if CG % KU
    ROLLED for (int c = CG / KU * KU; c < CG; ++c) {
      STEP(rows[i][c], weights)
      weights += COLUMNS;
    }
#endif
  }
#endif

  // activation(sum * scale + bias + residual), then the output's type.
  UNROLL for (int j = 0; j < TN; ++j) {
    const int column = block * COLUMNS + j * VEC;
    if (column >= KG) continue;
    global const float* parameters = columns + group * BLOCKS * COLUMNS + column;
    const floats bias = VLOAD(parameters);
    UNROLL for (int i = 0; i < TM; ++i) {
      if (pixel0 + i >= PIXELS) continue;
      const int at = ((pixel0 + i) * GROUPS + group) * KG + column;
#if IN_U8
      const sums correction = VLOAD((global const int*)parameters + 2 * PADDED_COLUMNS);
      const floats scale = VLOAD(parameters + PADDED_COLUMNS);
      floats v = CONVERT(float)(sum[i][j] - correction) * (in_scale * scale) + bias;
#else
      floats v = sum[i][j] + bias;
#endif
#if ADD && KG % VEC
      v += column + VEC <= KG
               ? TO_FLOAT(VLOAD(residual + at), residual_scale, residual_zero)
               : load_tail(residual + at, KG - column, residual_scale, residual_zero);
#elif ADD
      v += TO_FLOAT(VLOAD(residual + at), residual_scale, residual_zero);
#endif
#if RELU
      v = AT_LEAST(v, 0.0f);
#endif
      const VECTOR(OUT) out = from_float(v, out_scale, out_zero);
#if KG % VEC
      if (column + VEC > KG) {
        store_tail(out, y + at, KG - column);
        continue;
      }
#endif
      VSTORE(out, y + at);
    }
  }
}
