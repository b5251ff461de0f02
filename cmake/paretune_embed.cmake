# SPDX-License-Identifier: Apache-2.0
# paretune_embed(<kind> <file>...): the texts of device sources as strings of namespace
# paretune::kernels::<kind>_sources, declared in kernels/<kind>/sources.h; an object library
# paretune_<kind>_sources, because a generated source is known only in the folder that makes it.
function(paretune_embed kind)
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/sources.cpp")
  list(JOIN ARGN "," joined)
  add_custom_command(
    OUTPUT "${generated}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${generated}" "-DHEADER=kernels/${kind}/sources.h"
            "-DNAMESPACE=${kind}_sources" "-DFILES=${joined}" -P "${CMAKE_SOURCE_DIR}/cmake/embed.cmake"
    DEPENDS ${ARGN} "${CMAKE_SOURCE_DIR}/cmake/embed.cmake"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    VERBATIM)
  add_library(paretune_${kind}_sources OBJECT "${generated}")
  target_link_libraries(paretune_${kind}_sources PRIVATE paretune_flags)
  target_sources(paretune_kernels PRIVATE $<TARGET_OBJECTS:paretune_${kind}_sources>)
endfunction()
