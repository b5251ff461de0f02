# SPDX-License-Identifier: Apache-2.0
# cmake -DOUTPUT=sources.cpp -DHEADER=kernels/x/sources.h -DNAMESPACE=x_sources -DFILES=a.cl,b.cl -P embed.cmake
# Writes device sources as C++ strings named after their files, so that the programs need no file at
# run time.
string(REPLACE "," ";" files "${FILES}")
set(text "// SPDX-License-Identifier: Apache-2.0\n#include \"${HEADER}\"\n\n")
string(APPEND text "namespace paretune::kernels::${NAMESPACE} {\n\n")
foreach(file IN LISTS files)
  file(READ "${file}" source)
  string(REPLACE "#pragma once\n" "" source "${source}")  # of a header that the host shares
  cmake_path(GET file STEM name)
  string(APPEND text "const char* const ${name} = R\"embedded(${source})embedded\";\n\n")
endforeach()
string(APPEND text "}  // namespace paretune::kernels::${NAMESPACE}\n")
file(WRITE "${OUTPUT}" "${text}")
