#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "server/control_socket.hpp"
#include "server/tls/tls_admission.hpp"

namespace glisson::server {

/// How many connections without an A-ASSOCIATE-RQ there may be, and how many handshakes.
struct HandshakeLimits {
  std::size_t room = 1024;               ///< Connections in all.
  int a_second = 200;                    ///< Handshakes that begin, of one address; more of them wait.
  std::chrono::milliseconds deadline{};  ///< From the connection to a whole A-ASSOCIATE-RQ.
};

/// The connections of the TLS port that have not shown a whole A-ASSOCIATE-RQ yet, so shared that no address
/// costs another anything. For want of room the address that has the most of them loses its oldest.
/// Handshakes, which are what costs processor time, begin in turns, one of each address that has some, and
/// one at a time between whatever else the loop has to do, such as relaying.
class Handshakes {
 public:
  /// @param admitted called with each connection on which all went well.
  /// @param refused called with the address and the reason of every other one.
  Handshakes(boost::asio::io_context& loop, HandshakeLimits limits,
             std::function<void(AdmittedPeer)> admitted,
             std::function<void(const std::string& address, const std::string& reason)> refused);

  void begin(HandedConnection connection, const TlsContext& context);
  /// Begins no handshakes from now on, or does again.
  void hold(bool held);
  /// Closes them all.
  void stop();

 private:
  using Admission = std::shared_ptr<TlsAdmission>;
  struct Line {
    std::list<Admission> all;                          ///< The oldest first.
    std::deque<std::weak_ptr<TlsAdmission>> spoke_up;  ///< Those that wait for their handshake to begin.
  };

  void make_room();
  void leave(const std::string& address, std::list<Admission>::iterator place);
  void queue_up(const std::string& address);
  void give_turns();
  void take_turn();
  void begin_second();

  boost::asio::io_context& loop_;
  HandshakeLimits limits_;
  std::function<void(AdmittedPeer)> admitted_;
  std::function<void(const std::string&, const std::string&)> refused_;
  boost::asio::steady_timer second_;
  std::size_t waiting_ = 0;
  std::map<std::string, Line> lines_;  ///< By counted_network(), as all addresses here.
  std::deque<std::string> turns_;      ///< Addresses whose turn comes, the next one first.
  std::map<std::string, int> begun_;   ///< Handshakes of each address in this second.
  bool turn_is_posted_ = false;
  bool held_ = false;
};

}  // namespace glisson::server
