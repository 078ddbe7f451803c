#include "storage/connection.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <map>
#include <stdexcept>

#include "storage/answer_deadline.hpp"
#include "storage/migrations.hpp"
#include "storage/other_version.hpp"

namespace glisson::storage {

/// Remembers that its channel was notified.
class Listener : public pqxx::notification_receiver {
 public:
  using notification_receiver::notification_receiver;
  void operator()(const std::string& /*payload*/, int /*backend*/) override { notified = true; }
  bool notified = false;
};

struct Session {
  std::unique_ptr<pqxx::connection> connection;
  std::unique_ptr<AnswerDeadline> deadline;  ///< Ends before the connection does.
  std::set<std::string, std::less<>> prepared;
  std::map<std::string, std::unique_ptr<Listener>, std::less<>> listeners;
};

namespace {

/// Adds libpq parameters to a connection string or URI unless it sets them itself.
std::string with_time_limits(std::string url) {
  const bool is_uri = url.rfind("postgresql://", 0) == 0 || url.rfind("postgres://", 0) == 0;
  for (const auto& [key, value] :
       {std::pair{"connect_timeout", "5"}, std::pair{"tcp_user_timeout", "30000"}}) {
    if (url.find(key) != std::string::npos) continue;
    if (is_uri) {
      url += url.find('?') == std::string::npos ? '?' : '&';
    } else {
      url += ' ';
    }
    url += std::string(key) + '=' + value;
  }
  return url;
}

/// True when the server may serve the same statement later: SQLSTATE classes of connections, rollbacks,
/// resources, intervention and the system (PostgreSQL appendix A).
bool is_transient(const std::string& sqlstate) {
  static constexpr std::array<std::string_view, 6> classes{"08", "25", "40", "53", "57", "58"};
  return sqlstate == "55P03" || std::any_of(classes.begin(), classes.end(), [&](std::string_view prefix) {
           return sqlstate.compare(0, 2, prefix) == 0;
         });
}

/// True when the settings are wrong: authentication, no such database.
bool is_setting(const std::string& sqlstate) {
  return sqlstate == "3D000" || sqlstate.compare(0, 2, "28") == 0;
}

/// The server's message in one line. Class 22 repeats values in its messages, which may be a patient's.
std::string message_of(const pqxx::sql_error& error) {
  std::string text = "PostgreSQL error " + error.sqlstate();
  if (dynamic_cast<const pqxx::data_exception*>(&error) != nullptr) return text;
  std::string what = error.what();
  std::replace(what.begin(), what.end(), '\n', ' ');
  return text + ": " + what;
}

/// False when the server has closed the connection since its last use.
bool is_alive(pqxx::connection& connection) {
  try {
    // An idle connection is silent: what there is to read is a notification, a farewell or the end.
    pollfd socket{connection.sock(), POLLIN, 0};
    while (connection.is_open() && ::poll(&socket, 1, 0) > 0) connection.get_notifs();
    return connection.is_open();
  } catch (const pqxx::broken_connection&) {
    return false;
  }
}

/// For the audit trail, which tells on which host something happened.
std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

std::unique_ptr<pqxx::connection> connect(const std::string& url, const std::string& application_name) {
  auto connection = std::make_unique<pqxx::connection>(with_time_limits(url));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  // libpqxx 6 would reconnect by itself in the middle of a transaction; libpqxx 7 never does.
  connection->inhibit_reactivation(true);
#pragma GCC diagnostic pop
  connection->set_verbosity(pqxx::connection_base::terse);
  pqxx::nontransaction setup(*connection);
  setup.exec(
      "set search_path = glisson; set synchronous_commit = on; set client_min_messages = warning; "
      "set jit = off; set idle_in_transaction_session_timeout = '60s'; "
      // A host that was cut off must not keep its locks; without effect on a Unix socket.
      "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3; "
      "set tcp_user_timeout = '30s'; "
      "set application_name = " +
      setup.quote(application_name) + "; set glisson.host = " + setup.quote(host_name()));
  return connection;
}

void rethrow_database_error() {
  try {
    throw;
  } catch (const pqxx::in_doubt_error&) {
    throw InDoubtError("the connection to PostgreSQL broke during COMMIT");
  } catch (const pqxx::broken_connection& error) {
    std::string what = error.what();
    std::replace(what.begin(), what.end(), '\n', ' ');
    throw TransientError("no connection to PostgreSQL: " + what);
  } catch (const pqxx::transaction_rollback& error) {
    throw TransientError("PostgreSQL rolled the transaction back: " + std::string(error.what()));
  } catch (const pqxx::insufficient_resources& error) {
    throw TransientError(message_of(error));
  } catch (const pqxx::insufficient_privilege& error) {
    throw RejectedInput(RejectionReason::invalid_settings, message_of(error));
  } catch (const pqxx::sql_error& error) {
    // libpqxx 6 leaves the SQLSTATE empty where it throws some of its own types, hence those above.
    if (is_transient(error.sqlstate())) throw TransientError(message_of(error));
    if (is_setting(error.sqlstate())) {
      throw RejectedInput(RejectionReason::invalid_settings, message_of(error));
    }
    throw std::logic_error(message_of(error));
  } catch (const pqxx::failure& error) {
    throw std::logic_error(std::string("PostgreSQL: ") + error.what());
  }
}

namespace {

std::atomic<bool> waits_for_own_version{false};

void update_schema_or_wait(pqxx::connection& connection) try {
  update_schema(connection);
} catch (const RejectedInput& error) {
  if (!waits_for_own_version) throw;
  throw TransientError(error.what());
}

}  // namespace

void wait_for_own_version() noexcept { waits_for_own_version = true; }

void await_answer(Session& session) { session.deadline->set(answer_limit); }

void answered(Session& session) noexcept { session.deadline->clear(); }

void Transaction::prepare(const Statement& statement) {
  if (!session_->prepared.insert(statement.name).second) return;
  session_->connection->prepare(statement.name, statement.sql);
}

Database::Connection::Connection(std::string url, std::string application_name)
    : url_(std::move(url)), application_name_(std::move(application_name)) {}

Database::Connection::~Connection() = default;

pqxx::connection& Database::Connection::connection() { return *session_->connection; }

void Database::Connection::open() {
  try {
    ensure_session();
  } catch (...) {
    translate_exception();
  }
}

bool Database::Connection::is_connected() { return session_ && is_alive(connection()); }

int Database::Connection::descriptor() { return session_ ? connection().sock() : -1; }

void Database::Connection::ensure_session() {
  if (is_connected()) return;
  if (!reconnects_) throw ConnectionLost("the connection to PostgreSQL was lost");
  session_.reset();
  auto session = std::make_unique<Session>();
  session->connection = connect(url_, application_name_);
  session->deadline = std::make_unique<AnswerDeadline>(session->connection->sock());
  update_schema_or_wait(*session->connection);
  const AnswerAwaited awaited(*session);
  pqxx::nontransaction(*session->connection)
      .exec("set statement_timeout = " + std::to_string(std::chrono::milliseconds(statement_limit).count()));
  session_ = std::move(session);
}

void Database::Connection::commit(pqxx::work& work) {
  await_answer(*session_);
  try {
    work.commit();
  } catch (const pqxx::in_doubt_error&) {
    throw;
  } catch (const pqxx::transaction_rollback&) {
    throw;
  } catch (const pqxx::sql_error& error) {
    // A server that is going down may report that instead of the outcome.
    if (error.sqlstate().empty() || is_transient(error.sqlstate())) {
      throw InDoubtError("COMMIT was not answered: " + message_of(error));
    }
    throw;
  } catch (const pqxx::broken_connection&) {
    throw InDoubtError("the connection to PostgreSQL broke during COMMIT");
  }
}

void Database::Connection::translate_exception() {
  try {
    rethrow_database_error();
  } catch (const TransientError&) {
    if (session_ && !connection().is_open()) session_.reset();
    throw;
  }
}

bool Database::Connection::wait(const std::vector<std::string>& channels, std::chrono::milliseconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  try {
    ensure_session();
    bool look = false;
    for (const std::string& channel : channels) {
      const AnswerAwaited awaited(*session_);
      auto& listener = session_->listeners[channel];
      if (!listener) {
        listener = std::make_unique<Listener>(connection(), channel);
        listener->notified = true;
      }
    }
    for (;;) {
      connection().get_notifs();
      for (const std::string& channel : channels) {
        look = std::exchange(session_->listeners.find(channel)->second->notified, false) || look;
      }
      const auto rest =
          std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (look || rest.count() <= 0) return look;
      pollfd socket{connection().sock(), POLLIN, 0};
      if (::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(rest.count(), 3'600'000))) < 0)
        return false;
    }
  } catch (...) {
    // A session whose LISTEN failed half-way is not used again.
    session_.reset();
    rethrow_database_error();
  }
}

std::string array_literal(const std::vector<std::string>& elements) {
  std::string literal = "{";
  for (const std::string& element : elements) {
    if (literal.size() > 1) literal += ',';
    literal += '"';
    for (const char c : element) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return literal + '}';
}

pqxx::binarystring binary(const Sha256& digest) { return {digest.data(), digest.size()}; }

Sha256 digest_from(const pqxx::field& field) {
  const pqxx::binarystring bytes(field);
  Sha256 digest{};
  if (bytes.size() != digest.size()) throw std::logic_error("a stored digest does not have 32 bytes");
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace glisson::storage
