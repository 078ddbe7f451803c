#pragma once

#include <optional>

#include "server/web/http_message.hpp"

namespace glisson::server {

/// A file of the web pages, which are compiled in; no path of the file system is ever made of what a browser
/// sends. Addresses of pages ("/queue") get the one document that draws all of them, unknown ones too, with
/// 404.
/// @return none for paths below /api.
std::optional<Response> static_page(const Request& request, const Target& target);

}  // namespace glisson::server
