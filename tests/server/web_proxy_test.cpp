#include <gtest/gtest.h>

#include "server/web/security.hpp"

namespace glisson::server {
namespace {

std::string address_behind_proxy(const std::string& forwarded) {
  Request request{.method = "GET",
                  .target = "/",
                  .headers = {{"x-forwarded-for", forwarded}},
                  .body = {},
                  .address = "::1"};
  believe_proxy(request);
  return request.address;
}

TEST(ReverseProxy, IsBelievedInTheAddressThatItAdded) {
  EXPECT_EQ(address_behind_proxy("10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(address_behind_proxy("6.6.6.6, 10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(address_behind_proxy("6.6.6.6,2001:db8::1"), "2001:db8::1");
}

TEST(ReverseProxy, IsNotBelievedInWhatIsNoAddress) {
  for (const char* forwarded : {"", "unknown", "10.1.2.3, _hidden", "10.1.2.3:4711", "10.1.2.3, "}) {
    EXPECT_EQ(address_behind_proxy(forwarded), "::1") << forwarded;
  }
}

TEST(Addresses, AreToldAsIPv4WhereTheyAre) {
  EXPECT_EQ(unmapped("::ffff:10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(unmapped("10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(unmapped("2001:db8::1"), "2001:db8::1");
}

}  // namespace
}  // namespace glisson::server
