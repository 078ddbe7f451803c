#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/admission/caller_counts.hpp"
#include "server/admission/gate_counts.hpp"
#include "server/incoming_connection.hpp"
#include "server/process_end.hpp"
#include "server/role_process.hpp"

namespace glisson::server {

/// How many association processes there are, and who may have how many of them.
struct PoolLimits {
  int smallest = 0;     ///< Processes that wait ready.
  int largest = 0;      ///< Associations in all.
  int per_address = 0;  ///< Of one peer address.
  int per_title = 0;    ///< Of one calling AE title; 0: no limit of its own.
};

/// Pre-forked association processes, one association at a time each. Grows from `smallest` to `largest` as
/// connections arrive, and back when it is idle.
class AssociationPool {
 public:
  /// @param counts outlives the pool.
  AssociationPool(boost::asio::io_context& loop, const RoleLauncher& launcher, PoolLimits limits,
                  GateCounts& counts);

  void start();
  /// Hands the connection to an idle process; to the next one that becomes ready where all are busy and more
  /// may be started; else, or when its address or title has its share already, rejects it with "local limit
  /// exceeded".
  void take(IncomingConnection connection, const AssociationTitles& titles);
  /// A child of this supervisor ended: what it reported before; none when it was none of the pool's.
  std::optional<LastReports> reap(pid_t pid);
  /// Lets every process finish the association in hand and exit; none is started any more.
  void stop();
  /// Processes that are started from now on have other settings; those of before serve the association in
  /// hand and end.
  void renew(PoolLimits limits);
  /// Associations in hand.
  int busy() const;
  bool empty() const { return members_.empty(); }
  std::vector<pid_t> pids() const;

 private:
  enum class State {
    starting,
    idle,      ///< May be given a connection.
    busy,      ///< Serves one.
    retiring,  ///< Is given none any more.
  };
  struct Member {
    boost::asio::posix::stream_descriptor control;
    int generation = 0;  ///< Of the settings that it was started with.
    State state = State::starting;
    bool was_idle = false;  ///< Once at least.
    std::array<char, 16> message{};
    LastReports reports{};
    std::string address{};  ///< Of the peer in hand.
    std::string title{};    ///< That it calls itself.
  };

  /// False when the system has no process or descriptor left; fill() follows later then.
  bool add();
  void fill_later();
  void listen(const std::shared_ptr<Member>& member);
  void reported_idle(Member& member);
  static void retire(Member& member);
  void fill();
  struct Request {
    IncomingConnection connection;
    std::string title;  ///< Calling.
  };
  bool give(Request& request);
  void retire_surplus();
  int count(State state) const;
  /// Processes that serve, or will.
  std::size_t size() const;
  /// The count of refusals for the limit that one more association of this kind would exceed; null: none.
  std::uint64_t* exceeded(const Request& request);

  boost::asio::io_context& loop_;
  const RoleLauncher& launcher_;
  PoolLimits limits_;
  GateCounts& counts_;
  CallerCounts callers_;
  int generation_ = 0;
  bool stopping_ = false;
  std::chrono::milliseconds back_off_{
      0};  ///< Before the next start, while processes die before they are ready.
  boost::asio::steady_timer restart_;
  boost::asio::steady_timer retire_;
  std::map<pid_t, std::shared_ptr<Member>> members_;
  std::vector<Request> waiting_;  ///< Complete requests for which a process is being started.
};

}  // namespace glisson::server
