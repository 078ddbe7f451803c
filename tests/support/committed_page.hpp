#pragma once

#include <map>
#include <string>

namespace glisson::tests {

/// What the code says, by the name of the part of a page that holds it.
using GeneratedParts = std::map<std::string, std::string>;

/// Expects docs/<page> to hold exactly these parts, each once, between the lines `<!-- generated: NAME -->`
/// and
/// `<!-- end of NAME -->`; everything else on the page was written by people. Where the environment holds
/// GLISSON_WRITE_DOCS, the parts are written into the page first: `cmake --build build --target docs` does
/// that for all pages.
void expect_page(const std::string& page, const GeneratedParts& parts);

/// The page's text. @throws std::runtime_error where there is none.
std::string read_page(const std::string& page);

/// Text as it may stand in a cell of a Markdown table.
std::string table_cell(std::string text);

}  // namespace glisson::tests
