# glisson_web_pages(TARGET FUNCTION FOLDER): builds the web pages in FOLDER with npm and compiles the files that come out
# into TARGET, as glisson_embed does. npm works on a copy in the build folder: the sources stay as they are.
function(glisson_web_pages target function folder)
  find_program(NPM npm REQUIRED)
  set(work ${CMAKE_CURRENT_BINARY_DIR}/pages)
  set(built index.html favicon.svg assets/pages.css assets/pages.js) # The names that vite.config.ts fixes.
  list(TRANSFORM built PREPEND ${work}/dist/ OUTPUT_VARIABLE outputs)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/src/* ${folder}/public/*)
  add_custom_command(OUTPUT ${work}/node_modules/.package-lock.json
    COMMAND ${CMAKE_COMMAND} -E copy ${folder}/package.json ${folder}/package-lock.json ${work}
    COMMAND ${NPM} ci --no-audit --no-fund --ignore-scripts --loglevel=error
    DEPENDS ${folder}/package.json ${folder}/package-lock.json
    WORKING_DIRECTORY ${work} COMMENT "Installing what the web pages are built with" VERBATIM)
  add_custom_command(OUTPUT ${outputs}
    COMMAND ${CMAKE_COMMAND} -E rm -rf src public dist
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${folder}/src src
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${folder}/public public
    COMMAND ${CMAKE_COMMAND} -E copy ${folder}/index.html ${folder}/tsconfig.json ${folder}/vite.config.ts .
    COMMAND ${NPM} run build --silent -- --logLevel warn
    DEPENDS ${work}/node_modules/.package-lock.json ${folder}/index.html ${folder}/tsconfig.json
            ${folder}/vite.config.ts ${sources}
    WORKING_DIRECTORY ${work} COMMENT "Building the web pages" VERBATIM)
  file(MAKE_DIRECTORY ${work})
  glisson_embed_files(${target} ${function} ${work}/dist ${built})
endfunction()
