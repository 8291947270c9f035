# Third-party libraries, as targets. Debian's come from find_package; what scripts/deps downloads lies in
# CONVERGENCE_DEPS_DIR (default: $XDG_CACHE_HOME/convergence or ~/.cache/convergence). DUCKDB_ROOT replaces its DuckDB
# by another one of the same version: include/duckdb.h, lib/libduckdb.so, extensions/*.duckdb_extension.
#
# Targets:   duckdb::duckdb  civetweb_lib  yaml-cpp  spdlog::spdlog  fmt::fmt  SQLite::SQLite3  OpenSSL::SSL
#            OpenSSL::Crypto  CURL::libcurl  ZLIB::ZLIB  isal::isal  rapidjson::rapidjson  CLI11::CLI11  date::date
#            date::date-tz  prometheus-cpp::core  GTest::gtest  GTest::gmock  benchmark::benchmark  Threads::Threads
# Variables: CVG_EXTENSIONS_DIR (the DuckDB extensions and extensions.sha256), CVG_SWAGGER_DIR (swagger-ui's files)

if(DEFINED ENV{CONVERGENCE_DEPS_DIR})
  set(cvg_deps_default "$ENV{CONVERGENCE_DEPS_DIR}")
elseif(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(cvg_deps_default "$ENV{XDG_CACHE_HOME}/convergence")
else()
  set(cvg_deps_default "$ENV{HOME}/.cache/convergence")
endif()
set(CONVERGENCE_DEPS_DIR "${cvg_deps_default}" CACHE PATH "Where scripts/deps put the downloaded dependencies")
set(DUCKDB_ROOT "${CONVERGENCE_DEPS_DIR}/duckdb" CACHE PATH "A DuckDB 1.5.5 with its DuckLake and SQLite extensions")

# Stops the configuration with one sentence when a file that scripts/deps installs is missing.
function(cvg_require_file path what)
  if(NOT EXISTS "${path}")
    message(FATAL_ERROR "${what} is missing (${path}): run scripts/deps")
  endif()
endfunction()

# find_package that says what to do when the package is missing.
macro(cvg_find_package name)
  find_package(${name} QUIET ${ARGN})
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR "The library ${name} is missing: run scripts/deps")
  endif()
endmacro()

set(THREADS_PREFER_PTHREAD_FLAG ON)
cvg_find_package(Threads)
cvg_find_package(OpenSSL)
cvg_find_package(ZLIB)
cvg_find_package(CURL)
cvg_find_package(SQLite3)
cvg_find_package(yaml-cpp)
cvg_find_package(fmt)
cvg_find_package(spdlog)
cvg_find_package(date)
cvg_find_package(CLI11)
cvg_find_package(prometheus-cpp)
cvg_find_package(GTest)
cvg_find_package(benchmark)

cvg_find_package(PkgConfig)
pkg_check_modules(isal QUIET IMPORTED_TARGET GLOBAL libisal)
if(NOT isal_FOUND)
  message(FATAL_ERROR "The library isa-l is missing: run scripts/deps")
endif()
add_library(isal::isal ALIAS PkgConfig::isal)

find_path(CVG_RAPIDJSON_INCLUDE_DIR rapidjson/rapidjson.h)
if(NOT CVG_RAPIDJSON_INCLUDE_DIR)
  message(FATAL_ERROR "The library rapidjson is missing: run scripts/deps")
endif()
add_library(rapidjson::rapidjson INTERFACE IMPORTED GLOBAL)
# /usr/include must not be named: as a system include it would be searched before the compiler's own headers.
if(NOT CVG_RAPIDJSON_INCLUDE_DIR STREQUAL "/usr/include")
  set_target_properties(rapidjson::rapidjson PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${CVG_RAPIDJSON_INCLUDE_DIR}")
endif()

cvg_require_file("${DUCKDB_ROOT}/include/duckdb.h" "DuckDB's header")
cvg_require_file("${DUCKDB_ROOT}/lib/libduckdb.so" "DuckDB's library")
cvg_require_file("${DUCKDB_ROOT}/extensions/ducklake.duckdb_extension" "DuckDB's extension ducklake")
cvg_require_file("${DUCKDB_ROOT}/extensions/sqlite_scanner.duckdb_extension" "DuckDB's extension sqlite_scanner")
add_library(duckdb::duckdb SHARED IMPORTED GLOBAL)
set_target_properties(duckdb::duckdb PROPERTIES
  IMPORTED_LOCATION "${DUCKDB_ROOT}/lib/libduckdb.so"
  INTERFACE_INCLUDE_DIRECTORIES "${DUCKDB_ROOT}/include")
set(CVG_EXTENSIONS_DIR "${DUCKDB_ROOT}/extensions")

cvg_require_file("${CONVERGENCE_DEPS_DIR}/swagger-ui/swagger-ui-bundle.js" "swagger-ui")
set(CVG_SWAGGER_DIR "${CONVERGENCE_DEPS_DIR}/swagger-ui")

set(cvg_civetweb_dir "${CONVERGENCE_DEPS_DIR}/civetweb-1.16")
cvg_require_file("${cvg_civetweb_dir}/src/civetweb.c" "CivetWeb's source")
enable_language(C)
add_library(civetweb_lib STATIC "${cvg_civetweb_dir}/src/civetweb.c")
target_include_directories(civetweb_lib SYSTEM PUBLIC "${cvg_civetweb_dir}/include")
# NO_SSL: TLS ends in host/http's intake, below the library. Workers get stacks of 8 MiB: deep handlers crash on the
# small ones of Debian's binary. No files, no CGI, no websockets: the front controller answers everything.
target_compile_definitions(civetweb_lib PRIVATE
  NO_SSL USE_STACK_SIZE=8388608 USE_IPV6 NO_FILES NO_CGI NO_CACHING)
target_link_libraries(civetweb_lib PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
set_target_properties(civetweb_lib PROPERTIES C_STANDARD 11 POSITION_INDEPENDENT_CODE ON)
target_compile_options(civetweb_lib PRIVATE -w) # not our code: its warnings are not ours to fix
if(CVG_SANITIZE) # instrumented with the rest, or its locks are unknown to ThreadSanitizer
  target_compile_options(civetweb_lib PRIVATE -fsanitize=${CVG_SANITIZE})
endif()
