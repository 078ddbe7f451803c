#include "server/admission/counted_network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace glisson::server {

std::string counted_network(const std::string& address) {
  std::array<unsigned char, sizeof(in6_addr)> bits{};
  if (::inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), bits.data()) != 1) return address;
  std::fill(bits.begin() + 8, bits.end(), static_cast<unsigned char>(0));
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, bits.data(), text.data(), text.size());
  return std::string(text.data()) + "/64";
}

}  // namespace glisson::server
