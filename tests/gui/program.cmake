# SPDX-License-Identifier: Apache-2.0
# Runs paretune-gui as a user would: exit codes, the sentence on stderr, and the picture.
set(picture "${FOLDER}/empty.png")
file(REMOVE "${picture}")
file(WRITE "${FOLDER}/not_a_store.db" "this is text, not a results file\n")

function(expect code pattern)
  execute_process(COMMAND "${PROGRAM}" ${ARGN}
    RESULT_VARIABLE result ERROR_VARIABLE errors OUTPUT_VARIABLE output)
  if(NOT result EQUAL code)
    message(FATAL_ERROR "'${ARGN}' gave ${result}, not ${code}:\n${output}${errors}")
  endif()
  if(NOT "${errors}" MATCHES "${pattern}")
    message(FATAL_ERROR "'${ARGN}' said:\n${errors}instead of ${pattern}")
  endif()
endfunction()

expect(0 "" --screenshot "${picture}" --size 800x600)
file(READ "${picture}" signature LIMIT 8 HEX)
if(NOT signature STREQUAL "89504e470d0a1a0a")
  message(FATAL_ERROR "${picture} is no PNG file")
endif()
expect(2 "does not exist" "${FOLDER}/absent.db" --screenshot "${picture}")
expect(2 "not a results database" "${FOLDER}/not_a_store.db" --screenshot "${picture}")
expect(2 "--size needs" --size big)
expect(2 "--select needs" --select x)
expect(2 "no option --wrong" --wrong 1)
