#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/web_client.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;
using tests::WebClient;

/// The enumerated reason of an error.
std::string reason(const Response& response) { return json::parse(response.body).value("error", "none"); }

class WebAccounts : public testing::Test {
 protected:
  WebClient client_;
};

TEST_F(WebAccounts, BeginWithAOneTimeToken) {
  EXPECT_EQ(client_.get("/api/session")["setup_needed"], true);
  EXPECT_EQ(client_.get("/api/session")["account"], nullptr);
  const json wrong{{"token", "0"}, {"name", "Ada"}, {"password", WebClient::password}};
  EXPECT_EQ(reason(client_.send("POST", "/api/setup", wrong)), "wrong_token");
  const json right{{"token", client_.setup_token()}, {"name", "Ada"}, {"password", WebClient::password}};
  const json session = client_.ok("POST", "/api/setup", right);
  EXPECT_EQ(session["setup_needed"], false);
  EXPECT_EQ(session["account"], json({{"name", "Ada"}, {"role", "administrator"}}));
  EXPECT_EQ(client_.setup_token(), "");
  EXPECT_EQ(client_.send("POST", "/api/setup", right).status, 409);
  EXPECT_EQ(client_.get("/api/session"), session) << "signed in";
}

TEST_F(WebAccounts, OfferTheTokenAsSoonAsTheDatabaseAnswers) {
  EXPECT_EQ(client_.setup_token(), "");
  EXPECT_TRUE(client_.service().begin());
  EXPECT_EQ(client_.setup_token().size(), 32U);
}

TEST_F(WebAccounts, KeepNoSecretInTheDatabase) {
  client_.set_up();
  const std::string cookie = client_.request("GET", "/").headers.at("cookie");
  const std::string all = client_.database().value(
      "select string_agg(a::text, '') || (select string_agg(s::text, '') from web_session s) || "
      "(select string_agg(c::text, '') from change c) from account a");
  EXPECT_THAT(all, testing::HasSubstr("argon2id"));
  EXPECT_THAT(all, testing::Not(testing::HasSubstr(WebClient::password)));
  EXPECT_THAT(all, testing::Not(testing::HasSubstr(cookie.substr(cookie.find('=') + 1))));
  EXPECT_EQ(client_.database().value("select count(*) from change where new::text like '%argon2%'"), "0");
}

TEST_F(WebAccounts, SignInAndOut) {
  client_.set_up();
  EXPECT_EQ(client_.get("/api/accounts")["accounts"].size(), 1U);
  client_.ok("POST", "/api/logout");
  EXPECT_EQ(client_.send("GET", "/api/accounts").status, 401);
  const auto sign_in = [&](const char* name, const char* password) {
    return client_.send("POST", "/api/login", {{"name", name}, {"password", password}});
  };
  EXPECT_EQ(sign_in("Ada", "wrong password").status, 401);
  EXPECT_EQ(sign_in("Ada", "wrong password").body, sign_in("Nobody", "wrong password").body);
  EXPECT_EQ(sign_in("Ada", WebClient::password).status, 200);
  EXPECT_EQ(client_.get("/api/accounts")["accounts"].size(), 1U);
}

TEST_F(WebAccounts, EndTheSessionThatWasOpenWhenSomebodySignsIn) {
  client_.set_up();
  const Request before = client_.request("GET", "/api/accounts");
  client_.sign_in("Ada");
  EXPECT_EQ(client_.service().answer(before).status, 401);
}

TEST_F(WebAccounts, EndSessionsAtTheirTime) {
  client_.set_up();
  client_.database().rows("update web_session set expires_at = now() returning 1");
  EXPECT_EQ(client_.send("GET", "/api/accounts").status, 401);
  client_.sign_in("Ada");
  EXPECT_EQ(client_.database().value("select count(*) from web_session"), "1") << "the old one is forgotten";
}

TEST_F(WebAccounts, SlowDownWhoGuesses) {
  client_.set_up();
  const json wrong{{"name", "Ada"}, {"password", "wrong password"}};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client_.send("POST", "/api/login", wrong).status, 401);
  const Response response = client_.send("POST", "/api/login", wrong);
  EXPECT_EQ(response.status, 429);
  EXPECT_GT(std::stoi(tests::header_of(response, "Retry-After")), 500);
  EXPECT_EQ(client_.send("POST", "/api/login", {{"name", "Ada"}, {"password", WebClient::password}}).status,
            429);
}

