add_executable(http_bench ${CMAKE_CURRENT_LIST_DIR}/http_bench.cpp ${CMAKE_CURRENT_LIST_DIR}/http_bench_server.cpp
               ${CMAKE_CURRENT_LIST_DIR}/http_load.cpp)
target_link_libraries(http_bench PRIVATE cvg_options host_app civetweb_lib)
target_compile_definitions(http_bench PRIVATE CVG_BINARY_DIR="${CMAKE_BINARY_DIR}" CVG_EXTENSIONS_DIR="${CVG_EXTENSIONS_DIR}")
set_target_properties(http_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/bench)
add_dependencies(http_bench convergence ducklake local wait)
