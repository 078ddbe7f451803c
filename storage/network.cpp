#include "storage/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "engine/errors.hpp"

namespace glisson::storage {
namespace {

constexpr int mapped_bits = 96;  ///< Of the prefix ::ffff:0:0/96.
constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

struct Address {
  std::array<std::uint8_t, 16> bits{};
  bool is_ipv4 = false;        ///< Written so or mapped.
  bool written_short = false;  ///< In dotted form: a prefix counts from the IPv4 address.
};

std::optional<Address> parse(std::string_view text) {
  const std::string name(text.substr(0, text.find('%')));
  Address address;
  if (::inet_pton(AF_INET6, name.c_str(), address.bits.data()) == 1) {
    address.is_ipv4 = std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.bits.begin());
    return address;
  }
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bits.begin());
  if (::inet_pton(AF_INET, name.c_str(), address.bits.data() + mapped_prefix.size()) != 1) {
    return std::nullopt;
  }
  address.is_ipv4 = address.written_short = true;
  return address;
}

/// True when two addresses agree in their first bits.
bool agree(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

std::string written(const std::array<std::uint8_t, 16>& bits, bool is_ipv4, int prefix) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = is_ipv4 ? AF_INET : AF_INET6;
  const std::uint8_t* const begin = is_ipv4 ? bits.data() + mapped_prefix.size() : bits.data();
  ::inet_ntop(family, begin, text.data(), text.size());
  std::string result = text.data();
  if (prefix < 128) result += '/' + std::to_string(is_ipv4 ? prefix - mapped_bits : prefix);
  return result;
}

}  // namespace

Network::Network(std::string_view text) {
  const auto refuse = [&](const char* why) {
    throw RejectedInput(RejectionReason::invalid_argument, "'" + std::string(text) + "' " + why);
  };
  const auto slash = text.find('/');
  const auto address = parse(text.substr(0, slash));
  if (!address) refuse("is no address and no network; write e.g. 192.0.2.7, 10.20.0.0/16 or 2001:db8::/32");
  bits_ = address->bits;
  is_ipv4_ = address->is_ipv4;
  prefix_ = 128;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const int longest = address->written_short ? 32 : 128;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix_);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix_ < 0 || prefix_ > longest) {
      refuse("has a prefix length that its kind of address does not have");
    }
    if (address->written_short) prefix_ += mapped_bits;
    if (prefix_ < mapped_bits) is_ipv4_ = false;
  }
  auto first = bits_;
  for (int bit = prefix_; bit < 128; ++bit) {
    first[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80 >> (bit % 8)));
  }
  text_ = written(first, is_ipv4_, prefix_);
  if (first != bits_) refuse(("has bits beyond its prefix length; its network is " + text_).c_str());
}

bool Network::contains(std::string_view address) const {
  const auto parsed = parse(address);
  return parsed && parsed->is_ipv4 == is_ipv4_ && agree(parsed->bits, bits_, prefix_);
}

}  // namespace glisson::storage
