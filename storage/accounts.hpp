#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "engine/digest.hpp"
#include "storage/changes.hpp"
#include "storage/database.hpp"

namespace glisson::storage {

/// What the owner of an account may do.
enum class AccountRole {
  viewer,         ///< Sees everything, changes nothing.
  administrator,  ///< Also changes peers, jobs, pauses and accounts.
};
std::string_view keyword(AccountRole role) noexcept;
/// @throws RejectedInput invalid_argument.
AccountRole account_role_from(std::string_view keyword);

struct Account {
  std::int64_t id = 0;
  std::string name;
  AccountRole role = AccountRole::viewer;
};

/// An account with what proves its owner.
struct Credentials {
  Account account;
  std::string password_hash;  ///< As server/web/password.hpp makes it.
};

bool any_account(Database& database);
std::vector<Account> list_accounts(Database& database);
std::optional<Credentials> find_credentials(Database& database, const std::string& name);

/// Makes the first account, an administrator, who is its own author. Of several at one time one wins.
/// @return false when there is an account already.
/// @throws RejectedInput invalid_argument for a malformed name (1 to 64 printable characters, no space at its
/// ends).
bool add_first_account(Database& database, const std::string& name, const std::string& password_hash);
/// @param account whose id is not read.
/// @return false when the name is taken.
/// @throws RejectedInput invalid_argument for a malformed name.
bool add_account(Database& database, const Credentials& account, const Author& author);

/// Ends all sessions of the account but the one that changes its password.
/// @param kept digest of that session's token.
void change_password(Database& database, const Account& account, const std::string& password_hash,
                     const Sha256& kept);

/// A new password for somebody who forgot the old one. Ends all sessions of the account.
/// @return false when there is no such account.
bool reset_password(Database& database, const std::string& name, const std::string& password_hash,
                    const Author& author);

enum class AccountRemoval { removed, unknown, last_administrator };
/// Ends all of its sessions too. The last administrator stays.
AccountRemoval remove_account(Database& database, const std::string& name, const Author& author);

/// Opens a session; forgets those that are over.
/// @param token digest of the secret that the browser keeps.
void open_session(Database& database, const Sha256& token, const Account& account,
                  std::chrono::seconds lifetime);
/// The account that is signed in with this token; none when the session is unknown or over.
std::optional<Account> signed_in(Database& database, const Sha256& token);
void close_session(Database& database, const Sha256& token);

}  // namespace glisson::storage
