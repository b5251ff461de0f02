// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/vector_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/vector_loops.cpp"
#include <hwy/foreach_target.h>  // compiles the part below once per instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace paretune::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::ScalableTag<float>;
using I32 = hn::RebindToSigned<F32>;
using U8 = hn::Rebind<std::uint8_t, F32>;

/// body(i, d) for whole vectors, then tail(i) for the rest.
template <typename Body, typename Tail>
HWY_INLINE void for_each(std::size_t count, Body body, Tail tail) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) body(i, d);
  for (; i < count; ++i) tail(i);
}

HWY_INLINE float to_even(float value) {
  // Adding and removing 1.5 * 2^23 leaves an integer, rounded half to even.
  constexpr float magic = 12582912.0F;
  volatile float sum = value + magic;
  return sum - magic;
}

void quantize_f32(const float* from, std::uint8_t* to, std::size_t count,
                  model::QuantParams params) {
  const auto low = static_cast<float>(-params.zero_point);
  const auto high = static_cast<float>(255 - params.zero_point);
  for_each(
      count,
      [&](std::size_t i, F32 d) HWY_ATTR {
        const auto scaled = hn::Div(hn::LoadU(d, from + i), hn::Set(d, params.scale));
        const auto inside = hn::Min(hn::Max(scaled, hn::Set(d, low)), hn::Set(d, high));
        const I32 di;
        const auto level = hn::Add(hn::NearestInt(inside), hn::Set(di, params.zero_point));
        hn::StoreU(hn::DemoteTo(U8(), level), U8(), to + i);
      },
      [&](std::size_t i) {
        const float scaled = from[i] / params.scale;
        const float inside = scaled < low ? low : (scaled > high ? high : scaled);
        to[i] = static_cast<std::uint8_t>(to_even(inside) - low);
      });
}

void dequantize_u8(const std::uint8_t* from, float* to, std::size_t count,
                   model::QuantParams params) {
  for_each(
      count,
      [&](std::size_t i, F32 d) HWY_ATTR {
        const I32 di;
        const auto wide = hn::PromoteTo(di, hn::LoadU(U8(), from + i));
        const auto centred = hn::ConvertTo(d, hn::Sub(wide, hn::Set(di, params.zero_point)));
        hn::StoreU(hn::Mul(centred, hn::Set(d, params.scale)), d, to + i);
      },
      [&](std::size_t i) {
        to[i] = static_cast<float>(from[i] - params.zero_point) * params.scale;
      });
}

void add_f32(const float* a, const float* b, float* to, std::size_t count, float floor) {
  for_each(
      count,
      [&](std::size_t i, F32 d) HWY_ATTR {
        const auto sum = hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i));
        hn::StoreU(hn::Max(sum, hn::Set(d, floor)), d, to + i);
      },
      [&](std::size_t i) {
        const float sum = a[i] + b[i];
        to[i] = sum > floor ? sum : floor;
      });
}

void relu_f32(const float* from, float* to, std::size_t count) {
  for_each(
      count,
      [&](std::size_t i, F32 d)
          HWY_ATTR { hn::StoreU(hn::Max(hn::LoadU(d, from + i), hn::Zero(d)), d, to + i); },
      [&](std::size_t i) { to[i] = from[i] > 0 ? from[i] : 0; });
}

/// Largest over the window's valid taps [y0,y1) x [x0,x1) for `count` channels.
template <class D, typename T>
HWY_INLINE void max_window(D d, const T* from, T* to, const PoolShape& at, std::int64_t y0,
                           std::int64_t y1, std::int64_t x0, std::int64_t x1) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t c = 0;
  for (; c + lanes <= at.c; c += lanes) {
    auto best = hn::LoadU(d, from + (y0 * at.w + x0) * at.c + c);
    for (std::int64_t y = y0; y < y1; ++y) {
      for (std::int64_t x = x0; x < x1; ++x) {
        best = hn::Max(best, hn::LoadU(d, from + (y * at.w + x) * at.c + c));
      }
    }
    hn::StoreU(best, d, to + c);
  }
  for (; c < at.c; ++c) {
    T best = from[(y0 * at.w + x0) * at.c + c];
    for (std::int64_t y = y0; y < y1; ++y) {
      for (std::int64_t x = x0; x < x1; ++x) {
        const T value = from[(y * at.w + x) * at.c + c];
        best = value > best ? value : best;
      }
    }
    to[c] = best;
  }
}

