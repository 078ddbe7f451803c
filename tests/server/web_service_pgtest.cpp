#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/web/web_service.hpp"
#include "tests/support/web_client.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using tests::WebClient;

class WebServiceTest : public testing::Test {
 protected:
  WebClient client_;
};

TEST_F(WebServiceTest, TellsHealthAndFiguresWithoutSignIn) {
  EXPECT_EQ(client_.send("GET", "/livez").body, "ok\n");
  const Response unready = client_.send("GET", "/readyz");
  EXPECT_EQ(unready.status, 503);
  EXPECT_EQ(json::parse(unready.body)["reasons"][0]["reason"], "upkeep_does_not_report");
  const Response metrics = client_.send("GET", "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(metrics.body,
              HasSubstr("# TYPE glisson_jobs gauge\nglisson_jobs{kind=\"analyse\",state=\"blocked\"} 0"));
  EXPECT_EQ(client_.send("POST", "/livez").status, 405);
}

TEST_F(WebServiceTest, TellsNobodyWithoutSignInWhoPausedWhatAndWhy) {
  auto database = client_.database().connect();
  for (const auto activity : {storage::Activity::receive, storage::Activity::deliver}) {
    storage::pause(database, activity, {"CANARY^Ann", "CANARY of Meier, born 1950-01-01"});
  }
  const Response response = client_.send("GET", "/readyz");
  const json body = json::parse(response.body);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(body["reasons"][0]["reason"], "receive_paused");
  ASSERT_EQ(body["pauses"].size(), 2U);
  EXPECT_EQ(body["pauses"][1]["what"], "deliver");
  EXPECT_EQ(body["pauses"][1]["since"].get<std::string>().substr(0, 2), "20");
  for (const char* target : {"/livez", "/readyz", "/metrics"}) {
    EXPECT_THAT(client_.send("GET", target).body, testing::Not(HasSubstr("CANARY"))) << target;
  }
}

TEST_F(WebServiceTest, SaysWhatItKnowsInThePlaceOfAnAnswerThatIsNotThereInTime) {
  const auto metrics = [&] { return client_.service().late_health(client_.request("GET", "/metrics")); };
  const auto ready = [&] { return client_.service().late_health(client_.request("GET", "/readyz")); };
  EXPECT_EQ(metrics().status, 200);
  EXPECT_THAT(metrics().body, HasSubstr("\nglisson_database_up 0\n")) << "it was never asked";
  EXPECT_EQ(ready().status, 503);
  EXPECT_EQ(json::parse(ready().body)["reasons"][0]["reason"], "database_does_not_answer");
  client_.send("GET", "/readyz");
  EXPECT_THAT(metrics().body, HasSubstr("\nglisson_database_up 1\n")) << "it answers, only not in time";
  EXPECT_EQ(json::parse(ready().body)["reasons"][0]["reason"], "no_answer_in_time");
}

