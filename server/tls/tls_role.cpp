#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <deque>

#include "engine/errors.hpp"
#include "server/log.hpp"
#include "server/request_gate.hpp"
#include "server/roles.hpp"
#include "server/tls/certificate_watch.hpp"
#include "server/tls/context_in_use.hpp"
#include "server/tls/handshakes.hpp"
#include "server/tls/refusal_log.hpp"
#include "server/tls/tls_relay.hpp"

namespace glisson::server {
namespace {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;
using namespace std::chrono_literals;

/// After so many new connections whatever else the loop has to do gets its turn.
constexpr int most_at_a_time = 64;
/// Until a supervisor that did not take a connection back is offered it again.
constexpr auto retry_interval = 10ms;
constexpr int warn_days = 30;

HandshakeLimits limits_of(const config::Settings& settings) {
  HandshakeLimits limits;
  limits.deadline = settings.association_request_timeout;
  // Each association that is relayed needs two descriptors too.
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0)
    limits.room = std::min<std::size_t>(limits.room, descriptors.rlim_cur / 4);
  return limits;
}

class TlsRole {
 public:
  TlsRole(const config::Settings& settings, int control)
      : settings_(settings),
        control_(loop_, control),
        signals_(loop_, SIGHUP),
        watch_timer_(loop_),
        retry_timer_(loop_),
        watch_(settings),
        in_use_(settings),
        handshakes_(
            loop_, limits_of(settings), [this](AdmittedPeer peer) { hand_over(std::move(peer)); },
            [this](const std::string& address, const std::string& reason) {
              if (reason.empty()) return refusals_.add_silent_leave();
              refusals_.add(fmt::format("TLS connection from {} refused: {}", address, reason));
            }) {
    control_.non_blocking(true);
  }

  int run() {
    tell_validity();
    await_signal();
    watch_files();
    receive();
    log::info(fmt::format("TLS on {}:{}", settings_.bind_address, settings_.tls_port));
    loop_.run();
    return 0;
  }

 private:
  void receive() {
    control_.async_wait(stream_descriptor::wait_read, [this](const error_code& error) {
      const int control = control_.native_handle();
      bool taken = !error;
      for (int count = 0; taken && count < most_at_a_time; ++count) {
        auto connection = receive_connection(control);
        taken = connection.has_value();
        if (taken) handshakes_.begin(std::move(*connection), in_use_.context());
      }
      if (error || (!taken && is_closed(control))) return stop();
      receive();
    });
  }

  /// The request lies in the local stream before the supervisor has it.
  void hand_over(AdmittedPeer peer) {
    PlainStream ours(loop_);
    PlainStream theirs(loop_);
    error_code error;
    boost::asio::local::connect_pair(ours, theirs, error);
    std::size_t written = 0;
    if (!error) {
      ours.set_option(PlainStream::send_buffer_size(2 * largest_association_request), error);
      ours.non_blocking(true, error);
      written = ours.write_some(boost::asio::buffer(peer.decrypted), error);
    }
    if (error || written < peer.decrypted.size()) {
      return refusals_.add(
          fmt::format("TLS connection from {} is closed: {}", peer.origin.address,
                      error ? error.message() : "its request has no room in a local stream"));
    }
    returning_.push_back({std::move(peer), std::move(ours), std::move(theirs)});
    give_back();
  }

  /// To the supervisor, in order; while it does not keep up, no more handshakes begin.
  void give_back() {
    while (!returning_.empty()) {
      Returning& first = returning_.front();
      if (!send_connection(control_.native_handle(), first.theirs.native_handle(), first.peer.origin)) break;
      begin_relay(std::move(first.peer), std::move(first.ours));
      returning_.pop_front();
    }
    handshakes_.hold(!returning_.empty());
    if (returning_.empty()) return;
    retry_timer_.expires_after(retry_interval);
    retry_timer_.async_wait([this](const error_code& error) {
      if (!error) give_back();
    });
  }

  void begin_relay(AdmittedPeer peer, PlainStream ours) {
    const auto& origin = peer.origin;
    log::info(fmt::format("{} with {} from {}, {}", SSL_get_version(peer.stream->native_handle()),
                          SSL_get_cipher(peer.stream->native_handle()), origin.address,
                          origin.certificate_fingerprint.empty()
                              ? "no certificate"
                              : fmt::format("certificate sha256:{} of {}", origin.certificate_fingerprint,
                                            origin.certificate_subject)));
    relay(std::move(peer.stream), std::move(ours), settings_.pdu_timeout, [](const std::string&) {});
  }

  void await_signal() {
    signals_.async_wait([this](const error_code& error, int) {
      if (error) return;
      reload();
      await_signal();
    });
  }

  void watch_files() {
    report_alive(control_.native_handle());
    watch_timer_.expires_after(sign_interval);
    watch_timer_.async_wait([this](const error_code& error) {
      if (error) return;
      if (watch_.changed()) reload();
      if (std::chrono::steady_clock::now() - told_validity_ > 24h) tell_validity();
      watch_files();
    });
  }

  /// New handshakes use what lies there now; associations in hand keep what they began with.
  void reload() {
    try {
      in_use_.read();
      log::info("the TLS certificate, key and trusted certificates were read again");
      tell_validity();
    } catch (const RejectedInput& error) {
      log::error(fmt::format(
          "new TLS files are not used, the ones before stay in use until they are mended: {}", error.what()));
    }
  }

  void tell_validity() {
    told_validity_ = std::chrono::steady_clock::now();
    const Certificate& certificate = in_use_.certificate();
    const int days = days_left(certificate);
    const auto until = fmt::format("{:%Y-%m-%d}", fmt::gmtime(certificate.valid_until));
    if (days < 0) {
      log::error(fmt::format("the TLS certificate ended on {}: peers will refuse it; renew it", until));
    } else if (days < warn_days) {
      log::warning(fmt::format("the TLS certificate ends on {}, in {} days; renew it", until, days));
    } else {
      log::info(fmt::format("the TLS certificate is valid until {}", until));
    }
  }

  /// The supervisor stops, or is gone: associations in hand are relayed to their end.
  void stop() {
    handshakes_.stop();
    returning_.clear();
    retry_timer_.cancel();
    signals_.cancel();
    watch_timer_.cancel();
    refusals_.stop();
  }

  const config::Settings& settings_;
  boost::asio::io_context loop_{1};
  stream_descriptor control_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer watch_timer_;
  boost::asio::steady_timer retry_timer_;
  CertificateWatch watch_;
  ContextInUse in_use_;
  std::chrono::steady_clock::time_point told_validity_;
  RefusalLog refusals_{loop_};
  Handshakes handshakes_;
  struct Returning {
    AdmittedPeer peer;
    PlainStream ours, theirs;
  };
  std::deque<Returning> returning_;  ///< Admitted, and not yet given back to the supervisor.
};

}  // namespace

int run_tls_role(const config::Settings& settings, int control) { return TlsRole(settings, control).run(); }

}  // namespace glisson::server
