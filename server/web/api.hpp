#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "server/web/http_message.hpp"
#include "server/web/login_limiter.hpp"
#include "server/web/setup_token.hpp"
#include "storage/accounts.hpp"
#include "storage/database.hpp"
#include "storage/pauses.hpp"

namespace glisson::server {

/// Who may make a request.
enum class Access {
  everyone,
  viewer,         ///< Whoever is signed in.
  administrator,  ///< An account with that role.
};

/// What the requests of one process share, apart from the database.
struct WebState {
  config::Settings settings;
  SetupToken setup_token;
  LoginLimiter logins;
};

/// A request on its way to its handler.
struct Call {
  const Request& request;
  const Target& target;
  std::vector<std::string> arguments;  ///< Of the path, in order: "/api/jobs/{}/retry" has one.
  storage::Database& database;
  WebState& state;
  std::string token;                        ///< Of the session; empty: nobody is signed in.
  std::optional<storage::Account> account;  ///< Who is signed in.

  /// The account, as author of a change.
  storage::Author author(const std::string& reason = {}) const;
  /// A parameter of the address; empty where there is none.
  std::string parameter(const std::string& name) const;
  /// A whole number of the address.
  /// @throws ApiError 400 for anything else.
  std::int64_t number(const std::string& name, std::int64_t standard, std::int64_t lowest,
                      std::int64_t highest) const;
};

/// What one path answers to one method.
struct Route {
  std::string_view method;
  std::string_view pattern;  ///< "{}" stands for one segment of the path.
  Access access;
  Response (*handle)(Call&);
};

/// All of them.
const std::vector<Route>& api_routes();

std::vector<Route> session_routes();
std::vector<Route> account_routes();
std::vector<Route> overview_routes();
std::vector<Route> job_routes();
std::vector<Route> study_routes();
std::vector<Route> peer_routes();
std::vector<Route> change_routes();
std::vector<Route> model_routes();
std::vector<Route> system_routes();
std::vector<Route> pause_routes();

/// Ends a request with an error that its sender can do something about.
struct ApiError {
  int status;
  std::string reason;
  std::string message;
  std::vector<std::pair<std::string, std::string>> headers;
};

Response json_response(const nlohmann::json& body, int status = 200);

/// The body of a request: a JSON object.
/// @throws ApiError 400.
nlohmann::json parse_object(const Request& request);
/// A text of an object, as it was sent.
/// @throws ApiError 400 where it is missing, no text, empty, longer than `longest` bytes, or holds control
/// characters: it may be shown on a terminal, where these could do anything.
std::string required_text(const nlohmann::json& object, const std::string& key, std::size_t longest = 500);
/// The same; empty where it is missing or null.
std::string optional_text(const nlohmann::json& object, const std::string& key, std::size_t longest = 500);
/// What is paused, for the pages and /readyz.
nlohmann::json pauses_json(const std::vector<storage::Pause>& pauses);

/// Null for an empty text.
nlohmann::json text_or_null(const std::string& text);

}  // namespace glisson::server
