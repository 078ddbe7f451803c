#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace glisson::storage {

/// An address or a network (CIDR, RFC 4632 and RFC 4291 2.3) from which a peer may call. An IPv4-mapped IPv6
/// address (RFC 4291 2.5.5.2) is the IPv4 address that it maps. Valid once constructed.
class Network {
 public:
  /// @param text e.g. "192.0.2.7", "10.20.0.0/16", "2001:db8::/32".
  /// @throws RejectedInput invalid_argument when it is none, or has bits set beyond its prefix.
  explicit Network(std::string_view text);

  /// @param address numeric; the zone of a link-local address ("%eth0") is not looked at.
  /// @return false for what is no address.
  bool contains(std::string_view address) const;

  /// In the shortest form, without the prefix where it is one address.
  const std::string& text() const noexcept { return text_; }
  bool operator==(const Network& other) const = default;

 private:
  std::array<std::uint8_t, 16> bits_{};
  bool is_ipv4_ = false;
  int prefix_ = 0;  ///< Of bits_, whose first 12 bytes are those of a mapped address for IPv4.
  std::string text_;
};

}  // namespace glisson::storage
