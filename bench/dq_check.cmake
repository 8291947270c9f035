file(GLOB dq_check_bench_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/../plugins/dq_check/*.cpp)
add_executable(dq_check_bench ${CMAKE_CURRENT_LIST_DIR}/dq_check_bench.cpp ${dq_check_bench_sources})
target_link_libraries(dq_check_bench PRIVATE cvg_options convergence::sdk duckdb::duckdb)
set_target_properties(dq_check_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/bench)
