#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/digest.hpp"
#include "storage/database.hpp"

// Internal to storage/: only its .cpp files include this header, so that pqxx stays in this room.

namespace glisson::storage {

/// A statement that is prepared at its first use on each connection. Declared as a constant beside the
/// function that runs it; the name is unique in storage/.
struct Statement {
  const char* name;
  const char* sql;
};

/// What one pqxx connection carries; replaced as a whole when the connection is lost.
struct Session;

/// From now on the server has answer_limit for its answer; then the connection is broken.
void await_answer(Session& session);
void answered(Session& session) noexcept;

/// Between two statements of a transaction, and around its begin and end.
class AnswerAwaited {
 public:
  explicit AnswerAwaited(Session& session) : session_(&session) { await_answer(session); }
  ~AnswerAwaited() { answered(*session_); }
  AnswerAwaited(const AnswerAwaited&) = delete;
  AnswerAwaited& operator=(const AnswerAwaited&) = delete;

 private:
  Session* session_;
};

/// A transaction (READ COMMITTED) that runs; see Database::Connection::transaction().
class Transaction {
 public:
  /// Runs a prepared statement. Parameters are what pqxx takes: numbers, strings, std::optional,
  /// pqxx::binarystring.
  template <typename... Parameters>
  pqxx::result run(const Statement& statement, const Parameters&... parameters) {
    await_answer(*session_);
    prepare(statement);
    return work_->exec_prepared(statement.name, parameters...);
  }
  /// Runs SQL that is used once.
  pqxx::result run(const std::string& sql) {
    await_answer(*session_);
    return work_->exec(sql);
  }

 private:
  friend class Database::Connection;
  Transaction(Session& session, pqxx::work& work) : session_(&session), work_(&work) {}
  void prepare(const Statement& statement);
  Session* session_;
  pqxx::work* work_;
};

/// The server ends a statement that takes longer; it may be tried again.
inline constexpr std::chrono::seconds statement_limit{10};
/// A server that has not answered then, because it or the network is frozen, is given up: the connection is
/// closed, and a COMMIT is in doubt.
inline constexpr std::chrono::seconds answer_limit{15};

/// The connection behind a Database: opened when it is used, search path `glisson`, synchronous_commit on.
class Database::Connection {
 public:
  Connection(std::string url, std::string application_name);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs `body(Transaction&)` and commits; returns what the body returned. An exception rolls back.
  /// @throws InDoubtError when the connection broke during COMMIT; TransientError when the server cannot
  ///         serve now (connection, shutdown, disk full, deadlock); RejectedInput invalid_settings when the
  ///         role may not do this; std::logic_error for every other error of the server; and what the body
  ///         throws.
  template <typename Body>
  auto transaction(Body&& body) {
    try {
      ensure_session();
      const AnswerAwaited awaited(*session_);
      pqxx::work work(connection());
      Transaction transaction(*session_, work);
      if constexpr (std::is_void_v<std::invoke_result_t<Body, Transaction&>>) {
        body(transaction);
        commit(work);
      } else {
        auto result = body(transaction);
        commit(work);
        return result;
      }
    } catch (...) {
      translate_exception();
    }
  }

  /// See Database::wait_for_any_notification.
  bool wait(const std::vector<std::string>& channels, std::chrono::milliseconds at_most);

  /// Connects now rather than at the first use.
  void open();

  /// See Database::never_reconnect.
  void never_reconnect() { reconnects_ = false; }
  /// See Database::is_connected and Database::descriptor.
  bool is_connected();
  int descriptor();

 private:
  /// Connects where there is no connection, or the server closed it since its last use.
  void ensure_session();
  pqxx::connection& connection();
  void commit(pqxx::work& work);
  /// Throws the present exception as one of the three kinds and drops a broken connection.
  [[noreturn]] void translate_exception();

  std::string url_;
  std::string application_name_;
  std::unique_ptr<Session> session_;
  bool reconnects_ = true;
};

/// Opens a connection with the settings of every session, without looking at the schema.
std::unique_ptr<pqxx::connection> connect(const std::string& url, const std::string& application_name);

/// Throws the present exception as one of the three kinds of errors, with neither parameters nor data in the
/// message. This is the one place where pqxx's exceptions end.
[[noreturn]] void rethrow_database_error();

/// Null for an absent text.
inline std::optional<std::string> null_if_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}
/// A text that may be null; empty then.
inline std::string text_or_empty(const pqxx::field& field) {
  return field.is_null() ? std::string() : std::string(field.c_str());
}
/// Literal of a text[] parameter, every element quoted.
std::string array_literal(const std::vector<std::string>& elements);

pqxx::binarystring binary(const Sha256& digest);
/// @throws std::logic_error when the column does not hold 32 bytes.
Sha256 digest_from(const pqxx::field& field);

}  // namespace glisson::storage
