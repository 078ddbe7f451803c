#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <iterator>
#include <utility>

#include "dicom/network/association.hpp"
#include "server/control_socket.hpp"
#include "server/ingest.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"
#include "server/sandbox/sandbox.hpp"
#include "storage/answer_deadline.hpp"

namespace glisson::server {
namespace {

// A process ends after this many associations or received bytes, so that no leak of a library grows for ever.
constexpr int most_associations = 1000;
constexpr std::uint64_t most_bytes = std::uint64_t{64} << 30;
/// Of private memory: what arrives is written as it comes, and of a data set only the header is read.
constexpr std::uint64_t memory_limit = std::uint64_t{1} << 30;

/// Confined before the first byte of a stranger is read. Before that it may connect to PostgreSQL as often as
/// it takes; afterwards its connection is the last one, and without it the process is of use for C-ECHO only:
/// it ends, and the supervisor starts another.
class AssociationProcess {
 public:
  AssociationProcess(const config::Settings& settings, int control)
      : settings_(settings), control_(control), ingest_(settings) {
    limits_.pdu_timeout = settings.pdu_timeout;
    limits_.idle_timeout = settings.idle_timeout;
    limits_.longest_without_storing = settings.longest_without_storing;
    limits_.minimum_rate = settings.minimum_rate;
    limits_.largest_data_set = settings.largest_data_set;
    limits_.stop = control;
  }

  void run() {
    storage::hold_answer_deadlines(true);
    storage::while_answers_are_awaited([this] { report_alive(control_); });
    ingest_.connect();
    while (served_ < most_associations && bytes_ < most_bytes && report_ready(control_, ready_)) {
      auto connection = next_connection();
      if (!connection) return;
      if (!confined_) confine();
      serve(std::move(*connection));
      if (!ingest_.is_connected()) return log::info("no connection to PostgreSQL: this process is replaced");
    }
  }

 private:
  std::optional<HandedConnection> next_connection() {
    for (;;) {
      pollfd sources[]{{control_, POLLIN, 0}, {confined_ ? ingest_.database_descriptor() : -1, POLLIN, 0}};
      report_alive(control_);
      if (::poll(sources, std::size(sources), static_cast<int>(sign_interval.count())) <= 0) continue;
      if (sources[0].revents != 0) return receive_connection(control_);
      if (ingest_.is_connected()) continue;
      log::info("the connection to PostgreSQL was lost: this process is replaced");
      take_no_more(control_);
      return receive_connection(control_);
    }
  }

  void confine() {
    ingest_.connect();
    ingest_.never_reconnect();
    enter_sandbox(
        {.readable = {}, .writable = {settings_.instances()}, .memory = memory_limit, .control = control_});
    storage::hold_answer_deadlines(false);
    confined_ = true;
  }

  void serve(HandedConnection connection) {
    // The database's number of the association comes when something is stored; this one is there before.
    const log::Context context("association", fmt::format("{}.{}", ::getpid(), served_ + 1));
    const std::string& address = connection.origin.address;
    auto handlers = ingest_.handlers(connection.origin);
    handlers.alive = [this] { report_alive(control_); };
    const auto summary = dicom::serve_association(connection.socket.release(), handlers, limits_, address);
    ingest_.close(summary, connection.origin);
    ready_ = ingest_.take_refusal() ? Ready::after_refusal : Ready::as_before;
    ++served_;
    bytes_ += summary.bytes;
    // What may come from anybody is logged only as often as the supervisor says.
    if (!connection.origin.is_logged && !ingest_.was_of_a_sender()) return;
    log::info(fmt::format("association of {} to {} from {}: {}, {} stored, {} refused, {} echoes",
                          summary.calling.value(), summary.called.value(), address, summary.end,
                          summary.stored, summary.refused, summary.echoes));
  }

  const config::Settings& settings_;
  int control_;
  Ingest ingest_;
  dicom::AssociationLimits limits_;
  int served_ = 0;
  std::uint64_t bytes_ = 0;
  Ready ready_ = Ready::as_before;
  bool confined_ = false;
};

}  // namespace

int run_association_role(const config::Settings& settings, int control) {
  AssociationProcess(settings, control).run();
  return 0;
}

}  // namespace glisson::server
