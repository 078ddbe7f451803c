#include "server/web/password.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "engine/errors.hpp"
#include "server/web/login_limiter.hpp"
#include "server/web/setup_token.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;

TEST(Password, IsKeptAsArgon2idOfRfc9106AndASalt) {
  const std::string hash = hash_password("correct horse battery");
  EXPECT_THAT(hash, testing::StartsWith("$argon2id$v=19$m=65536,t=3,p=4$"));
  EXPECT_NE(hash, hash_password("correct horse battery"));
  EXPECT_TRUE(is_password(hash, "correct horse battery"));
  EXPECT_FALSE(is_password(hash, "correct horse batterz"));
  EXPECT_FALSE(is_password(hash, ""));
}

/// A vector of the reference implementation (phc-winner-argon2, src/test.c).
/// vector).
TEST(Password, IsVerifiedAsTheReferenceImplementationDoes) {
  const std::string hash =
      "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
  EXPECT_TRUE(is_password(hash, "password"));
  EXPECT_FALSE(is_password(hash, "Password"));
}

TEST(Password, IsNeitherTooShortNorTooLong) {
  EXPECT_THROW(hash_password(std::string(11, 'x')), RejectedInput);
  EXPECT_THROW(hash_password(std::string(1025, 'x')), RejectedInput);
  EXPECT_FALSE(is_password("no hash", "password"));
}

TEST(RandomHex, IsNeverTheSame) {
  EXPECT_EQ(random_hex(16).size(), 32U);
  EXPECT_NE(random_hex(16), random_hex(16));
}

Attempt from(const std::string& address, const std::string& account) {
  return {.account = account, .password = "first", .address = address};
}

TEST(LoginLimiter, LetsTenFailuresPassAndThenWaits) {
  LoginLimiter limiter;
  const auto start = LoginLimiter::Clock::now();
  const Attempt ada = from("10.0.0.1", "ada");
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(limiter.wait(ada, start)) << i;
    limiter.failed(ada, start);
  }
  EXPECT_EQ(limiter.wait(ada, start + 1min), 9min);
  EXPECT_FALSE(limiter.wait(ada, start + 10min));
}

TEST(LoginLimiter, LocksNobodyElseOutNorTheOwnerElsewhere) {
  LoginLimiter limiter;
  const auto now = LoginLimiter::Clock::now();
  for (int i = 0; i < 10; ++i) limiter.failed(from("10.0.0.1", "ada"), now);
  EXPECT_TRUE(limiter.wait(from("10.0.0.1", "ada"), now));
  EXPECT_FALSE(limiter.wait(from("10.0.0.1", "bob"), now));
  EXPECT_FALSE(limiter.wait(from("10.0.0.2", "ada"), now));
  Attempt reset = from("10.0.0.1", "ada");
  reset.password = "second";
  EXPECT_FALSE(limiter.wait(reset, now)) << "nobody guessed at the new password";
}

TEST(LoginLimiter, LocksAnAddressThatGuessesAtManyAccountsUnlessItIsShared) {
  LoginLimiter limiter;
  const auto now = LoginLimiter::Clock::now();
  Attempt tunnel = from("127.0.0.1", "");
  tunnel.shared_address = true;
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(limiter.wait(from("10.0.0.1", "bob"), now)) << i;
    limiter.failed(from("10.0.0.1", std::to_string(i)), now);
    tunnel.account = std::to_string(i);
    limiter.failed(tunnel, now);
  }
  EXPECT_EQ(limiter.wait(from("10.0.0.1", "bob"), now), 10min);
  EXPECT_FALSE(limiter.wait(from("10.0.0.2", "bob"), now));
  tunnel.account = "bob";
  EXPECT_FALSE(limiter.wait(tunnel, now));
}

TEST(LoginLimiter, LocksAnAccountThatManyAddressesGuessAt) {
  LoginLimiter limiter;
  const auto now = LoginLimiter::Clock::now();
  for (int i = 0; i < 50; ++i) limiter.failed(from("10.0.1." + std::to_string(i), "ada"), now);
  EXPECT_EQ(limiter.wait(from("10.0.0.1", "ada"), now), 10min);
  EXPECT_FALSE(limiter.wait(from("10.0.0.1", "bob"), now));
}

TEST(LoginLimiter, ForgetsWhatFailedWhereSomebodySignsInAndNothingElse) {
  LoginLimiter limiter;
  const auto now = LoginLimiter::Clock::now();
  for (int i = 0; i < 9; ++i) limiter.failed(from("10.0.0.1", "ada"), now);
  limiter.succeeded(from("10.0.0.1", "ada"));
  limiter.failed(from("10.0.0.1", "ada"), now);
  EXPECT_FALSE(limiter.wait(from("10.0.0.1", "ada"), now));
  for (int i = 0; i < 40; ++i) limiter.failed(from("10.0.0.1", std::to_string(i)), now);
  limiter.succeeded(from("10.0.0.1", "ada"));
  EXPECT_TRUE(limiter.wait(from("10.0.0.1", "ada"), now)) << "one account is no key to attempts at others";
}

TEST(LoginLimiter, KeepsTheLatestOfManyAddresses) {
  LoginLimiter limiter;
  auto now = LoginLimiter::Clock::now();
  for (int i = 0; i < 10; ++i) limiter.failed(from("first", "first"), now);
  for (int i = 0; i < 6000; ++i) limiter.failed(from(std::to_string(i), std::to_string(i)), now += 1ms);
  for (int i = 0; i < 10; ++i) limiter.failed(from("last", "last"), now);
  EXPECT_FALSE(limiter.wait(from("first", "first"), now));
  EXPECT_TRUE(limiter.wait(from("last", "last"), now));
}

TEST(SetupToken, IsReadableByTheServiceAloneAndWorksUntilWithdrawn) {
  const tests::TemporaryFolder folder;
  const SetupToken token(folder.path());
  EXPECT_FALSE(token.is(""));
  token.offer();
  struct stat status {};
  ASSERT_EQ(::stat((folder.path() / "setup-token").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  std::string text;
  std::getline(std::ifstream(folder.path() / "setup-token"), text);
  EXPECT_EQ(text.size(), 32U);
  token.offer();
  EXPECT_TRUE(token.is(text)) << "offered twice, it is the same";
  EXPECT_FALSE(token.is(text + "0"));
  EXPECT_FALSE(token.is(""));
  token.withdraw();
  EXPECT_FALSE(token.is(text));
}

}  // namespace
}  // namespace glisson::server
