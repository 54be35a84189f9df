# Turns a file into a C++ source that defines its bytes as a std::string_view, so
# that a program carries its page template and its small data with it.
#
#   gradus_embed_file(TARGET FILE SYMBOL)
#
# adds to TARGET a source, made anew whenever FILE changes, that defines
#
#   extern const std::string_view SYMBOL;   // SYMBOL with its namespace: a::b::kName
#
# As a script, cmake -DINPUT=.. -DOUTPUT=.. -DSYMBOL=.. -P EmbedFile.cmake does the
# work of one file.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(GRADUS_EMBED_FILE_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

  function(gradus_embed_file target file symbol)
    get_filename_component(input ${file} ABSOLUTE)
    get_filename_component(name ${file} NAME)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    add_custom_command(
      OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DINPUT=${input} -DOUTPUT=${output} -DSYMBOL=${symbol}
              -P ${GRADUS_EMBED_FILE_SCRIPT}
      DEPENDS ${input} ${GRADUS_EMBED_FILE_SCRIPT}
      COMMENT "Embedding ${name}"
      VERBATIM)
    target_sources(${target} PRIVATE ${output})
  endfunction()
  return()
endif()

foreach(variable IN ITEMS INPUT OUTPUT SYMBOL)
  if(NOT DEFINED ${variable})
    message(FATAL_ERROR "EmbedFile: got no -D${variable}=, expected INPUT, OUTPUT and SYMBOL")
  endif()
endforeach()

string(REGEX MATCH "^(.+)::([^:]+)$" matched "${SYMBOL}")
if(NOT matched)
  message(FATAL_ERROR "EmbedFile: got SYMBOL ${SYMBOL}, expected one with its namespace")
endif()
set(namespace ${CMAKE_MATCH_1})
set(name ${CMAKE_MATCH_2})
get_filename_component(source "${INPUT}" NAME)

file(READ "${INPUT}" bytes HEX)
file(SIZE "${INPUT}" size)
string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")

# `extern` on the definition, since a const at namespace scope is else internal.
file(WRITE "${OUTPUT}" "// Made from ${source}; edit that.
#include <string_view>

namespace ${namespace} {

extern constinit const std::string_view ${name}{\"${bytes}\", ${size}};

}  // namespace ${namespace}
")
