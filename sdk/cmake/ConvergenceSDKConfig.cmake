# find_package(ConvergenceSDK 1.0 REQUIRED): the target convergence::sdk and the function cvg_add_plugin().  The SDK is this
# folder as it is: -DCMAKE_PREFIX_PATH=/where/it/is/sdk.  plugin.h needs nothing; the C++ view includes rapidjson's headers.
if(NOT TARGET convergence::sdk)
  get_filename_component(cvg_sdk_folder "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
  add_library(convergence::sdk INTERFACE IMPORTED)
  set_target_properties(convergence::sdk PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${cvg_sdk_folder}/include")
endif()
include("${CMAKE_CURRENT_LIST_DIR}/CvgAddPlugin.cmake")
