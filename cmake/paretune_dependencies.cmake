# SPDX-License-Identifier: Apache-2.0
# Every library the project links. `./dev setup` installs them; see docs/reference/third-party.md.
set(PARETUNE_DEPS_DIR "${CMAKE_SOURCE_DIR}/.deps/venv" CACHE PATH
    "Python environment made by `./dev setup`: holds oneDNN and onnx.proto")
list(APPEND CMAKE_PREFIX_PATH "${PARETUNE_DEPS_DIR}")

find_package(Threads REQUIRED)
find_package(benchmark 1.7 REQUIRED)
find_package(OpenMP REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Boost 1.74 REQUIRED)  # headers: Boost.Math
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Protobuf REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(HWLOC REQUIRED IMPORTED_TARGET hwloc)
find_package(dnnl 3.0 REQUIRED CONFIG)
find_package(hwy 1.0.3 REQUIRED CONFIG)

if(PARETUNE_WITH_OPENCL)
  find_package(OpenCLHeaders CONFIG REQUIRED)  # must precede OpenCLHeadersCpp
  find_package(OpenCLHeadersCpp CONFIG REQUIRED)
  find_package(OpenCL REQUIRED)
endif()
include(paretune_cuda)
if(PARETUNE_WITH_GUI)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Test)
endif()
if(PARETUNE_BUILD_TESTS)
  find_package(GTest REQUIRED)
  set(PARETUNE_PYTHON "${PARETUNE_DEPS_DIR}/bin/python" CACHE FILEPATH
      "Python with the packages of tools/requirements.txt")
endif()

file(GLOB _onnx_proto_candidates "${PARETUNE_DEPS_DIR}/lib/python3*/site-packages/onnx/onnx.proto")
list(APPEND _onnx_proto_candidates /usr/include/onnx/onnx.proto)
list(GET _onnx_proto_candidates 0 _onnx_proto_default)
set(PARETUNE_ONNX_PROTO "${_onnx_proto_default}" CACHE FILEPATH "onnx.proto of ONNX 1.17 or newer")
if(NOT EXISTS "${PARETUNE_ONNX_PROTO}")
  message(FATAL_ERROR "onnx.proto not found. Run `./dev setup`, or pass -DPARETUNE_ONNX_PROTO=FILE.")
endif()
