#pragma once

#include <string>
#include <string_view>

namespace glisson::server {

/// Shortest and longest password, in bytes.
inline constexpr std::size_t shortest_password = 12;
inline constexpr std::size_t longest_password = 1024;

/// Argon2id with the parameters that RFC 9106 section 4 recommends where memory is limited (64 MiB, 3 passes,
/// 4 lanes), a random salt of 16 bytes, in the encoded form that names all of them.
/// @throws RejectedInput invalid_argument for a password that is too short or too long.
std::string hash_password(std::string_view password);

/// Whether the hash was made of this password. As slow for a password that is wrong as for one that is right.
bool is_password(const std::string& hash, std::string_view password);

/// Spends the time of is_password() where there is no account, so that nobody learns which names exist.
void spend_password_time(std::string_view password);

/// Random bytes of the operating system, as lower-case hex.
std::string random_hex(std::size_t bytes);

/// Compares without telling by its duration where the texts differ.
bool equal_secrets(std::string_view one, std::string_view other) noexcept;

}  // namespace glisson::server
