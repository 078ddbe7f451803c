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
#include <boost/asio/write.hpp>
#include <csignal>
#include <list>

#include "engine/errors.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"
#include "server/tls/certificate_watch.hpp"
#include "server/tls/context_in_use.hpp"
#include "server/tls/refusal_log.hpp"
#include "server/tls/tls_admission.hpp"
#include "server/tls/tls_relay.hpp"

namespace glisson::server {
namespace {

using boost::asio::ip::tcp;
using boost::asio::posix::stream_descriptor;
using boost::system::error_code;
using namespace std::chrono_literals;

/// Connections without a whole A-ASSOCIATE-RQ. An honest one takes milliseconds, so the oldest is the one
/// that goes when more arrive.
constexpr rlim_t most_admissions = 1024;
constexpr auto watch_interval = 2s;
constexpr int warn_days = 30;

class TlsRole {
 public:
  TlsRole(const config::Settings& settings, int control)
      : settings_(settings),
        control_(loop_, control),
        signals_(loop_, SIGHUP),
        watch_timer_(loop_),
        watch_(settings),
        in_use_(settings) {
    control_.non_blocking(true);
    // Each association that is relayed needs two descriptors too.
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0) room_ = std::min(room_, descriptors.rlim_cur / 4);
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
      auto connection = error ? std::nullopt : receive_connection(control);
      if (connection) admit(std::move(*connection));
      if (error || (!connection && is_closed(control))) return stop();
      receive();
    });
  }

  void admit(HandedConnection connection) {
    if (admissions_.size() >= room_) {
      admissions_.front()->drop();
      admissions_.pop_front();
      refusals_.add("the oldest of too many connections without an A-ASSOCIATE-RQ is closed");
    }
    const std::string address = connection.origin.address;
    const auto place = admissions_.insert(admissions_.end(), nullptr);
    *place = std::make_shared<TlsAdmission>(
        tcp::socket(loop_, tcp::v4(), connection.socket.release()), std::move(connection.origin),
        in_use_.context(),
        [this, place](AdmittedPeer peer) {
          admissions_.erase(place);
          hand_over(std::move(peer));
        },
        [this, place, address](const std::string& reason) {
          admissions_.erase(place);
          if (!reason.empty())
            refusals_.add(fmt::format("TLS connection from {} refused: {}", address, reason));
        });
    (*place)->start(settings_.association_request_timeout);
  }

  void hand_over(AdmittedPeer peer) {
    PlainStream ours(loop_);
    PlainStream theirs(loop_);
    error_code error;
    boost::asio::local::connect_pair(ours, theirs, error);
    // The request fits into the empty buffer of a local socket, so this does not wait.
    if (!error) boost::asio::write(ours, boost::asio::buffer(peer.decrypted), error);
    if (error || !send_connection(control_.native_handle(), theirs.native_handle(), peer.origin)) {
      return log::warning(fmt::format("TLS connection from {} is closed: {}", peer.origin.address,
                                      error ? error.message() : "the supervisor does not keep up"));
    }
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
    watch_timer_.expires_after(watch_interval);
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
    for (const auto& admission : admissions_) admission->drop();
    admissions_.clear();
    signals_.cancel();
    watch_timer_.cancel();
    refusals_.stop();
  }

  const config::Settings& settings_;
  boost::asio::io_context loop_{1};
  stream_descriptor control_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer watch_timer_;
  CertificateWatch watch_;
  ContextInUse in_use_;
  std::chrono::steady_clock::time_point told_validity_;
  rlim_t room_ = most_admissions;
  std::list<std::shared_ptr<TlsAdmission>> admissions_;  ///< The oldest first.
  RefusalLog refusals_{loop_};
};

}  // namespace

int run_tls_role(const config::Settings& settings, int control) { return TlsRole(settings, control).run(); }

}  // namespace glisson::server
