#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/web/http_server.hpp"
#include "server/web/web_service.hpp"
#include "tests/support/browser.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using tests::Browser;

std::string get(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}
std::string last(const std::string& target) { return get(target, "Connection: close\r\n"); }

HttpLimits short_limits() {
  HttpLimits limits;
  limits.largest_header = 2048;
  limits.largest_body = 4096;
  limits.header_time = 300ms;
  limits.body_time = 300ms;
  limits.idle_time = 400ms;
  limits.answer_time = limits.health_time = 300ms;
  limits.most_connections = 4;
  limits.most_waiting = 2;
  return limits;
}

/// A server whose work is to return the body, or to block while the test says so.
class HttpServerTest : public testing::Test {
 protected:
  explicit HttpServerTest(const HttpLimits& limits = short_limits())
      : server_({.at_once = [](const Request& request) -> std::optional<Response> {
                   if (request.target == "/livez") return Response{200, "text/plain", "ok\n", {}};
                   return std::nullopt;
                 },
                 .kind_of =
                     [](const Request& request) {
                       if (request.target == "/metrics") return RequestKind::health;
                       return request.target == "/slow" ? RequestKind::slow : RequestKind::usual;
                     },
                 .usual = {.answer = [this](const Request& request) { return work(request); },
                           .late = {},
                           .begin = {}},
                 .slow = {.answer =
                              [](const Request&) {
                                std::this_thread::sleep_for(500ms);
                                return Response{200, "text/plain", "at last\n", {}};
                              },
                          .late = {},
                          .begin = {}},
                 .health = {.answer = [this](const Request& request) { return work(request); },
                            .late =
                                [](const Request&) {
                                  return Response{200, "text/plain", "what is known\n", {}};
                                },
                            .begin = {}}},
                limits, "") {
    port_ = server_.listen("127.0.0.1", 0);
    health_port_ = server_.listen("127.0.0.1", 0, true);
    thread_ = std::thread([this] { server_.run(-1); });
  }
  ~HttpServerTest() override {
    free();
    server_.stop();
    thread_.join();
  }
  Response work(const Request& request) {
    std::unique_lock lock(mutex_);
    working_ = true;
    begun_.notify_all();
    freed_.wait(lock, [this] { return !blocked_; });
    return {200, "text/plain", request.method + " from " + request.address + ": " + request.body, {}};
  }
  void block() {
    const std::scoped_lock lock(mutex_);
    blocked_ = true;
  }
  void wait_until_working() {
    std::unique_lock lock(mutex_);
    begun_.wait(lock, [this] { return working_; });
  }
  void free() {
    const std::scoped_lock lock(mutex_);
    blocked_ = false;
    freed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable freed_;
  std::condition_variable begun_;
  bool blocked_ = false;
  bool working_ = false;
  HttpServer server_;
  std::uint16_t port_ = 0;
  std::uint16_t health_port_ = 0;
  std::thread thread_;
};

/// The same, whose deadlines no test reaches.
class PatientHttpServerTest : public HttpServerTest {
 protected:
  PatientHttpServerTest() : HttpServerTest(patient_limits()) {}

