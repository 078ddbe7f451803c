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
#include "server/admission/known_senders.hpp"
#include "server/admission/pool_shares.hpp"
#include "server/admission/shown_request.hpp"
#include "server/incoming_connection.hpp"
#include "server/process_end.hpp"
#include "server/role_process.hpp"

namespace glisson::server {

PoolLimits pool_limits(const config::Settings& settings);

/// Pre-forked association processes, one association at a time each. Grows from `smallest` to `largest` as
/// connections arrive, and back when it is idle.
class AssociationPool {
 public:
  /// @param senders outlives the pool, as counts does.
  AssociationPool(boost::asio::io_context& loop, const RoleLauncher& launcher, PoolLimits limits,
                  const KnownSenders& senders, GateCounts& counts);

  void start();
  /// Hands the connection to an idle process; to the next one that becomes ready where all are busy and more
  /// may be started; else, or when it is turned away for the shares of exceeded() or a
  /// rest of CallerCounts, rejects it with "local limit exceeded".
  void take(IncomingConnection connection, const ShownRequest& shown);
  /// A child of this supervisor ended: what it reported before; none when it was none of the pool's.
  std::optional<LastReports> reap(pid_t pid);
  /// Lets every process finish the association in hand and exit; none is started any more.
  void stop();
  /// Ends processes that have shown no sign of life for `at_most`, in the middle of an association or not.
  /// @param since_last_look as it should be: while this process stood still, others may have, too.
  /// @return which.
  std::vector<pid_t> end_silent(std::chrono::milliseconds since_last_look, std::chrono::seconds at_most);
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
    bool was_idle = false;                 ///< Once at least.
    std::chrono::milliseconds silence{0};  ///< Since its last sign of life.
    std::array<char, 16> message{};
    LastReports reports{};
    Caller caller{};  ///< In hand.
  };

  /// False when the system has no process or descriptor left; fill() follows later then.
  bool add();
  void fill_later();
  void listen(const std::shared_ptr<Member>& member);
  void reported_idle(Member& member);
  void heard(Member& member, const std::string& report);
  static void retire(Member& member);
  static void finish(Member& member);
  void fill();
  struct Request {
    IncomingConnection connection;
    Caller caller;
    std::chrono::steady_clock::time_point until;
  };
  bool give(Request& request);
  void reject_overdue();
  void retire_surplus();
  int count(State state) const;
  /// Processes that serve, or will.
  std::size_t size() const;
  /// The count of refusals for the limit that one more association of this kind would exceed; null: none.
  std::uint64_t GateCounts::*limit_of(const Caller& caller);

  boost::asio::io_context& loop_;
  const RoleLauncher& launcher_;
  PoolLimits limits_;
  const KnownSenders& senders_;
  GateCounts& counts_;
  CallerCounts callers_;
  int generation_ = 0;
  bool stopping_ = false;
  std::chrono::milliseconds back_off_{
      0};  ///< Before the next start, while processes die before they are ready.
  boost::asio::steady_timer restart_;
  boost::asio::steady_timer retire_;
  boost::asio::steady_timer overdue_;
  std::map<pid_t, std::shared_ptr<Member>> members_;
  std::vector<Request>
      waiting_;  ///< Complete requests for which a process is being started, the oldest first.
};

}  // namespace glisson::server
