# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone. A source that includes a header before anything else proves it for that
# header; the headers that no source begins with get a translation unit each, with the include folders
# of the library they belong to. Built with everything else, without optimisation.

# paretune_check_headers(<folder>...): call after the folders' targets exist.
function(paretune_check_headers)
  _paretune_first_includes(proven ${ARGN})
  foreach(folder IN LISTS ARGN)
    file(GLOB_RECURSE headers RELATIVE "${CMAKE_SOURCE_DIR}" CONFIGURE_DEPENDS
         "${CMAKE_SOURCE_DIR}/${folder}/*.h")
    if(NOT PARETUNE_WITH_CUDA)  # nothing to compile them with
      list(FILTER headers EXCLUDE REGEX "/cuda/")
    endif()
    list(REMOVE_ITEM headers ${proven})
    foreach(header IN LISTS headers)
      set(unit "${CMAKE_BINARY_DIR}/headers/${header}.cpp")
      file(CONFIGURE OUTPUT "${unit}" CONTENT "#include \"${header}\"\n" @ONLY)
      _paretune_owner("${header}" owner)
      list(APPEND units_${owner} "${unit}")
      list(APPEND owners "${owner}")
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES owners)
  foreach(owner IN LISTS owners)
    add_library(headers_${owner} OBJECT ${units_${owner}})
    target_link_libraries(headers_${owner} PRIVATE paretune_flags)
    set_target_properties(headers_${owner} PROPERTIES AUTOMOC OFF)
    # The owner's own include folders: they hold its private dependencies' as well.
    target_include_directories(headers_${owner} PRIVATE
      $<TARGET_PROPERTY:${owner},INCLUDE_DIRECTORIES>)
    target_compile_definitions(headers_${owner} PRIVATE
      $<TARGET_PROPERTY:${owner},COMPILE_DEFINITIONS>)
    # -w: the owner's sources show the warnings already. -O0: last, so it wins over the build type.
    target_compile_options(headers_${owner} PRIVATE -w -O0 -fopenmp)
    if(NOT owner STREQUAL paretune_flags)
      add_dependencies(headers_${owner} ${owner})  # headers it generates
    endif()
  endforeach()
endfunction()

# The first header that each source of the folders includes. Tests prove nothing: they are compiled
# with precompiled headers.
function(_paretune_first_includes result)
  list(REMOVE_ITEM ARGN tests)
  foreach(folder IN LISTS ARGN)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${folder}/*.cpp")
    foreach(source IN LISTS sources)
      file(STRINGS "${source}" line REGEX "^#include" LIMIT_COUNT 1)
      if(line MATCHES "\"(.*)\"")
        list(APPEND headers "${CMAKE_MATCH_1}")
      endif()
    endforeach()
  endforeach()
  set(${result} ${headers} PARENT_SCOPE)
endfunction()

# The target of the deepest folder of a header that has one: a/b/c.h -> paretune_a_b or paretune_a.
# Of tests/a/ it is test_a; of cli/ it may be the program itself.
function(_paretune_owner header result)
  cmake_path(GET header PARENT_PATH folder)
  while(folder)
    string(REPLACE "/" "_" name "paretune_${folder}")
    string(REGEX REPLACE "^paretune_tests_" "test_" name "${name}")
    string(REGEX REPLACE "^paretune_cli$" "paretune" program "${name}")
    foreach(target IN ITEMS ${name} ${program})
      if(TARGET ${target})
        set(${result} ${target} PARENT_SCOPE)
        return()
      endif()
    endforeach()
    cmake_path(GET folder PARENT_PATH folder)
  endwhile()
  set(${result} paretune_flags PARENT_SCOPE)
endfunction()
