# Rules shared by every folder: one target per folder, so that an include that the architecture forbids does not link.
add_library(cvg_options INTERFACE)
target_compile_options(cvg_options INTERFACE -Wall -Wextra -Wpedantic -Werror -fno-omit-frame-pointer)
# g++ 12 warns without cause at -O2: of values moved out of a variant, of "text" + std::string (GCC bug 105651), and of
# lists of std::string that it has inlined.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(cvg_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds
                         -Wno-stringop-overflow -Wno-stringop-overread)
endif()
target_include_directories(cvg_options INTERFACE ${CMAKE_SOURCE_DIR})
if(CVG_SANITIZE)
  target_compile_options(cvg_options INTERFACE -fsanitize=${CVG_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(cvg_options INTERFACE -fsanitize=${CVG_SANITIZE})
  target_compile_definitions(cvg_options INTERFACE CVG_SANITIZED=1)
endif()

# The headers that nearly every file reads, compiled once per target.
set(CVG_PRECOMPILED <algorithm> <atomic> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <string>
    <string_view> <utility> <vector>)

# cvg_add_library(NAME LINK targets... [SOURCES files...]): the folder's static library; sources default to *.cpp here.
function(cvg_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK;PRIVATE_LINK;SOURCES" ${ARGN})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC cvg_options ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
    target_precompile_headers(${name} PRIVATE ${CVG_PRECOMPILED})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE cvg_options ${ARG_LINK} ${ARG_PRIVATE_LINK})
  endif()
endfunction()

# cvg_add_test(NAME LINK targets... [LABELS labels...] [SOURCES files...] [TIMEOUT s]): one GoogleTest program; it is run
# as one ctest test, with a JUnit report beside it that scripts/test counts cases from.
function(cvg_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LINK;LABELS;SOURCES;ENVIRONMENT" ${ARGN})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE cvg_options ${ARG_LINK} GTest::gtest GTest::gtest_main)
  target_precompile_headers(${name} PRIVATE ${CVG_PRECOMPILED} <gtest/gtest.h>)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_definitions(${name} PRIVATE CVG_SOURCE_DIR="${CMAKE_SOURCE_DIR}" CVG_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name} --gtest_output=xml:${CMAKE_BINARY_DIR}/reports/${name}.xml)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  if(ARG_ENVIRONMENT)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "${ARG_ENVIRONMENT}")
  endif()
endfunction()
