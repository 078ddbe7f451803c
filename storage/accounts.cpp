#include "storage/accounts.hpp"

#include <algorithm>

#include "engine/errors.hpp"
#include "storage/authorship.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_any_account{"select_any_account", "select exists (select from account)"};

constexpr Statement select_accounts{"select_accounts",
                                    "select account_id, name, role from account order by name"};

constexpr Statement select_credentials{
    "select_credentials", "select account_id, name, role, password_hash from account where name = $1"};

constexpr Statement insert_account{"insert_account", R"(
  insert into account (name, role, password_hash) values ($1, $2, $3) on conflict (name) do nothing)"};

constexpr Statement update_password{"update_password",
                                    "update account set password_hash = $2 where account_id = $1"};

constexpr Statement update_password_of_name{
    "update_password_of_name", "update account set password_hash = $2 where name = $1 returning account_id"};

constexpr Statement delete_account{"delete_account", "delete from account where name = $1 returning role"};

constexpr Statement select_administrators{"select_administrators",
                                          "select count(*) from account where role = 'administrator'"};

constexpr Statement insert_session{"insert_session", R"(
  insert into web_session (token_digest, account_id, expires_at)
  values ($1, $2, now() + make_interval(secs => $3::bigint)))"};

constexpr Statement delete_old_sessions{"delete_old_sessions",
                                        "delete from web_session where expires_at <= now()"};

constexpr Statement delete_other_sessions{
    "delete_other_sessions", "delete from web_session where account_id = $1 and token_digest <> $2"};

constexpr Statement delete_sessions{"delete_sessions", "delete from web_session where account_id = $1"};

constexpr Statement select_session{"select_session", R"(
  select account_id, name, role from web_session join account using (account_id)
  where token_digest = $1 and expires_at > now())"};

constexpr Statement delete_session{"delete_session", "delete from web_session where token_digest = $1"};

Account account_from(const pqxx::row& row) {
  return {.id = row["account_id"].as<std::int64_t>(),
          .name = row["name"].as<std::string>(),
          .role = account_role_from(row["role"].as<std::string>())};
}

void check_name(const std::string& name) {
  const auto printable = [](unsigned char c) { return c >= 0x20 && c != 0x7F; };
  if (name.empty() || name.size() > 64 || !std::ranges::all_of(name, printable) || name.front() == ' ' ||
      name.back() == ' ') {
    throw RejectedInput(RejectionReason::invalid_argument,
                        "the name of an account has 1 to 64 printable characters and no space at its ends");
  }
}

/// Who counts accounts before it changes them waits for whoever does so already.
void lock_accounts(Transaction& transaction) {
  transaction.run("lock table account in share row exclusive mode");
}

}  // namespace

std::string_view keyword(AccountRole role) noexcept {
  return role == AccountRole::administrator ? "administrator" : "viewer";
}

AccountRole account_role_from(std::string_view keyword) {
  if (keyword == "administrator") return AccountRole::administrator;
  if (keyword == "viewer") return AccountRole::viewer;
  throw RejectedInput(RejectionReason::invalid_argument, "the role of an account is viewer or administrator");
}

bool any_account(Database& database) {
  return database.connection().transaction(
      [](Transaction& transaction) { return transaction.run(select_any_account)[0][0].as<bool>(); });
}

std::vector<Account> list_accounts(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    std::vector<Account> accounts;
    for (const pqxx::row& row : transaction.run(select_accounts)) accounts.push_back(account_from(row));
    return accounts;
  });
}

std::optional<Credentials> find_credentials(Database& database, const std::string& name) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<Credentials> {
    const pqxx::result rows = transaction.run(select_credentials, name);
    if (rows.empty()) return std::nullopt;
    return Credentials{account_from(rows.front()), rows.front()["password_hash"].as<std::string>()};
  });
}

bool add_first_account(Database& database, const std::string& name, const std::string& password_hash) {
  check_name(name);
  return database.connection().transaction([&](Transaction& transaction) {
    lock_accounts(transaction);
    if (transaction.run(select_any_account)[0][0].as<bool>()) return false;
    set_author(transaction, {name, {}});
    transaction.run(insert_account, name, std::string(keyword(AccountRole::administrator)), password_hash);
    return true;
  });
}

bool add_account(Database& database, const Credentials& account, const Author& author) {
  check_name(account.account.name);
  return database.connection().transaction([&](Transaction& transaction) {
    set_author(transaction, author);
    return transaction
               .run(insert_account, account.account.name, std::string(keyword(account.account.role)),
                    account.password_hash)
               .affected_rows() == 1;
  });
}

void change_password(Database& database, const Account& account, const std::string& password_hash,
                     const Sha256& kept) {
  database.connection().transaction([&](Transaction& transaction) {
    set_author(transaction, {account.name, {}});
    transaction.run(update_password, account.id, password_hash);
    transaction.run(delete_other_sessions, account.id, binary(kept));
  });
}

bool reset_password(Database& database, const std::string& name, const std::string& password_hash,
                    const Author& author) {
  return database.connection().transaction([&](Transaction& transaction) {
    set_author(transaction, author);
    const pqxx::result rows = transaction.run(update_password_of_name, name, password_hash);
    if (rows.empty()) return false;
    transaction.run(delete_sessions, rows.front()[0].as<std::int64_t>());
    return true;
  });
}

AccountRemoval remove_account(Database& database, const std::string& name, const Author& author) {
  /// Rolls the transaction back.
  struct LastAdministrator {};
  try {
    return database.connection().transaction([&](Transaction& transaction) {
      lock_accounts(transaction);
      set_author(transaction, author);
      if (transaction.run(delete_account, name).empty()) return AccountRemoval::unknown;
      if (transaction.run(select_administrators)[0][0].as<int>() == 0) throw LastAdministrator{};
      return AccountRemoval::removed;
    });
  } catch (const LastAdministrator&) {
    return AccountRemoval::last_administrator;
  }
}

void open_session(Database& database, const Sha256& token, const Account& account,
                  std::chrono::seconds lifetime) {
  database.connection().transaction([&](Transaction& transaction) {
    transaction.run(delete_old_sessions);
    transaction.run(insert_session, binary(token), account.id, std::int64_t{lifetime.count()});
  });
}

std::optional<Account> signed_in(Database& database, const Sha256& token) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<Account> {
    const pqxx::result rows = transaction.run(select_session, binary(token));
    if (rows.empty()) return std::nullopt;
    return account_from(rows.front());
  });
}

void close_session(Database& database, const Sha256& token) {
  database.connection().transaction(
      [&](Transaction& transaction) { transaction.run(delete_session, binary(token)); });
}

}  // namespace glisson::storage
