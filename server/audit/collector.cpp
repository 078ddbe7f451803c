#include "server/audit/collector.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/host_name.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <optional>

#include "engine/errors.hpp"
#include "server/tls/client_handshake.hpp"
#include "server/tls/tls_context.hpp"
#include "server/version.hpp"

namespace glisson::server {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

/// For everything from the name's look-up to the collector's farewell.
constexpr std::chrono::seconds time_limit{9};
/// The largest sequenceId (RFC 5424 7.3.1).
constexpr std::int64_t largest_sequence = 2147483647;

ClientFiles files_of(const config::Settings& settings) {
  const bool own = !settings.audit_certificate.empty();
  return {own ? settings.audit_certificate : settings.tls_certificate,
          own ? settings.audit_key : settings.tls_key,
          settings.audit_trusted.empty() ? settings.tls_trusted : settings.audit_trusted, "audit"};
}

/// One connection to the collector; everything is done within one time limit.
class CollectorConnection {
 public:
  CollectorConnection(const config::Settings& settings) : context_(make_client_context(files_of(settings))) {
    const auto colon = settings.audit_collector.rfind(':');
    host_ = settings.audit_collector.substr(0, colon);
    port_ = settings.audit_collector.substr(colon + 1);
    if (host_.starts_with('[')) host_ = host_.substr(1, host_.size() - 2);
  }

  void open() {
    tcp::resolver resolver(loop_);
    tcp::resolver::results_type addresses;
    await("its name is not known", [&](auto done) {
      resolver.async_resolve(host_, port_, [&addresses, done](const error_code& error, auto found) {
        addresses = std::move(found);
        done(error);
      });
    });
    tcp::socket socket(loop_);
    await("no connection", [&](auto done) {
      boost::asio::async_connect(socket, addresses,
                                 [done](const error_code& error, const tcp::endpoint&) { done(error); });
    });
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    stream_ = shake_hands_as_client(loop_, *context_, std::move(socket), {host_, {}}, rest);
  }

  void write(const std::string& frames) {
    await("it does not read on", [&](auto done) {
      boost::asio::async_write(*stream_, boost::asio::buffer(frames),
                               [done](const error_code& error, std::size_t) { done(error); });
    });
  }

  /// close_notify both ways. What TCP says alone is not enough: a collector that died has closed, too.
  void close() {
    await("it did not confirm", [&](auto done) {
      stream_->async_shutdown(
          [done](const error_code& error) { done(error == boost::asio::error::eof ? error_code() : error); });
    });
    if ((SSL_get_shutdown(stream_->native_handle()) & SSL_RECEIVED_SHUTDOWN) == 0) {
      throw TransientError("it closed the connection without a close_notify");
    }
  }

 private:
  /// Runs the loop until `start`'s operation is done.
  template <typename Start>
  void await(const char* failure, Start start) {
    std::optional<error_code> result;
    start([&result](const error_code& error) { result = error; });
    loop_.restart();
    loop_.run_until(deadline_);
    if (!result) throw TransientError(fmt::format("{}: it takes too long", failure));
    if (*result) throw TransientError(fmt::format("{}: {}", failure, result->message()));
  }

  Clock::time_point deadline_ = Clock::now() + time_limit;
  boost::asio::io_context loop_{1};
  TlsContext context_;
  std::string host_;
  std::string port_;
  std::unique_ptr<TlsStream> stream_;
};

}  // namespace

std::string syslog_message(const storage::AuditMessage& message, const std::string& host) {
  constexpr int authorisation = 10;  // Facility "security/authorization messages", PS3.15 A.6.
  constexpr int notice = 5;
  return fmt::format(
      "<{}>1 {} {} glisson - DICOM+RFC3881 [meta sequenceId=\"{}\"][origin software=\"glisson\" "
      "swVersion=\"{}\"] "
      "\xEF\xBB\xBF{}",
      authorisation * 8 + notice, message.at, message.host.empty() ? host : message.host,
      (message.id - 1) % largest_sequence + 1, version(), message.text);
}

void send_to_collector(const config::Settings& settings, const std::vector<storage::AuditMessage>& messages) {
  std::string frames;
  const std::string host = boost::asio::ip::host_name();
  for (const auto& message : messages) {
    const std::string syslog = syslog_message(message, host);
    frames += fmt::format("{} {}", syslog.size(), syslog);  // RFC 5425 4.3: octet counting.
  }
  CollectorConnection connection(settings);
  connection.open();
  connection.write(frames);
  connection.close();
}

}  // namespace glisson::server
