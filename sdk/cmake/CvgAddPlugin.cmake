# cvg_add_plugin(NAME SOURCES files... [LINK targets...]): a shared object that exports cvg_plugin_entry and nothing else.
# Used by the project's own plugins and by third parties (find_package(ConvergenceSDK)).
function(cvg_add_plugin name)
  set(exports ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.exports)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} MODULE ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE convergence::sdk ${ARG_LINK})
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden
                                           VISIBILITY_INLINES_HIDDEN ON LINK_DEPENDS ${exports})
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE -Wl,--version-script=${exports} -Wl,-z,relro -Wl,-z,now)
  if(NOT CVG_SANITIZE)
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  # The host refuses a file that others than its owner may write, and a umask of 002 would make one.
  add_custom_command(TARGET ${name} POST_BUILD COMMAND chmod go-w $<TARGET_FILE:${name}> VERBATIM)
  if(CVG_PLUGIN_DIR)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CVG_PLUGIN_DIR})
  endif()
endfunction()
