#include "storage/network.hpp"

#include <gtest/gtest.h>

#include "engine/errors.hpp"

namespace glisson::storage {
namespace {

TEST(Network, IsOneAddressWithoutAPrefix) {
  const Network network("192.0.2.7");
  EXPECT_TRUE(network.contains("192.0.2.7"));
  EXPECT_FALSE(network.contains("192.0.2.8"));
  EXPECT_EQ(network.text(), "192.0.2.7");
  EXPECT_EQ(Network("192.0.2.7/32"), network);
}

TEST(Network, EndsWhereItsPrefixDoes) {
  const Network network("10.20.16.0/20");
  EXPECT_TRUE(network.contains("10.20.16.0"));
  EXPECT_TRUE(network.contains("10.20.31.255"));
  EXPECT_FALSE(network.contains("10.20.32.0"));
  EXPECT_FALSE(network.contains("10.20.15.255"));
  EXPECT_EQ(network.text(), "10.20.16.0/20");
}

TEST(Network, OfOneFamilyHoldsNoneOfTheOther) {
  EXPECT_TRUE(Network("0.0.0.0/0").contains("255.255.255.255"));
  EXPECT_FALSE(Network("0.0.0.0/0").contains("2001:db8::1"));
  EXPECT_TRUE(Network("::/0").contains("2001:db8::1"));
  EXPECT_FALSE(Network("::/0").contains("192.0.2.7"));
}

TEST(Network, TakesAMappedAddressForTheIpv4AddressThatItMaps) {
  EXPECT_TRUE(Network("10.0.0.0/8").contains("::ffff:10.1.2.3"));
  EXPECT_TRUE(Network("::ffff:10.0.0.0/104").contains("10.1.2.3"));
  EXPECT_EQ(Network("::ffff:10.0.0.0/104").text(), "10.0.0.0/8");
  EXPECT_EQ(Network("::ffff:10.1.2.3"), Network("10.1.2.3"));
}

TEST(Network, OfIpv6LooksAtBitsNotAtSpelling) {
  const Network network("2001:0DB8:0:0::/33");
  EXPECT_EQ(network.text(), "2001:db8::/33");
  EXPECT_TRUE(network.contains("2001:db8:7fff::1"));
  EXPECT_FALSE(network.contains("2001:db8:8000::1"));
  EXPECT_TRUE(Network("fe80::/10").contains("fe80::1%eth0"));
}

TEST(Network, HoldsNothingThatIsNoAddress) {
  for (const char* text : {"", "unknown", "10.0.0", "10.0.0.1/8", "localhost"}) {
    EXPECT_FALSE(Network("0.0.0.0/0").contains(text)) << text;
  }
}

TEST(Network, RefusesWhatIsNone) {
  for (const char* text :
       {"", "pacs", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "2001:db8::/129",
        "/8", "10.0.0.0/8/8", "256.0.0.1", "10.0.0.1/8", "2001:db8::1/32"}) {
    EXPECT_THROW(Network{text}, RejectedInput) << text;
  }
}

TEST(Network, NamesTheNetworkWhereBitsAreSetBeyondThePrefix) {
  try {
    Network network("10.20.30.40/16");
    FAIL();
  } catch (const RejectedInput& error) {
    EXPECT_NE(std::string(error.what()).find("10.20.0.0/16"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace glisson::storage