TEST_F(WebServiceTest, ServesThePagesAndNoOtherFile) {
  const Response document = client_.send("GET", "/");
  EXPECT_EQ(document.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(document.body, HasSubstr("<script type=\"module\""));
  EXPECT_EQ(client_.send("GET", "/studies/1.2.3").body, document.body);
  EXPECT_EQ(client_.send("GET", "/studies/1.2.3").status, 200);
  EXPECT_EQ(client_.send("GET", "/assets/pages.js").content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(client_.send("GET", "/nowhere").status, 404);
  EXPECT_EQ(client_.send("GET", "/assets/../../etc/passwd").status, 400);
  EXPECT_EQ(client_.send("GET", "/assets/%2e%2e/%2e%2e/etc/passwd").status, 400);
  EXPECT_EQ(client_.send("GET", "/setup-token").status, 404);
  Request again = client_.request("GET", "/");
  again.headers["if-none-match"] = tests::header_of(document, "ETag");
  EXPECT_EQ(client_.send(again).status, 304);
  EXPECT_EQ(client_.send("POST", "/").status, 405);
}

TEST_F(WebServiceTest, HasNothingInlineInItsDocument) {
  const std::string document = client_.send("GET", "/").body;
  EXPECT_THAT(document, testing::Not(testing::ContainsRegex("<script[^>]*>[^<]")));
  EXPECT_THAT(document, testing::Not(HasSubstr("<style")));
  EXPECT_THAT(document, testing::Not(HasSubstr(" style=")));
  EXPECT_THAT(document, testing::Not(testing::ContainsRegex(" on[a-z]+=")));
  EXPECT_THAT(document, testing::Not(HasSubstr("https://")));
}

TEST_F(WebServiceTest, RefusesOtherHostNames) {
  for (const char* target : {"/", "/api/session", "/assets/pages.js"}) {
    Request request = client_.request("GET", target);
    request.headers["host"] = "attacker.example";
    EXPECT_EQ(client_.send(request).status, 421) << target;
    request.headers.erase("host");
    EXPECT_EQ(client_.send(request).status, 421) << target;
  }
}

TEST_F(WebServiceTest, ServesHealthOnlyAtTheAddressOfHealth) {
  Request request = client_.request("GET", "/metrics");
  request.health_only = true;
  request.headers["host"] = "monitored.example";
  EXPECT_EQ(client_.send(request).status, 200);
  for (const char* target : {"/", "/api/session"}) {
    request.target = target;
    EXPECT_EQ(client_.send(request).status, 404) << target;
  }
}

TEST_F(WebServiceTest, TakesChangesFromItsOwnPagesOnly) {
  client_.set_up();
  const json body{{"name", "Vic"}, {"role", "viewer"}, {"password", WebClient::password}};
  const Request right = client_.request("POST", "/api/accounts", body);
  const auto status_with = [&](const std::string& header, const char* value) {
    Request request = right;
    if (value == nullptr) {
      request.headers.erase(header);
    } else {
      request.headers[header] = value;
    }
    return client_.send(request).status;
  };
  EXPECT_EQ(status_with("x-csrf-token", nullptr), 403);
  EXPECT_EQ(status_with("x-csrf-token", "0"), 403);
  EXPECT_EQ(status_with("sec-fetch-site", "cross-site"), 403);
  EXPECT_EQ(status_with("origin", "http://attacker.example"), 403);
  EXPECT_EQ(status_with("content-type", "application/x-www-form-urlencoded"), 415);
  EXPECT_EQ(status_with("content-type", nullptr), 415);
  EXPECT_EQ(status_with("cookie", nullptr), 401);
  EXPECT_EQ(status_with("cookie", "glisson_session=0"), 401);
  EXPECT_EQ(client_.get("/api/accounts")["accounts"].size(), 1U);
  EXPECT_EQ(client_.send(right).status, 200);
}

TEST_F(WebServiceTest, SaysWhichMethodsAnAddressTakes) {
  client_.set_up();
  const Response response = client_.send("PUT", "/api/accounts");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(tests::header_of(response, "Allow"), "GET, POST");
  EXPECT_EQ(client_.send("GET", "/api/nothing").status, 404);
  EXPECT_EQ(client_.send("GET", "/api").status, 404);
}

TEST(WebServiceWithoutDatabase, LivesAndSaysThatItIsNotReady) {
  config::Settings settings;
  settings.database_url = "host=/nowhere dbname=secret_name";
  WebService service(settings);
  const auto answer = [&](const char* target) {
    return service.answer({.method = "GET",
                           .target = target,
                           .headers = {{"host", "localhost"}},
                           .body = {},
                           .address = "127.0.0.1"});
  };
  EXPECT_EQ(answer("/livez").status, 200);
  EXPECT_EQ(answer("/").status, 200);
  const Response ready = answer("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(json::parse(ready.body)["reasons"][0]["reason"], "database_does_not_answer");
  const Response session = answer("/api/session");
  EXPECT_EQ(session.status, 503);
  EXPECT_EQ(tests::header_of(session, "Retry-After"), "5");
  for (const Response& response : {ready, session})
    EXPECT_THAT(response.body, testing::Not(HasSubstr("nowhere")));
  EXPECT_THAT(answer("/metrics").body, HasSubstr("glisson_database_up 0\n"));
  EXPECT_FALSE(service.begin());
}

TEST(WebServiceAfterAnOutage, AnswersAgain) {
  WebClient client;
  client.set_up();
  client.database().rows(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'glisson web'");
  const int first = client.send("GET", "/api/accounts").status;
  EXPECT_TRUE(first == 200 || first == 503) << first;
  EXPECT_EQ(client.send("GET", "/api/accounts").status, 200);
}

}  // namespace
}  // namespace glisson::server
