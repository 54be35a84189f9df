# Read by ctest: a test for each suite of the GoogleTest program `program`, by the
# name `target`.SUITE. Not one for each test: 5,300 processes took as long to start
# as their tests to run, and what the tests of a suite share was made for each.
if(EXISTS ${program})
  execute_process(COMMAND ${program} --gtest_list_tests OUTPUT_VARIABLE list
                  COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "\n[^ \n]+\\." suites "${list}")
else()
  set(suites "\nNOT_BUILT.")
endif()
foreach(suite IN LISTS suites)
  string(REGEX REPLACE "\n(.*)\\." "\\1" suite "${suite}")
  add_test(${target}.${suite} ${program} --gtest_brief=1 --gtest_filter=${suite}.*)
  set_tests_properties(${target}.${suite} PROPERTIES ENVIRONMENT "${environment}")
endforeach()
