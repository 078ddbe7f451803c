#include <nlohmann/json.hpp>

#include "server/web/api.hpp"
#include "server/web/password.hpp"

namespace glisson::server {
namespace {

nlohmann::json to_json(const storage::Account& account) {
  return {{"name", account.name}, {"role", storage::keyword(account.role)}};
}

Response show_accounts(Call& call) {
  auto accounts = nlohmann::json::array();
  for (const auto& account : storage::list_accounts(call.database)) accounts.push_back(to_json(account));
  return json_response({{"accounts", std::move(accounts)}});
}

Response make_account(Call& call) {
  const auto body = parse_object(call.request);
  const storage::Account account{.name = required_text(body, "name", 64),
                                 .role = storage::account_role_from(required_text(body, "role"))};
  const std::string hash = hash_password(required_text(body, "password", longest_password));
  if (!storage::add_account(call.database, {account, hash}, call.author())) {
    throw ApiError{409, "name_taken", "There is an account of this name. Choose another name.", {}};
  }
  return json_response({{"account", to_json(account)}});
}

Response remove_account(Call& call) {
  switch (storage::remove_account(call.database, call.arguments.front(), call.author())) {
    case storage::AccountRemoval::removed:
      return json_response(nlohmann::json::object());
    case storage::AccountRemoval::unknown:
      throw ApiError{404, "no_such_account", "There is no account of this name.", {}};
    case storage::AccountRemoval::last_administrator:
      break;
  }
  throw ApiError{409, "last_administrator", "This is the only administrator. Make another one first.", {}};
}

}  // namespace

std::vector<Route> account_routes() {
  return {{"GET", "/api/accounts", Access::administrator, show_accounts},
          {"POST", "/api/accounts", Access::administrator, make_account},
          {"DELETE", "/api/accounts/{}", Access::administrator, remove_account}};
}

}  // namespace glisson::server