 private:
  static HttpLimits patient_limits() {
    HttpLimits limits = short_limits();
    limits.header_time = limits.idle_time = limits.answer_time = limits.health_time = 60s;
    return limits;
  }
};

TEST_F(HttpServerTest, AnswersWithSecurityHeadersAndKeepsTheConnection) {
  const Browser browser(port_);
  for (int i = 0; i < 3; ++i) {
    browser.send(get("/livez"));
    const std::string answer = browser.read_until("ok\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self';"));
    EXPECT_THAT(answer, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
    EXPECT_THAT(answer, testing::Not(HasSubstr("unsafe")));
    EXPECT_THAT(answer, testing::Not(HasSubstr("Server:")));
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
  const Browser browser(port_);
  browser.send(get("/livez") + get("/a") + last("/livez"));
  const std::string answer = browser.read();
  const auto first = answer.find("ok\n");
  const auto second = answer.find("GET from 127.0.0.1");
  const auto third = answer.rfind("ok\n");
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST_F(HttpServerTest, GivesTheWholeBodyToTheWorker) {
  const Browser browser(port_);
  browser.send("POST /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhe");
  std::this_thread::sleep_for(50ms);
  browser.send("llo");
  EXPECT_THAT(browser.read(), HasSubstr("POST from 127.0.0.1: hello"));
}

TEST_F(HttpServerTest, AnswersHeadWithTheLengthAlone) {
  const Browser browser(port_);
  browser.send("HEAD /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string answer = browser.read();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, ClosesOnWhoSendsAHeaderByteByByte) {
  const Browser browser(port_);
  const auto start = std::chrono::steady_clock::now();
  bool open = true;
  for (const char c : get("/livez") + std::string(1000, 'x')) {
    open = open && browser.send(std::string(1, c));
    std::this_thread::sleep_for(20ms);
    if (!open || std::chrono::steady_clock::now() - start > 3s) break;
  }
  EXPECT_THAT(browser.read(), testing::Not(HasSubstr("stays open")));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST_F(HttpServerTest, ClosesOnWhoKeepsSilentAtFirstInABodyOrBetweenRequests) {
  const Browser silent(port_);
  const Browser in_body(port_);
  const Browser between(port_);
  in_body.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
  between.send(get("/livez"));
  EXPECT_THAT(between.read(3s), testing::EndsWith("ok\n"));
  EXPECT_EQ(silent.read(3s), "");
  EXPECT_EQ(in_body.read(3s), "");
}

TEST_F(HttpServerTest, RefusesWhatIsTooLargeInWords) {
  const Browser header(port_);
  header.send(get("/" + std::string(3000, 'a')));
  EXPECT_THAT(header.read(), StartsWith("HTTP/1.1 431 "));
  const Browser announced(port_);
  announced.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" +
                 std::string(4000, 'b'));
  EXPECT_THAT(announced.read(), StartsWith("HTTP/1.1 413 "));
  const Browser chunked(port_);
  chunked.send("POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" +
               std::string(0x2000, 'c') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.read(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, RefusesWhatIsNoHttp) {
  for (const char* text :
       {"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03garbage\r\n\r\n", "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    const Browser browser(port_);
    browser.send(text);
    EXPECT_THAT(browser.read(), StartsWith("HTTP/1.1 400 ")) << text;
  }
}

TEST_F(HttpServerTest, ClosesTheIdlestConnectionForOneBeyondTheMost) {
  const Browser one(port_);
  const Browser two(port_);
  const Browser three(port_);
  const Browser four(port_);
  for (const Browser* browser : {&one, &two, &three, &four}) {
    browser->send(get("/livez"));
    EXPECT_THAT(browser->read_until("ok\n"), StartsWith("HTTP/1.1 200"));
  }
  const Browser five(port_);
  five.send(last("/livez"));
  EXPECT_THAT(five.read(), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(one.read(), "") << "it asked longest ago";
}

TEST_F(PatientHttpServerTest, ClosesNobodyInTheMiddleOfARequest) {
  const Browser one(port_);
  const Browser two(port_);
  const Browser three(port_);
  const Browser four(port_);
  for (const Browser* browser : {&one, &two, &three, &four}) {
    // The answer to the first request says that the beginning of the second one has come with it.
    browser->send(get("/livez") + "GET /livez HT");
    EXPECT_THAT(browser->read_until("ok\n"), StartsWith("HTTP/1.1 200"));
  }
  const Browser five(port_);
  EXPECT_EQ(five.read(), "");
  four.send("TP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(four.read(), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, SaysWhatItKnowsOfHealthInTimeWhileTheDeskIsStuck) {
  block();
  const Browser stuck(health_port_);
  const auto start = std::chrono::steady_clock::now();
  stuck.send(get("/metrics"));
  const std::string answer = stuck.read();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
  EXPECT_THAT(answer, testing::AllOf(StartsWith("HTTP/1.1 200 "), testing::EndsWith("what is known\n")));
}

TEST_F(PatientHttpServerTest, HasRoomForThePagesWhateverComesToTheAddressOfHealth) {
  block();
  const std::array<Browser, 2> asked{Browser(health_port_), Browser(health_port_)};
  for (const Browser& browser : asked) browser.send(get("/metrics"));
  wait_until_working();
  // The third, unless the second comes after it: then it is the other way round.
  const Browser third(health_port_);
  third.send(get("/metrics"));
  pollfd answered[2]{{asked[1].socket(), POLLIN, 0}, {third.socket(), POLLIN, 0}};
  ASSERT_EQ(::poll(answered, 2, 5000), 1) << "one is beyond the most";
  const std::array<Browser, 5> idle{Browser(health_port_), Browser(health_port_), Browser(health_port_),
                                    Browser(health_port_), Browser(health_port_)};
  const Browser page(port_);
  page.send(last("/work"));
  free();
  EXPECT_THAT(page.read(), HasSubstr("GET from 127.0.0.1"));
}

TEST_F(HttpServerTest, StaysAliveAndSaysSoWhileTheWorkerIsStuck) {
  block();
  const Browser one(port_);
  const Browser two(port_);
  const Browser three(port_);
  one.send(get("/work"));
  two.send(get("/work"));
  std::this_thread::sleep_for(100ms);
  three.send(last("/work"));
  EXPECT_THAT(three.read(), testing::AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 5\r\n")))
      << "too many wait";
  const Browser health(port_);
  health.send(last("/livez"));
  EXPECT_THAT(health.read(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(one.read(), testing::AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 5\r\n")));
  EXPECT_THAT(two.read(), StartsWith("HTTP/1.1 503 "));
  free();
  std::this_thread::sleep_for(50ms);
  const Browser after(port_);
  after.send(last("/work"));
  EXPECT_THAT(after.read(), HasSubstr("GET from 127.0.0.1"));
}

TEST_F(HttpServerTest, KeepsNobodyWaitingForWhatIsSlow) {
  const Browser slow(port_);
  slow.send(last("/slow"));
  const Browser quick(port_);
  const auto start = std::chrono::steady_clock::now();
  quick.send(last("/work"));
  EXPECT_THAT(quick.read(), HasSubstr("GET from 127.0.0.1"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 300ms);
  EXPECT_THAT(slow.read(), testing::EndsWith("at last\n")) << "later than answer_time";
}

TEST_F(HttpServerTest, FinishesTheAnswerInHandWhenItStops) {
  const Browser idle(port_);
  idle.send(get("/livez"));
  idle.read_until("ok\n");
  const Browser browser(port_);
  block();
  browser.send(get("/work"));
  std::this_thread::sleep_for(50ms);
  server_.stop();
  std::this_thread::sleep_for(50ms);
  free();
  EXPECT_THAT(browser.read(), HasSubstr("GET from 127.0.0.1"));
  EXPECT_EQ(idle.read(), "");
  thread_.join();
  thread_ = std::thread([] {});
}

TEST(HttpServerEntrance, RefusesAPortThatIsTaken) {
  HttpServer one({}, {}, "");
  const std::uint16_t port = one.listen("127.0.0.1", 0);
  HttpServer two({}, {}, "");
  try {
    two.listen("127.0.0.1", port);
    ADD_FAILURE() << "listens";
  } catch (const RejectedInput& error) {
    EXPECT_EQ(error.reason(), RejectionReason::invalid_settings);
  }
}

TEST(HttpServerProxy, IsBelievedInWhatItAddsAndNobodyElseIs) {
  const auto answer = [](const std::string& proxy) {
    HttpServer server(
        {.at_once = [](const Request& request) -> std::optional<Response> {
           return Response{200, "text/plain", request.address + (request.tls ? " by TLS" : ""), {}};
         },
         .kind_of = {},
         .usual = {},
         .slow = {},
         .health = {}},
        short_limits(), proxy);
    const std::uint16_t port = server.listen("127.0.0.1", 0);
    std::thread thread([&] { server.run(-1); });
    const Browser browser(port);
    browser.send(
        get("/", "Connection: close\r\nX-Forwarded-For: 6.6.6.6, 10.1.2.3\r\nX-Forwarded-Proto: https\r\n"));
    std::string text = browser.read();
    server.stop();
    thread.join();
    return text;
  };
  EXPECT_THAT(answer(""), testing::EndsWith("\r\n127.0.0.1"));
  EXPECT_THAT(answer("10.9.9.9"), testing::EndsWith("\r\n127.0.0.1"));
  EXPECT_THAT(answer("127.0.0.1"), testing::AllOf(testing::EndsWith("\r\n10.1.2.3 by TLS"),
                                                  HasSubstr("Strict-Transport-Security")));
}

}  // namespace
}  // namespace glisson::server
