# `cmake --install`: the libraries with their headers and find_package(gradus),
# and the programs.
include(CMakePackageConfigHelpers)

get_property(installed GLOBAL PROPERTY GRADUS_INSTALLED)
install(TARGETS ${installed} EXPORT gradus_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT gradus_targets NAMESPACE gradus:: FILE gradus-targets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)
foreach(folder IN ITEMS tensor autograd nn optim apps/study)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}/
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradus/${folder}
          FILES_MATCHING PATTERN "*.h")
endforeach()
file(WRITE ${PROJECT_BINARY_DIR}/gradus-config.cmake
"include(CMakeFindDependencyMacro)
find_dependency(OpenMP COMPONENTS CXX)
find_dependency(fmt)
find_dependency(nlohmann_json)
find_dependency(ZLIB)
find_dependency(OpenSSL)
find_dependency(Threads)
find_dependency(CLI11)
include(\${CMAKE_CURRENT_LIST_DIR}/gradus-targets.cmake)
")
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gradus-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gradus-config.cmake
              ${PROJECT_BINARY_DIR}/gradus-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)
