# How every target of the project is built.

find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)

# gradus_options: flags shared by all our sources, never passed on to users.
add_library(gradus_options INTERFACE)
target_compile_features(gradus_options INTERFACE cxx_std_20)
target_compile_options(gradus_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror
  # GCC 12 sees overlaps in std::string that are not there (its bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  # A loop that stays scalar, as all do with ThreadSanitizer, is right all the same.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>
  # Neither changes a result; both let the compiler vectorise selects and sqrt.
  -fno-math-errno -fno-trapping-math)
if(GRADUS_NATIVE)
  target_compile_options(gradus_options INTERFACE -march=native)
endif()
# Makes a mistake of memory harder to exploit; docs/reliability.md says what each costs,
# and what was left out. Sanitizers, which find the mistake itself, go without.
if(GRADUS_HARDEN AND NOT GRADUS_SANITIZE)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  include(CheckPIESupported)
  check_pie_supported(LANGUAGES CXX)
  target_compile_options(gradus_options INTERFACE
    -fstack-protector-strong -fstack-clash-protection
    # FORTIFY works where the compiler optimises.
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>)
  target_link_options(gradus_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
if(GRADUS_SANITIZE)
  target_compile_options(gradus_options INTERFACE -fsanitize=${GRADUS_SANITIZE}
                         -fno-sanitize-recover=all -fno-omit-frame-pointer
                         # With sanitizers GCC sees uninitialised parts in std::function.
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(gradus_options INTERFACE -fsanitize=${GRADUS_SANITIZE})
endif()
if(GRADUS_FUZZ)
  target_compile_options(gradus_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(GRADUS_COVERAGE)
  target_compile_options(gradus_options INTERFACE --coverage)
  target_link_options(gradus_options INTERFACE --coverage)
endif()

# gradus_library(NAME SOURCES ... LINKS ... [PUBLIC_LINKS ...] [PRIVATE_LINKS ...]
#                [PRIVATE_INCLUDES ...] [DOUBLE])
#
# Makes gradus_NAME (Scalar is float) and, with DOUBLE, gradus_NAME_double, the
# same sources with Scalar double, in which the gradients are checked (not under
# sanitizers, as memory and threads are used alike in both, nor where lines are counted,
# as they are the same lines). LINKS
# names the folders below this one (tensor, autograd, ...). The direction of the
# dependencies is enforced here: a library sees the headers of its own folder and
# of those it links, through a root that holds nothing else.
function(gradus_library name)
  cmake_parse_arguments(ARG "DOUBLE" "" "SOURCES;LINKS;PUBLIC_LINKS;PRIVATE_LINKS;PRIVATE_INCLUDES" ${ARGN})
  set(suffixes "")
  if(ARG_DOUBLE AND GRADUS_BUILD_TESTS AND NOT GRADUS_SANITIZE AND NOT GRADUS_COVERAGE)
    set(suffixes "_double")
  endif()
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  cmake_path(GET folder PARENT_PATH above)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/${name}/${above})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/include/${name}/${folder}
       SYMBOLIC)
  set(root ${PROJECT_BINARY_DIR}/include/${name})
  if(GRADUS_COVERAGE)  # gcov would count a header once more behind the link
    set(root ${PROJECT_SOURCE_DIR})
  endif()
  foreach(suffix IN ITEMS "" LISTS suffixes)
    set(target gradus_${name}${suffix})
    add_library(${target} STATIC ${ARG_SOURCES})
    add_library(gradus::${name}${suffix} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name}${suffix}
                          POSITION_INDEPENDENT_CODE ON)
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_include_directories(${target} PUBLIC
      $<BUILD_INTERFACE:${root}>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/gradus>)
    target_include_directories(${target} SYSTEM PRIVATE ${ARG_PRIVATE_INCLUDES})
    foreach(link IN LISTS ARG_LINKS)
      target_link_libraries(${target} PUBLIC gradus_${link}${suffix})
    endforeach()
    target_link_libraries(${target} PUBLIC ${ARG_PUBLIC_LINKS}
                          PRIVATE ${ARG_PRIVATE_LINKS} $<BUILD_INTERFACE:gradus_options>)
    if(suffix)
      target_compile_definitions(${target} PUBLIC GRADUS_DOUBLE)
    else()
      set_property(GLOBAL APPEND PROPERTY GRADUS_INSTALLED ${target})
    endif()
  endforeach()
endfunction()

# gradus_test(NAME SOURCES ... LINKS ... [DOUBLE] [FLOAT_SOURCES ...])
#
# One GoogleTest program; with DOUBLE it is built and run a second time against the
# double libraries, without FLOAT_SOURCES, in which numbers play no part. Where
# GRADUS_TEST_HEADERS names a test, its precompiled headers serve this one, too.
function(gradus_test name)
  cmake_parse_arguments(ARG "DOUBLE" "" "SOURCES;FLOAT_SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  set(suffixes "")
  if(ARG_DOUBLE AND NOT GRADUS_SANITIZE AND NOT GRADUS_COVERAGE)
    set(suffixes "_double")
  endif()
  foreach(suffix IN ITEMS "" LISTS suffixes)
    set(target ${name}_test${suffix})
    add_executable(${target} ${ARG_SOURCES})
    if(NOT suffix)
      target_sources(${target} PRIVATE ${ARG_FLOAT_SOURCES})
    endif()
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})  # tests/support
    foreach(link IN LISTS ARG_LINKS)
      target_link_libraries(${target} PRIVATE gradus_${link}${suffix})
    endforeach()
    target_link_libraries(${target} PRIVATE ${ARG_PRIVATE_LINKS} GTest::gmock GTest::gtest_main
                          gradus_options)
    if(GRADUS_TEST_HEADERS)
      target_precompile_headers(${target} REUSE_FROM ${GRADUS_TEST_HEADERS})
    endif()
    # Tests run side by side: threads that wait must not keep others from working.
    set(environment GOMP_SPINCOUNT=1000)
    if(GRADUS_SANITIZE OR GRADUS_COVERAGE)
      # Two processes for all tests, not one for each: to start it, or to add its counts to
      # those of all others, takes longer than most tests.
      foreach(half RANGE 1)
        add_test(NAME ${target}.${half} COMMAND ${target} --gtest_brief=1)
        set_tests_properties(${target}.${half} PROPERTIES TIMEOUT 3600
          ENVIRONMENT "${environment};GTEST_TOTAL_SHARDS=2;GTEST_SHARD_INDEX=${half}")
      endforeach()
    else()
      set(suites ${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake)
      file(GENERATE OUTPUT ${suites} CONTENT
        "set(target ${target})\nset(program $<TARGET_FILE:${target}>)
set(environment ${environment})\ninclude(${PROJECT_SOURCE_DIR}/cmake/ListSuites.cmake)\n")
      set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${suites})
    endif()
  endforeach()
endfunction()
