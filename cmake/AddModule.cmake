# Libraries that can only see what they declare.
#
# add_floor(NAME base SOURCES a.cpp … USES other … LINKS external::target …)
# add_module(NAME sampling SOURCES … USES archive laboratory …)      a floor that sees the kernel
#
# The only PUBLIC include folder of a library is its own include/, so the header of a neighbour that
# was not declared is not found. USES must name libraries that exist already: the order of the
# add_subdirectory calls is a topological order and a cycle cannot be written down. Every *_test.cpp
# under tests/ goes into one test program NAME_test.

function(add_floor)
  cmake_parse_arguments(FLOOR "" "NAME" "SOURCES;USES;LINKS;PRIVATE_LINKS" ${ARGN})
  if(FLOOR_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_floor(${FLOOR_NAME}): unknown arguments ${FLOOR_UNPARSED_ARGUMENTS}")
  endif()
  foreach(used IN LISTS FLOOR_USES)
    if(NOT TARGET ${used})
      message(FATAL_ERROR "${FLOOR_NAME} uses ${used}, which is not defined yet: "
                          "a library may use only libraries that stand before it")
    endif()
  endforeach()
  list(TRANSFORM FLOOR_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_library(${FLOOR_NAME} STATIC ${FLOOR_SOURCES})
  target_include_directories(${FLOOR_NAME} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include
                                           PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  target_link_libraries(${FLOOR_NAME} PUBLIC ${FLOOR_USES} ${FLOOR_LINKS} PRIVATE ${FLOOR_PRIVATE_LINKS})

  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/tests/*_test.cpp)
  if(tests)
    add_executable(${FLOOR_NAME}_test ${tests})
    target_include_directories(${FLOOR_NAME}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
    target_compile_definitions(${FLOOR_NAME}_test PRIVATE
      PLUMBLINE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PLUMBLINE_SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared")
    target_link_libraries(${FLOOR_NAME}_test PRIVATE ${FLOOR_NAME} ${FLOOR_PRIVATE_LINKS} GTest::gmock GTest::gtest_main)
    add_test(NAME ${FLOOR_NAME}_test COMMAND ${FLOOR_NAME}_test)
  endif()
endfunction()

function(add_module)
  cmake_parse_arguments(MODULE "" "NAME" "SOURCES;USES" ${ARGN})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/README.md)
    message(FATAL_ERROR "module ${MODULE_NAME} has no README.md")
  endif()
  add_floor(NAME ${MODULE_NAME} SOURCES ${MODULE_SOURCES} USES kernel ${MODULE_USES})
endfunction()
