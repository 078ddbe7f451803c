#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "server/web/api.hpp"
#include "tests/support/web_client.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;
using tests::WebClient;

bool changes(const Route& route) { return route.method != "GET"; }

/// The address of a route, with an argument in its place.
std::string address(const Route& route, const std::string& argument = "1") {
  std::string target(route.pattern);
  for (std::size_t at = target.find("{}"); at != std::string::npos; at = target.find("{}")) {
    target.replace(at, 2, argument);
  }
  return target;
}

/// What anybody may ask for, and what whoever is signed in may change: of themselves.
const std::set<std::string_view> for_everyone{"/api/session", "/api/setup", "/api/login"};
const std::set<std::string_view> of_oneself{"/api/logout", "/api/password"};

class WebSecurity : public testing::Test {
 protected:
  WebSecurity() { client_.set_up(); }
  int status(const Route& route, const json& body = json::object()) {
    return client_.send(std::string(route.method), address(route), body).status;
  }
  std::string changes_so_far() { return client_.database().rows("select count(*) from change").at(0).at(0); }

  WebClient client_;
};

TEST_F(WebSecurity, TellsStrangersNothing) {
  for (const Route& route : api_routes()) {
    Request request = client_.request(std::string(route.method), address(route));
    request.headers.erase("cookie");
    const int status = client_.send(request).status;
    if (for_everyone.contains(route.pattern)) {
      EXPECT_NE(status, 401) << route.pattern;
    } else {
      EXPECT_EQ(status, 401) << route.method << " " << route.pattern;
    }
  }
}

TEST_F(WebSecurity, LetsViewersChangeNothingButTheirOwnPassword) {
  client_.become("Vera", "viewer");
  const std::string before = changes_so_far();
  int refused = 0;
  for (const Route& route : api_routes()) {
    if (for_everyone.contains(route.pattern) || of_oneself.contains(route.pattern)) continue;
    const Response response = client_.send(std::string(route.method), address(route));
    if (!changes(route) && route.access == Access::viewer) {
      EXPECT_NE(response.status, 403) << route.pattern;
      continue;
    }
    EXPECT_EQ(response.status, 403) << route.method << " " << route.pattern;
    EXPECT_EQ(json::parse(response.body)["error"], "not_allowed") << route.pattern;
    refused += changes(route) ? 1 : 0;
  }
  EXPECT_GE(refused, 9) << "peers, refusals, jobs, pauses, accounts";
  EXPECT_EQ(changes_so_far(), before);
}

TEST_F(WebSecurity, TakesNoChangeWithoutTheTokenOfTheSession) {
  const std::string before = changes_so_far();
  for (const Route& route : api_routes()) {
    if (!changes(route) || for_everyone.contains(route.pattern)) continue;
    Request request = client_.request(std::string(route.method), address(route));
    request.headers.erase("x-csrf-token");
    EXPECT_EQ(client_.send(request).status, 403) << route.method << " " << route.pattern;
    request = client_.request(std::string(route.method), address(route));
    request.headers["sec-fetch-site"] = "same-site";
    EXPECT_EQ(client_.send(request).status, 403) << route.method << " " << route.pattern;
  }
  EXPECT_EQ(changes_so_far(), before);
}

