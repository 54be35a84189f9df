# A program is hardened as cmake/GradusTargets.cmake says. -DREADELF= -DPROGRAM=
execute_process(COMMAND ${READELF} --wide --file-header --segments --dynamic --dyn-syms ${PROGRAM}
                OUTPUT_VARIABLE elf COMMAND_ERROR_IS_FATAL ANY)
# check(NAME REGEX): the program has NAME, which readelf shows as REGEX.
function(check name regex)
  if(NOT elf MATCHES "${regex}")
    message(SEND_ERROR "[hardening] got ${PROGRAM} without ${name}, expected it")
  endif()
endfunction()
check("PIE" "Flags:[^\n]* PIE")
check("BIND_NOW" "Flags:[^\n]* NOW")
check("RELRO" "GNU_RELRO")
check("a stack that runs no code" "GNU_STACK[^\n]* RW +0x")
check("the stack protector" " __stack_chk_fail")
check("FORTIFY" " __[a-z]+_chk[@ ]")
