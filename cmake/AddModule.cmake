# Libraries that can only see what they declare.
#
# add_floor(NAME base SOURCES a.cpp … USES other … LINKS external::target …)
# add_module(NAME sampling SOURCES … USES archive laboratory …)      a floor that sees the kernel
#
# The only PUBLIC include folder of a library is its own include/, so the header of a neighbour that
# was not declared is not found. USES must name libraries that exist already: the order of the
# add_subdirectory calls is a topological order and a cycle cannot be written down. Every *_test.cpp
# under tests/ goes into one test program NAME_test, a part of `./test LABEL` for each of LABELS
# (unit where none is given).

# add_test_program(NAME x_test SOURCES … LINKS … LABELS unit postgres …)
# Each program leaves its cases in test-results/NAME.xml, where ./test counts them.
function(add_test_program)
  cmake_parse_arguments(PROGRAM "" "NAME" "SOURCES;LINKS;LABELS" ${ARGN})
  if(NOT PROGRAM_LABELS)
    set(PROGRAM_LABELS unit)
  endif()
  add_executable(${PROGRAM_NAME} ${PROGRAM_SOURCES})
  target_compile_definitions(${PROGRAM_NAME} PRIVATE
    PLUMBLINE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PLUMBLINE_SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared")
  target_link_libraries(${PROGRAM_NAME} PRIVATE ${PROGRAM_LINKS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${PROGRAM_NAME} COMMAND ${PROGRAM_NAME})
  set_tests_properties(${PROGRAM_NAME} PROPERTIES
    LABELS "${PROGRAM_LABELS}" TIMEOUT 900
    ENVIRONMENT "GTEST_OUTPUT=xml:${CMAKE_BINARY_DIR}/test-results/${PROGRAM_NAME}.xml")
endfunction()

function(add_floor)
  cmake_parse_arguments(FLOOR "" "NAME" "SOURCES;USES;LINKS;PRIVATE_LINKS;LABELS" ${ARGN})
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
    add_test_program(NAME ${FLOOR_NAME}_test SOURCES ${tests} LABELS ${FLOOR_LABELS}
                     LINKS ${FLOOR_NAME} ${FLOOR_PRIVATE_LINKS})
    target_include_directories(${FLOOR_NAME}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  endif()
endfunction()

function(add_module)
  cmake_parse_arguments(MODULE "" "NAME" "SOURCES;USES" ${ARGN})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/README.md)
    message(FATAL_ERROR "module ${MODULE_NAME} has no README.md")
  endif()
  add_floor(NAME ${MODULE_NAME} SOURCES ${MODULE_SOURCES} USES kernel ${MODULE_USES})
endfunction()
