# Finds the BLAS for the matrix products: OpenBLAS, or what BLA_VENDOR names in the
# words of CMake's FindBLAS (FLAME is BLIS). Sets
#
#   GRADUS_BLAS_VENDOR     OpenBLAS, FLAME, or another name known to FindBLAS
#   GRADUS_BLAS_INCLUDE    the folder of its header
#   GRADUS_BLAS_LIBRARIES  what to link
#
# A BLAS whose products could be wrong is an error here, one that is slow a warning.

if(NOT BLA_VENDOR OR BLA_VENDOR STREQUAL "OpenBLAS")
  set(GRADUS_BLAS_VENDOR OpenBLAS)
  # Debian's pthread build in its own folder: what stands above it may be another
  # build, or the reference BLAS, by update-alternatives.
  find_library(GRADUS_OPENBLAS openblas
    PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE} PATH_SUFFIXES openblas-pthread openblas)
  if(NOT GRADUS_OPENBLAS)
    message(FATAL_ERROR "OpenBLAS is not installed; install it (Debian: libopenblas-pthread-dev), "
      "or choose another BLAS, such as BLIS with -DBLA_VENDOR=FLAME")
  endif()
  set(GRADUS_BLAS_LIBRARIES ${GRADUS_OPENBLAS})
  set(header cblas.h)
  set(folders openblas-pthread openblas)
else()
  set(GRADUS_BLAS_VENDOR ${BLA_VENDOR})
  set(ENV{BLA_VENDOR} ${BLA_VENDOR})  # which FindBLAS prefers
  find_package(BLAS QUIET)
  if(NOT BLAS_FOUND)
    message(FATAL_ERROR "CMake finds no BLAS by BLA_VENDOR=${BLA_VENDOR}; install it (Debian: "
      "libblis-pthread-dev for FLAME), or leave BLA_VENDOR out for OpenBLAS")
  endif()
  set(GRADUS_BLAS_LIBRARIES ${BLAS_LIBRARIES} ${BLAS_LINKER_FLAGS})
  set(header cblas.h)
  set(folders "")
  if(BLA_VENDOR STREQUAL "FLAME")
    set(header blis.h)
    set(folders blis-pthread blis-openmp blis-serial blis)
  endif()
endif()

# A name for each, so that a build folder may change from one to the other.
find_path(GRADUS_${GRADUS_BLAS_VENDOR}_INCLUDE ${header}
  PATHS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE} PATH_SUFFIXES ${folders})
set(GRADUS_BLAS_INCLUDE ${GRADUS_${GRADUS_BLAS_VENDOR}_INCLUDE})
if(NOT GRADUS_BLAS_INCLUDE)
  message(FATAL_ERROR "CMake finds ${GRADUS_BLAS_LIBRARIES}, but no ${header}; install the header, "
    "or name its folder with -DGRADUS_${GRADUS_BLAS_VENDOR}_INCLUDE=")
endif()

if(GRADUS_BLAS_VENDOR STREQUAL "OpenBLAS" AND NOT CMAKE_CROSSCOMPILING)
  try_run(serial built
    SOURCE_FROM_CONTENT serial.cpp "#include <cblas.h>
      int main() { return openblas_get_parallel() == OPENBLAS_SEQUENTIAL ? 1 : 0; }"
    NO_CACHE
    CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${GRADUS_BLAS_INCLUDE}
    LINK_LIBRARIES ${GRADUS_BLAS_LIBRARIES})
  if(built AND serial EQUAL 1)
    message(FATAL_ERROR "${GRADUS_OPENBLAS} is the serial OpenBLAS, which several threads cannot "
      "share; install the pthread build (Debian: libopenblas-pthread-dev)")
  endif()
elseif(NOT GRADUS_BLAS_VENDOR MATCHES "^(OpenBLAS|FLAME)$")
  list(GET BLAS_LIBRARIES 0 library)
  file(REAL_PATH ${library} library)
  message(WARNING "BLA_VENDOR=${BLA_VENDOR} is ${library}. If that is the reference BLAS, training is "
    "some 30 times slower. If it has threads of its own, switch them off (by its environment "
    "variable), since gradus knows how for OpenBLAS and BLIS alone. For OpenBLAS leave "
    "BLA_VENDOR out (Debian: libopenblas-pthread-dev)")
endif()
message(STATUS "BLAS: ${GRADUS_BLAS_VENDOR}, ${GRADUS_BLAS_LIBRARIES}")
