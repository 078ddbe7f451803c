#pragma once

#include <string>

namespace glisson::server {

/// The network that counts as one peer: an IPv4 address itself, of an IPv6 address its first 64 bits, within
/// which a host may call itself as it likes (RFC 4291 2.5.1, RFC 8981).
/// @param address numeric; anything else counts as itself.
std::string counted_network(const std::string& address);

}  // namespace glisson::server