TEST_F(WebAccounts, AreNotLockedOutByWhoComesFromTheSameTunnelOrProxy) {
  const auto status = [&](const std::string& address, const std::string& path, const json& body) {
    Request request = client_.request("POST", path, body);
    request.address = address;
    return client_.service().answer(request).status;
  };
  client_.get("/api/session");
  for (int i = 0; i <= 50; ++i) {
    const json guess{
        {"name", "guess " + std::to_string(i)}, {"password", WebClient::password}, {"token", "guess"}};
    EXPECT_EQ(status("127.0.0.1", "/api/setup", guess), 403) << i;
    EXPECT_EQ(status("192.0.2.7", "/api/setup", guess), i < 50 ? 403 : 429) << i;
  }
  client_.set_up();
  const json ada{{"name", "Ada"}, {"password", WebClient::password}};
  const json wrong{{"name", "Ada"}, {"password", "wrong password"}};
  EXPECT_EQ(status("127.0.0.1", "/api/login", ada), 200) << "many come from here";
  EXPECT_EQ(status("192.0.2.7", "/api/login", ada), 429) << "one guesses at many accounts";
  for (int i = 0; i < 10; ++i) EXPECT_EQ(status("192.0.2.8", "/api/login", wrong), 401);
  EXPECT_EQ(status("192.0.2.8", "/api/login", ada), 429);
  EXPECT_EQ(status("192.0.2.9", "/api/login", ada), 200);
}

TEST_F(WebAccounts, LetViewersReadOnly) {
  client_.set_up();
  client_.become("Vic", "viewer");
  EXPECT_EQ(client_.get("/api/session")["account"]["role"], "viewer");
  EXPECT_EQ(client_.send("GET", "/api/accounts").status, 403);
  EXPECT_EQ(client_.send("DELETE", "/api/accounts/Ada").status, 403);
}

TEST_F(WebAccounts, KeepTheirNamesApartAndTheLastAdministrator) {
  client_.set_up();
  const json ada{{"name", "Ada"}, {"role", "viewer"}, {"password", WebClient::password}};
  EXPECT_EQ(reason(client_.send("POST", "/api/accounts", ada)), "name_taken");
  EXPECT_EQ(reason(client_.send("DELETE", "/api/accounts/Ada")), "last_administrator");
  EXPECT_EQ(client_.send("DELETE", "/api/accounts/Nobody").status, 404);
  for (const json& body :
       {json{{"name", " Bob"}, {"role", "viewer"}, {"password", WebClient::password}},
        json{{"name", "Bob"}, {"role", "root"}, {"password", WebClient::password}},
        json{{"name", "Bob"}, {"role", "viewer"}, {"password", "short"}},
        json{{"name", 1}, {"role", "viewer"}, {"password", WebClient::password}}, json::array()}) {
    EXPECT_EQ(client_.send("POST", "/api/accounts", body).status, 400) << body;
  }
}

TEST_F(WebAccounts, EndAllSessionsOfWhoIsRemoved) {
  client_.set_up();
  client_.ok("POST", "/api/accounts",
             {{"name", "Vic"}, {"role", "viewer"}, {"password", WebClient::password}});
  client_.ok("DELETE", "/api/accounts/Vic");
  EXPECT_EQ(client_.send("POST", "/api/login", {{"name", "Vic"}, {"password", WebClient::password}}).status,
            401);
}

TEST_F(WebAccounts, ChangeTheirPasswordAndEndTheirOtherSessions) {
  client_.set_up();
  const Request elsewhere = client_.request("GET", "/api/accounts");
  client_.service().answer(elsewhere);
  WebClient& here = client_;
  const Response other = client_.service().answer(
      client_.request("POST", "/api/login", {{"name", "Ada"}, {"password", WebClient::password}}));
  EXPECT_EQ(other.status, 200);
  here.sign_in("Ada");
  EXPECT_EQ(here.send("POST", "/api/password", {{"old", "wrong"}, {"new", "another good password"}}).status,
            403);
  here.ok("POST", "/api/password", {{"old", WebClient::password}, {"new", "another good password"}});
  EXPECT_EQ(here.get("/api/accounts")["accounts"].size(), 1U) << "this session goes on";
  EXPECT_EQ(client_.database().value("select count(*) from web_session"), "1");
  EXPECT_EQ(here.send("POST", "/api/login", {{"name", "Ada"}, {"password", WebClient::password}}).status,
            401);
}

TEST_F(WebAccounts, TellWhoChangedThem) {
  client_.set_up();
  client_.ok("POST", "/api/accounts",
             {{"name", "Vic"}, {"role", "viewer"}, {"password", WebClient::password}});
  client_.ok("DELETE", "/api/accounts/Vic");
  const auto rows =
      client_.database().rows("select who, what, subject, old::text, new::text from change order by 1");
  using Row = std::vector<std::string>;
  EXPECT_EQ(rows.at(0),
            (Row{"Ada", "account", "Ada", "NULL", R"({"name": "Ada", "role": "administrator"})"}));
  EXPECT_EQ(rows.at(1), (Row{"Ada", "account", "Vic", "NULL", R"({"name": "Vic", "role": "viewer"})"}));
  EXPECT_EQ(rows.at(2), (Row{"Ada", "account", "Vic", R"({"name": "Vic", "role": "viewer"})", "NULL"}));
}

}  // namespace
}  // namespace glisson::server
