add_executable(access_bench ${CMAKE_CURRENT_LIST_DIR}/access_bench.cpp)
target_link_libraries(access_bench PRIVATE cvg_options core_access)
set_target_properties(access_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/bench)