HWY_INLINE std::int64_t clip(std::int64_t value, std::int64_t high) {
  return value < 0 ? 0 : (value > high ? high : value);
}

template <class D, typename T>
HWY_INLINE void max_pool_of(D d, const T* from, T* to, const PoolShape& at) {
  for (std::int64_t image = 0; image < at.n; ++image, from += at.h * at.w * at.c) {
    for (std::int64_t oy = 0; oy < at.oh; ++oy) {
      const auto y = oy * at.stride_h - at.pad_t;
      for (std::int64_t ox = 0; ox < at.ow; ++ox, to += at.c) {
        const auto x = ox * at.stride_w - at.pad_l;
        max_window(d, from, to, at, clip(y, at.h), clip(y + at.r, at.h), clip(x, at.w),
                   clip(x + at.s, at.w));
      }
    }
  }
}

void max_pool_f32(const float* from, float* to, const PoolShape& shape) {
  max_pool_of(F32(), from, to, shape);
}

void max_pool_u8(const std::uint8_t* from, std::uint8_t* to, const PoolShape& shape) {
  max_pool_of(hn::CappedTag<std::uint8_t, 16>(), from, to, shape);
}

void average_pool_f32(const float* from, float* to, std::int64_t n, std::int64_t area,
                      std::int64_t c) {
  const auto count = static_cast<float>(area);
  for (std::int64_t image = 0; image < n; ++image, from += area * c, to += c) {
    for_each(
        static_cast<std::size_t>(c),
        [&](std::size_t i, F32 d) HWY_ATTR {
          auto sum = hn::Zero(d);
          for (std::int64_t at = 0; at < area; ++at) {
            sum = hn::Add(sum, hn::LoadU(d, from + at * c + i));
          }
          hn::StoreU(hn::Div(sum, hn::Set(d, count)), d, to + i);
        },
        [&](std::size_t i) {
          float sum = 0;
          for (std::int64_t at = 0; at < area; ++at)
            sum += from[at * c + static_cast<std::int64_t>(i)];
          to[i] = sum / count;
        });
  }
}

}  // namespace paretune::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <limits>

namespace paretune::kernels {

HWY_EXPORT(quantize_f32);
HWY_EXPORT(dequantize_u8);
HWY_EXPORT(add_f32);
HWY_EXPORT(relu_f32);
HWY_EXPORT(max_pool_f32);
HWY_EXPORT(max_pool_u8);
HWY_EXPORT(average_pool_f32);

void quantize(const float* from, std::uint8_t* to, std::size_t count, model::QuantParams params) {
  HWY_DYNAMIC_DISPATCH(quantize_f32)(from, to, count, params);
}
void dequantize(const std::uint8_t* from, float* to, std::size_t count, model::QuantParams params) {
  HWY_DYNAMIC_DISPATCH(dequantize_u8)(from, to, count, params);
}
void add(const float* a, const float* b, float* to, std::size_t count, bool relu) {
  const float floor = relu ? 0.0F : -std::numeric_limits<float>::infinity();
  HWY_DYNAMIC_DISPATCH(add_f32)(a, b, to, count, floor);
}
void relu(const float* from, float* to, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(relu_f32)(from, to, count);
}
void max_pool(const float* from, float* to, const PoolShape& shape) {
  HWY_DYNAMIC_DISPATCH(max_pool_f32)(from, to, shape);
}
void max_pool(const std::uint8_t* from, std::uint8_t* to, const PoolShape& shape) {
  HWY_DYNAMIC_DISPATCH(max_pool_u8)(from, to, shape);
}
void average_pool(const float* from, float* to, std::int64_t n, std::int64_t area, std::int64_t c) {
  HWY_DYNAMIC_DISPATCH(average_pool_f32)(from, to, n, area, c);
}

}  // namespace paretune::kernels
#endif  // HWY_ONCE
