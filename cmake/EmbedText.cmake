# Turns a text file into a C++ source that defines it as a std::string_view, so
# that a program carries its page template with it.
#
#   gradus_embed_text(TARGET FILE SYMBOL)
#
# adds to TARGET a source, made anew whenever FILE changes, that defines
#
#   extern const std::string_view SYMBOL;   // SYMBOL with its namespace: a::b::kName
#
# As a script, cmake -DINPUT=.. -DOUTPUT=.. -DSYMBOL=.. -P EmbedText.cmake does the
# work of one file.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(GRADUS_EMBED_TEXT_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

  function(gradus_embed_text target file symbol)
    get_filename_component(input ${file} ABSOLUTE)
    get_filename_component(name ${file} NAME)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    add_custom_command(
      OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DINPUT=${input} -DOUTPUT=${output} -DSYMBOL=${symbol}
              -P ${GRADUS_EMBED_TEXT_SCRIPT}
      DEPENDS ${input} ${GRADUS_EMBED_TEXT_SCRIPT}
      COMMENT "Embedding ${name}"
      VERBATIM)
    target_sources(${target} PRIVATE ${output})
  endfunction()
  return()
endif()

foreach(variable IN ITEMS INPUT OUTPUT SYMBOL)
  if(NOT DEFINED ${variable})
    message(FATAL_ERROR "EmbedText: got no -D${variable}=, expected INPUT, OUTPUT and SYMBOL")
  endif()
endforeach()

file(READ "${INPUT}" text)
set(end ")embedded\"")
string(FIND "${text}" "${end}" found)
if(NOT found EQUAL -1)
  message(FATAL_ERROR "EmbedText: ${INPUT} contains ${end}, which would end the C++ string early")
endif()

string(REGEX MATCH "^(.+)::([^:]+)$" matched "${SYMBOL}")
if(NOT matched)
  message(FATAL_ERROR "EmbedText: got SYMBOL ${SYMBOL}, expected one with its namespace")
endif()
set(namespace ${CMAKE_MATCH_1})
set(name ${CMAKE_MATCH_2})
get_filename_component(source "${INPUT}" NAME)

# `extern` on the definition, since a const at namespace scope is else internal.
file(WRITE "${OUTPUT}" "// Made from ${source}; edit that.
#include <string_view>

namespace ${namespace} {

extern constinit const std::string_view ${name} = R\"embedded(${text})embedded\";

}  // namespace ${namespace}
")
