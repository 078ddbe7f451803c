# glisson_room(NAME [LIBRARIES ...]): one static library of all .cpp files in the current folder and the folders in it,
# which other rooms include as "<folder>/<header>.hpp".
function(glisson_room name)
  cmake_parse_arguments(ROOM "" "" "PUBLIC_LIBRARIES;LIBRARIES;EXCLUDE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*/*.cpp)
  foreach(file IN LISTS ROOM_EXCLUDE)
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ROOM_PUBLIC_LIBRARIES} PRIVATE ${ROOM_LIBRARIES} glisson_warnings)
endfunction()
