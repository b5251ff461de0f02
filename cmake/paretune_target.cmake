# SPDX-License-Identifier: Apache-2.0
# One INTERFACE target holds every flag; three functions make every target of the project.
add_library(paretune_flags INTERFACE)
target_include_directories(paretune_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(paretune_flags INTERFACE PARETUNE_VERSION="${PROJECT_VERSION}")
target_compile_options(paretune_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -ffp-contract=off)
if(PARETUNE_SANITIZE)
  target_compile_options(paretune_flags INTERFACE
    "-fsanitize=${PARETUNE_SANITIZE}" -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # -u: nothing of the project refers to what the runtime finds there.
  target_link_options(paretune_flags INTERFACE "-fsanitize=${PARETUNE_SANITIZE}"
    -Wl,-u,__lsan_default_suppressions)
  add_library(paretune_sanitizers STATIC "${CMAKE_SOURCE_DIR}/cmake/sanitizers.cpp")
  target_link_libraries(paretune_flags INTERFACE paretune_sanitizers)
endif()

# Seconds after which a test counts as hanging.
if(PARETUNE_LONG_TESTS)
  set(PARETUNE_TEST_SECONDS 14400)
else()
  set(PARETUNE_TEST_SECONDS 300)
endif()

# paretune_library(<folder> SOURCES ... PUBLIC ... PRIVATE ...): static library paretune::<folder>.
function(paretune_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(paretune_${name} STATIC ${ARG_SOURCES})
  add_library(paretune::${name} ALIAS paretune_${name})
  target_link_libraries(paretune_${name} PUBLIC paretune_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

# paretune_program(<name> SOURCES ... LIBRARIES ...): an executable in bin/.
function(paretune_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE paretune_flags ${ARG_LIBRARIES})
endfunction()

# paretune_bench(<name> SOURCES ... LIBRARIES ...): a program in bench/ of the build folder.
function(paretune_bench name)
  paretune_program(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
endfunction()

# paretune_test(<folder> SOURCES ... LIBRARIES ... [LABELS ...]): one GoogleTest program per folder,
# each of its cases a CTest test. Tests labelled `serial` run alone.
function(paretune_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE paretune_flags ${ARG_LIBRARIES} GTest::gmock_main)
  target_compile_definitions(test_${name} PRIVATE
    PARETUNE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PARETUNE_BUILD_DIR="${CMAKE_BINARY_DIR}"
    PARETUNE_PYTHON="${PARETUNE_PYTHON}")
  # Many files that begin with the same headers: these are parsed once.
  list(LENGTH ARG_SOURCES count)
  if(count GREATER_EQUAL 6)
    target_precompile_headers(test_${name} PRIVATE
      <gmock/gmock.h> <gtest/gtest.h> <algorithm> <fmt/format.h> <map> <memory> <string> <vector>)
    target_compile_options(test_${name} PRIVATE -fpch-preprocess)  # for ccache
  endif()
  # Tests spend their time in the libraries; optimising their own code would only cost compile time.
  target_compile_options(test_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  set_target_properties(test_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  set(properties TIMEOUT ${PARETUNE_TEST_SECONDS})
  if(ARG_LABELS)
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  if("serial" IN_LIST ARG_LABELS)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST
    TEST_PREFIX "${name}." PROPERTIES ${properties})
endfunction()

# paretune_python_test(<folder> <file>): runs a unittest file of the current folder.
function(paretune_python_test folder file)
  cmake_path(GET file STEM name)
  string(REGEX REPLACE "_test$" "" name "${name}")
  add_test(NAME ${folder}.${name}
    COMMAND "${PARETUNE_PYTHON}" -B "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  set_tests_properties(${folder}.${name} PROPERTIES TIMEOUT ${PARETUNE_TEST_SECONDS}
    ENVIRONMENT "PARETUNE_BUILD_DIR=${CMAKE_BINARY_DIR}")
endfunction()
