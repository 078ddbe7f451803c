#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "server/log.hpp"
#include "server/version.hpp"
#include "server/web/api.hpp"
#include "server/web/password.hpp"
#include "server/web/security.hpp"
#include "server/web/session_cookie.hpp"
#include "storage/audit.hpp"

namespace glisson::server {
namespace {

constexpr const char* research_notice =
    "Glisson is for research. It is no medical device and must not be used to diagnose, to plan treatment or "
    "to "
    "follow a patient.";

nlohmann::json session_json(const Call& call, bool setup_needed) {
  nlohmann::json session{{"setup_needed", setup_needed},
                         {"account", nullptr},
                         {"csrf", call.account ? csrf_token(call.token) : std::string()},
                         {"version", version()},
                         {"node", call.state.settings.ae_title},
                         {"research_notice", research_notice}};
  if (call.account) {
    session["account"] = {{"name", call.account->name}, {"role", storage::keyword(call.account->role)}};
  }
  return session;
}

Response show_session(Call& call) {
  const bool setup_needed = !call.account && !storage::any_account(call.database);
  if (setup_needed) call.state.setup_token.offer();  // Also where all accounts were removed since the start.
  return json_response(session_json(call, setup_needed));
}

/// @param credentials of the account; none where there is no such account.
Attempt attempt_at(const Call& call, const std::string& name,
                   const std::optional<storage::Credentials>& credentials) {
  const std::string& address = call.request.address;
  return {.account = name,
          .password = credentials ? credentials->password_hash : std::string(),
          .address = address,
          .shared_address = is_loopback(address) || address == call.state.settings.web_reverse_proxy};
}

void refuse_guesses(Call& call, const Attempt& attempt) {
  if (const auto wait = call.state.logins.wait(attempt)) {
    throw ApiError{429,
                   "too_many_attempts",
                   fmt::format("Too many attempts failed. Try again in {} s.", wait->count()),
                   {{"Retry-After", std::to_string(wait->count())}}};
  }
}

/// Counts the failure; the audit trail tells of it, and once of the lock-out that it may end in.
/// @param known there is such an account; other names are not kept: a password may have been typed in their
/// place.
void note_failure(Call& call, const Attempt& attempt, bool known) {
  call.state.logins.failed(attempt);
  const bool locked_out = call.state.logins.wait(attempt).has_value();
  storage::record_sign_in(call.database, {.account = known ? attempt.account : "unknown",
                                          .address = attempt.address,
                                          .failed = true,
                                          .locked_out = locked_out});
}

Response sign_in(Call& call, const storage::Account& account) {
  const auto& lifetime = call.state.settings.web_session_lifetime;
  // A session that was open before is not used on (session fixation).
  if (!call.token.empty()) storage::close_session(call.database, token_digest(call.token));
  call.token = random_hex(32);
  call.account = account;
  storage::record_sign_in(call.database, {.account = account.name, .address = call.request.address});
  storage::open_session(call.database, token_digest(call.token), account, lifetime);
  Response response = json_response(session_json(call, false));
  response.headers.emplace_back("Set-Cookie", session_cookie(call.request, call.token, lifetime));
  return response;
}

Response make_first_account(Call& call) {
  const auto body = parse_object(call.request);
  const std::string name = required_text(body, "name", 64);
  const std::string password = required_text(body, "password", longest_password);
  const Attempt attempt = attempt_at(call, name, std::nullopt);
  refuse_guesses(call, attempt);
  if (storage::any_account(call.database)) {
    throw ApiError{409, "already_set_up", "There is an account already. Sign in with it.", {}};
  }
  if (!call.state.setup_token.is(required_text(body, "token"))) {
    note_failure(call, attempt, false);
    log::warning(fmt::format("a wrong one-time token came from {}", call.request.address));
    throw ApiError{403,
                   "wrong_token",
                   "This is not the one-time token. It is in the file setup-token in the data folder.",
                   {}};
  }
  if (!storage::add_first_account(call.database, name, hash_password(password))) {
    throw ApiError{409, "already_set_up", "There is an account already. Sign in with it.", {}};
  }
  call.state.setup_token.withdraw();
  log::info("the first account was made");
  return sign_in(call, storage::find_credentials(call.database, name)->account);
}

Response log_in(Call& call) {
  const auto body = parse_object(call.request);
  const std::string name = required_text(body, "name", 64);
  const std::string password = required_text(body, "password", longest_password);
  const auto credentials = storage::find_credentials(call.database, name);
  const Attempt attempt = attempt_at(call, name, credentials);
  refuse_guesses(call, attempt);
  if (!credentials) spend_password_time(password);
  if (!credentials || !is_password(credentials->password_hash, password)) {
    note_failure(call, attempt, credentials.has_value());
    // Not the name: a password may have been typed in its place.
    log::warning(fmt::format("a sign-in from {} failed", call.request.address));
    throw ApiError{401, "wrong_name_or_password", "Name or password is wrong. Type both again.", {}};
  }
  call.state.logins.succeeded(attempt);
  log::info(fmt::format("{} signed in from {}", name, call.request.address));
  return sign_in(call, credentials->account);
}

Response log_out(Call& call) {
  storage::close_session(call.database, token_digest(call.token));
  storage::record_sign_out(call.database, call.account->name, call.request.address);
  Response response = json_response(nlohmann::json::object());
  response.headers.emplace_back("Set-Cookie", expired_session_cookie(call.request));
  return response;
}

Response change_own_password(Call& call) {
  const auto body = parse_object(call.request);
  const std::string old_password = required_text(body, "old", longest_password);
  const std::string new_password = required_text(body, "new", longest_password);
  const auto credentials = storage::find_credentials(call.database, call.account->name);
  const Attempt attempt = attempt_at(call, call.account->name, credentials);
  refuse_guesses(call, attempt);
  if (!credentials || !is_password(credentials->password_hash, old_password)) {
    note_failure(call, attempt, true);
    throw ApiError{403, "wrong_password", "The password until now is wrong. Type it again.", {}};
  }
  storage::change_password(call.database, *call.account, hash_password(new_password),
                           token_digest(call.token));
  return json_response(nlohmann::json::object());
}

}  // namespace

std::vector<Route> session_routes() {
  return {{"GET", "/api/session", Access::everyone, show_session},
          {"POST", "/api/setup", Access::everyone, make_first_account},
          {"POST", "/api/login", Access::everyone, log_in},
          {"POST", "/api/logout", Access::viewer, log_out},
          {"POST", "/api/password", Access::viewer, change_own_password}};
}

}  // namespace glisson::server
