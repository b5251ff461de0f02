# SPDX-License-Identifier: Apache-2.0
# cmake -DOUTPUT=sources.cpp -DFOLDER=... -DNAMES=a,b -P embed.cmake
# Writes the .cl texts of FOLDER as C++ strings, so that the programs need no file at run time.
string(REPLACE "," ";" names "${NAMES}")
set(text "// SPDX-License-Identifier: Apache-2.0\n#include \"kernels/opencl/sources.h\"\n\n")
string(APPEND text "namespace paretune::kernels::opencl_sources {\n\n")
foreach(name IN LISTS names)
  file(READ "${FOLDER}/${name}.cl" source)
  string(APPEND text "const char* const ${name} = R\"opencl(${source})opencl\";\n\n")
endforeach()
string(APPEND text "}  // namespace paretune::kernels::opencl_sources\n")
file(WRITE "${OUTPUT}" "${text}")