TEST_F(WebSecurity, MeetsNoDefectInWhateverIsSent) {
  const std::vector<std::string> bodies{
      "",
      "null",
      "[]",
      "{}",
      "{\"",
      "\xFF\xFE",
      std::string(200'000, '['),
      std::string(200'000, '{'),
      R"({"name": 1, "password": [], "token": {}, "role": null, "old": 1, "new": true, "what": 7, "reason": []})",
      R"({"name": "a\u0000b", "password": "correct horse battery", "token": "\u0000", "role": "administrator"})",
      R"({"name": "a\ud800b", "password": "correct horse battery", "role": "viewer"})",
      R"({"ae_title": "PACS", "host": "h", "port": 1e400, "reason": "r"})",
      R"({"ae_title": "PACS", "host": "h", "port": 99999999999999999999, "reason": "r"})",
      R"({"ae_title": "A\\B", "host": "h", "port": 104, "name": "p", "reason": "r"})",
      R"({"ae_title": "PACS", "host": "h", "port": 104, "name": "p", "may": {"store": true}, "reason": "r"})",
      R"({"ae_title": "PACS", "host": "h", "port": 104, "name": "p", "may": [null], "reason": "r"})",
      R"({"ae_title": "PACS", "host": "h", "port": 104, "name": "p", "networks": ["0.0.0.0/99", null]})",
      R"({"ae_title": "PACS", "host": "h", "port": 104, "name": "p", "valid_until": "2026-02-31",
          "purpose": "test", "responsible": "r"})",
      R"({"ae_title": "PACS", "host": "h", "port": 104, "name": "p", "purpose": "billing"})",
      R"({"ae_title": "PACS", "host": "h", "port": 104, "name": "p", "certificate": "/etc/passwd"})",
      R"({"ae_title": "PACS", "host": "h", "port": 104, "name": "p", "tls": "yes"})"};
  const std::vector<std::string> arguments{"1",         "-1",    "99999999999999999999", "%27%3B--",
                                           "%E2%82%AC", "a%20b", std::string(3000, 'a')};
  for (const Route& route : api_routes()) {
    if (route.pattern == "/api/logout") continue;
    for (const std::string& argument : arguments) {
      for (const std::string& body : bodies) {
        Request request = client_.request(std::string(route.method), address(route, argument));
        request.body = body;
        EXPECT_LT(client_.send(request).status, 500)
            << route.method << " " << request.target << " " << body.substr(0, 120);
        if (!changes(route)) break;
      }
      if (!route.pattern.ends_with("}") && route.pattern.find("{}") == std::string_view::npos) break;
    }
  }
  EXPECT_EQ(client_.send("GET", "/api/session").status, 200);
}

TEST_F(WebSecurity, MeetsNoDefectInParameters) {
  for (const char* parameters :
       {"?q=%FF", "?q=%C0%80", "?q=%ED%A0%80", "?q=%00", "?q=%25", "?state=nothing", "?limit=0", "?limit=-1",
        "?limit=1e9", "?limit=501", "?before=-1", "?before=99999999999999999999", "?hours=0",
        "?hours=99999999", "?kind=%27", "?=&&=&q", "?%", "?q=%4"}) {
    for (const Route& route : api_routes()) {
      if (changes(route)) continue;
      EXPECT_LT(client_.send("GET", address(route) + parameters).status, 500) << route.pattern << parameters;
    }
  }
  EXPECT_EQ(client_.send("GET", "/api/studies?q=%FF").status, 400);
  EXPECT_EQ(client_.send("GET", "/api/studies/%FF").status, 400);
}

TEST_F(WebSecurity, KeepsTerminalsFromWhatIsTypedIn) {
  json peer{
      {"name", "pacs"}, {"ae_title", "PACS"}, {"host", "pacs"}, {"port", 104}, {"responsible", "Ann\x1B[2J"}};
  EXPECT_EQ(client_.send("POST", "/api/peers", peer).status, 400);
  peer.erase("responsible");
  peer["name"] =
      "a\x1B"
      "b";
  EXPECT_EQ(client_.send("POST", "/api/peers", peer).status, 400);
  EXPECT_EQ(client_.send("POST", "/api/pause", {{"what", "receive"}, {"reason", "a\x1B]0;b\a"}}).status, 400);
  EXPECT_EQ(client_.send("PUT", "/api/peers/a%1Bb", peer).status, 400);
  EXPECT_EQ(client_.get("/api/peers")["peers"].size(), 0U);
}

TEST_F(WebSecurity, TellsTheFiguresAgainToWhoAsksAllTheTime) {
  const auto start = std::chrono::steady_clock::now();
  const std::string first = client_.send("GET", "/metrics").body;
  client_.ok("POST", "/api/pause", {{"what", "receive"}, {"reason", "a test"}});
  const std::string second = client_.send("GET", "/metrics").body;
  if (std::chrono::steady_clock::now() - start < std::chrono::seconds(1)) {
    EXPECT_EQ(second, first);
  }
}

}  // namespace
}  // namespace glisson::server
