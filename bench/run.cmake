add_executable(run_bench ${CMAKE_CURRENT_LIST_DIR}/run_bench.cpp ${CMAKE_SOURCE_DIR}/tests/fakes/memory_warehouse.cpp)
target_link_libraries(run_bench PRIVATE cvg_options core_run)
set_target_properties(run_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/bench)
