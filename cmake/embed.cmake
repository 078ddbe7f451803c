# glisson_embed(TARGET FUNCTION FOLDER PATTERN...): compiles files below FOLDER into TARGET as
#   namespace glisson { std::span<const EmbeddedFile> FUNCTION(); }   (engine/embedded_file.hpp)
# with paths relative to FOLDER, sorted, so that the binary carries its migrations, protocols and models.
function(glisson_embed target function folder)
  set(patterns ${ARGN})
  list(TRANSFORM patterns PREPEND ${folder}/)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${patterns})
  list(SORT files)
  glisson_embed_files(${target} ${function} ${folder} ${files})
endfunction()

# The same for files that are named one by one, and may be made by the build.
function(glisson_embed_files target function folder)
  set(files ${ARGN})
  list(TRANSFORM files PREPEND ${folder}/ OUTPUT_VARIABLE paths)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
  list(JOIN files "|" joined)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFUNCTION=${function} -DFOLDER=${folder}
            "-DFILES=${joined}" -P ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${paths} ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
