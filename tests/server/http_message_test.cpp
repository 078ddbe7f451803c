#include "server/web/http_message.hpp"

#include <gtest/gtest.h>

#include "engine/errors.hpp"
#include "server/web/security.hpp"
#include "server/web/session_cookie.hpp"

namespace glisson::server {
namespace {

using Segments = std::vector<std::string>;

TEST(ParseTarget, SplitsAndDecodesPathAndParameters) {
  const Target target = parse_target("/api/peers/CT%202?state=not+analysed&q=a%26b&flag");
  EXPECT_EQ(target.segments, (Segments{"api", "peers", "CT 2"}));
  EXPECT_EQ(target.parameters.at("state"), "not analysed");
  EXPECT_EQ(target.parameters.at("q"), "a&b");
  EXPECT_EQ(target.parameters.at("flag"), "");
  EXPECT_TRUE(parse_target("/").segments.empty());
  EXPECT_EQ(parse_target("/queue/").segments, (Segments{"queue"}));
  EXPECT_EQ(parse_target("/a+b").segments, (Segments{"a+b"}));
}

TEST(ParseTarget, RefusesWhatLeavesItsFolderOrHidesSomething) {
  for (const char* target :
       {"", "*", "http://elsewhere/", "/../etc/passwd", "/assets/%2e%2e/x", "/a/./b", "/a//b", "/a%2fb",
        "/%00", "/a%0d%0ab", "/?a=%0a", "/%", "/%4", "/%zz", "/a\tb"}) {
    EXPECT_THROW(parse_target(target), RejectedInput) << target;
  }
}

TEST(KnownHost, IsOneOfTheSettingsAnAddressOrThisHost) {
  const auto known = known_hosts({"glisson.hospital.example"});
  for (const char* host : {"localhost", "localhost:11180", "127.0.0.1:11180", "[::1]:11180", "[::1]",
                           "10.1.2.3", "Glisson.Hospital.Example:443"}) {
    EXPECT_TRUE(is_known_host(host, known)) << host;
  }
  for (const char* host :
       {"", "attacker.example", "localhost.attacker.example", "127.0.0.1.attacker.example",
        "localhost, attacker.example", "[attacker]", "[::1", "glisson.hospital.example."}) {
    EXPECT_FALSE(is_known_host(host, known)) << host;
  }
}

TEST(SameOrigin, IsWhatTheBrowserSays) {
  const auto from = [](const char* site, const char* origin) {
    Request request;
    request.headers["host"] = "localhost:11180";
    if (site != nullptr) request.headers["sec-fetch-site"] = site;
    if (origin != nullptr) request.headers["origin"] = origin;
    return is_same_origin(request);
  };
  EXPECT_TRUE(from(nullptr, nullptr));
  EXPECT_TRUE(from("same-origin", "http://localhost:11180"));
  EXPECT_FALSE(from("same-site", nullptr));
  EXPECT_FALSE(from("cross-site", "http://localhost:11180"));
  EXPECT_FALSE(from("none", nullptr));
  EXPECT_FALSE(from(nullptr, "http://attacker.example"));
  EXPECT_FALSE(from(nullptr, "http://localhost:9999"));
  EXPECT_FALSE(from(nullptr, "null"));
}

TEST(Cookie, IsFoundByItsWholeName) {
  EXPECT_EQ(cookie_of("a=1; glisson_session=abc; b=2", "glisson_session"), "abc");
  EXPECT_EQ(cookie_of("xglisson_session=abc", "glisson_session"), "");
  EXPECT_EQ(cookie_of("glisson_session", "glisson_session"), "");
  EXPECT_EQ(cookie_of("", "glisson_session"), "");
}

TEST(SessionCookie, IsKeptFromScriptsOtherSitesAndOtherHosts) {
  Request request;
  const std::string plain = session_cookie(request, "abc", std::chrono::seconds(60));
  EXPECT_EQ(plain, "glisson_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
  request.tls = true;
  const std::string secure = session_cookie(request, "abc", std::chrono::seconds(60));
  EXPECT_EQ(secure, "__Host-glisson_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure");
  request.headers["cookie"] = "glisson_session=abc";
  EXPECT_EQ(session_token(request), "") << "a cookie that came without TLS does not count with it";
}

TEST(CsrfToken, IsNeitherTheTokenNorWhatTheDatabaseKnows) {
  const std::string token(64, 'a');
  EXPECT_NE(csrf_token(token), token);
  EXPECT_NE(csrf_token(token), to_hex(token_digest(token)));
  EXPECT_NE(csrf_token(token), csrf_token(std::string(64, 'b')));
}

TEST(ErrorResponse, IsJsonWhateverIsQuoted) {
  EXPECT_EQ(error_response(400, "a", "b\xFF\"c").body, R"({"error":"a","message":"b)"
                                                       "\xEF\xBF\xBD"
                                                       R"(\"c"})");
}

}  // namespace
}  // namespace glisson::server
