#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace glisson::server {

/// The numeric IPv4 addresses of a host; the DICOM toolkit connects to no others.
struct Resolution {
  std::vector<std::string> addresses;
  std::string problem;     ///< Why there are none, in words; empty: there are.
  bool no_answer = false;  ///< No name server answered: the name may be right.
};
Resolution resolve_host(const std::string& host);

/// What became of a TCP connection to one address.
struct PortState {
  enum class Kind { open, refused, timed_out, unreachable, forbidden, failed };
  Kind kind = Kind::failed;
  std::string problem;      ///< The system's words.
  std::string our_address;  ///< From which the peer sees us; set when open.
};
PortState try_port(const std::string& address, std::uint16_t port, std::chrono::milliseconds timeout);

/// True when a port that was offered a TLS handshake answered with TLS, be it with a refusal.
bool speaks_tls(const std::string& address, std::uint16_t port, std::chrono::milliseconds timeout);

}  // namespace glisson::server
