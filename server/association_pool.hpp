#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <vector>

#include "server/incoming_connection.hpp"
#include "server/role_process.hpp"

namespace glisson::server {

/// Pre-forked association processes, one association at a time each. Grows from `smallest` to `largest` as
/// connections arrive, and back when it is idle.
class AssociationPool {
 public:
  AssociationPool(boost::asio::io_context& loop, const RoleLauncher& launcher, int smallest, int largest);

  void start();
  /// Hands the connection to an idle process; to the next one that becomes ready where all are busy and more
  /// may be started; else, or when its address has three quarters of `largest` already, rejects it with
  /// "local limit exceeded".
  void take(IncomingConnection connection);
  /// A child of this supervisor ended. False when it was none of the pool's.
  bool reap(pid_t pid);
  /// Lets every process finish the association in hand and exit; none is started any more.
  void stop();
  bool empty() const { return members_.empty(); }
  std::vector<pid_t> pids() const;

 private:
  struct Member {
    boost::asio::posix::stream_descriptor control;
    bool ready = false;      ///< Idle: may be given a connection.
    bool was_ready = false;  ///< Has been idle once.
    char message = 0;
    std::string serves{};  ///< Address of the peer in hand.
  };

  /// False when the system has no process or descriptor left; fill() follows later then.
  bool add();
  void fill_later();
  void listen(pid_t pid, const std::shared_ptr<Member>& member);
  void fill();
  bool give(IncomingConnection& connection);
  void retire_surplus();
  int idle() const;
  /// Associations and waiting connections of one address.
  int held_by(const std::string& address) const;

  boost::asio::io_context& loop_;
  const RoleLauncher& launcher_;
  int smallest_;
  int largest_;
  bool stopping_ = false;
  std::chrono::milliseconds back_off_{
      0};  ///< Before the next start, while processes die before they are ready.
  boost::asio::steady_timer restart_;
  boost::asio::steady_timer retire_;
  std::map<pid_t, std::shared_ptr<Member>> members_;
  std::vector<IncomingConnection> waiting_;  ///< Complete requests for which a process is being started.
};

}  // namespace glisson::server
