# embed_files(TARGET FILES path …): data files of the repository travel inside the binary; looked up by
# their path with plumbline::kernel::embedded("rules/deadlines.json").
function(embed_files target)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/embedded_files.cpp)
  set(sources)
  foreach(file IN LISTS ARGN)
    list(APPEND sources ${CMAKE_SOURCE_DIR}/${file})
  endforeach()
  string(REPLACE ";" "|" joined "${ARGN}")
  add_custom_command(OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR} "-DFILES=${joined}" -DOUT=${generated}
            -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${sources} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${generated})
endfunction()
