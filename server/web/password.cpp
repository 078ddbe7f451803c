#include "server/web/password.hpp"

#include <argon2.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "engine/digest.hpp"
#include "engine/errors.hpp"

namespace glisson::server {
namespace {

constexpr std::uint32_t passes = 3;
constexpr std::uint32_t memory_in_kibibytes = 64 * 1024;
constexpr std::uint32_t lanes = 4;
constexpr std::size_t salt_length = 16;
constexpr std::size_t hash_length = 32;

std::vector<std::uint8_t> random_bytes(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1) {
    throw TransientError("the operating system gives no random numbers");
  }
  return bytes;
}

std::string encode(std::string_view password) {
  const auto salt = random_bytes(salt_length);
  std::string encoded(
      argon2_encodedlen(passes, memory_in_kibibytes, lanes, salt_length, hash_length, Argon2_id), '\0');
  const int result =
      argon2id_hash_encoded(passes, memory_in_kibibytes, lanes, password.data(), password.size(), salt.data(),
                            salt.size(), hash_length, encoded.data(), encoded.size());
  if (result == ARGON2_MEMORY_ALLOCATION_ERROR || result == ARGON2_THREAD_FAIL) {
    throw TransientError(fmt::format("argon2: {}", argon2_error_message(result)));
  }
  if (result != ARGON2_OK) throw std::logic_error(argon2_error_message(result));
  encoded.resize(encoded.find('\0'));
  return encoded;
}

}  // namespace

std::string hash_password(std::string_view password) {
  if (password.size() < shortest_password || password.size() > longest_password) {
    throw RejectedInput(RejectionReason::invalid_argument,
                        fmt::format("a password has at least {} characters; a sentence is easy to remember",
                                    shortest_password));
  }
  return encode(password);
}

bool is_password(const std::string& hash, std::string_view password) {
  if (password.size() > longest_password) return false;
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

void spend_password_time(std::string_view password) { encode(password.substr(0, longest_password)); }

std::string random_hex(std::size_t bytes) { return to_hex(random_bytes(bytes)); }

bool equal_secrets(std::string_view one, std::string_view other) noexcept {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace glisson::server
