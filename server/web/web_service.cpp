#include "server/web/web_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/errors.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"
#include "server/web/password.hpp"
#include "server/web/security.hpp"
#include "server/web/session_cookie.hpp"
#include "server/web/static_pages.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;

/// After the database did not answer, requests are told so for as long without asking it again.
constexpr auto silence = 1s;

/// The arguments of a path that fits the pattern.
std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string>& segments) {
  std::vector<std::string> arguments;
  std::size_t next = 0;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // The slash.
    const std::string_view expected = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(expected.size());
    if (next == segments.size()) return std::nullopt;
    if (expected == "{}") {
      arguments.push_back(segments[next]);
    } else if (expected != segments[next]) {
      return std::nullopt;
    }
    ++next;
  }
  if (next != segments.size()) return std::nullopt;
  return arguments;
}

Response not_allowed(const std::string& methods) {
  Response response = error_response(405, "method_not_allowed", "This address takes other methods.");
  response.headers.emplace_back("Allow", methods);
  return response;
}

bool reads(const Request& request) { return request.method == "GET" || request.method == "HEAD"; }

/// What a request that changes something must bring, whoever sends it.
std::optional<Response> refuse_forgery(const Request& request) {
  const std::string_view type = request.header("content-type");
  if (type.substr(0, type.find(';')) != "application/json") {
    return error_response(415, "unsupported_media_type", "Content-Type must be application/json.");
  }
  if (!is_same_origin(request)) {
    return error_response(403, "cross_origin", "Changes are taken from Glisson's own pages only.");
  }
  return std::nullopt;
}

Response unavailable() {
  return busy_response(
      "database_does_not_answer",
      "The database does not answer; the service's log says why. Objects that are sent now are "
      "refused, and their sender tries again.");
}

}  // namespace

const std::vector<Route>& api_routes() {
  static const std::vector<Route> table = [] {
    std::vector<Route> all;
    for (const auto& some :
         {session_routes(), account_routes(), overview_routes(), job_routes(), study_routes(), peer_routes(),
          change_routes(), model_routes(), system_routes(), pause_routes()}) {
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  return table;
}

WebService::WebService(const config::Settings& settings)
    : state_{settings, SetupToken(settings.data), {}},
      known_hosts_(known_hosts(settings.web_host_names)),
      health_(settings) {}

std::optional<Response> WebService::answer_at_once(const Request& request) const {
  Target target;
  try {
    target = parse_target(request.target);
  } catch (const RejectedInput& error) {
    return error_response(400, "malformed_address", error.what());
  }
  if (is_health(target)) {
    if (!reads(request)) return not_allowed("GET, HEAD");
    if (target.segments[0] == "livez") return Response{200, "text/plain; charset=utf-8", "ok\n", {}};
    return std::nullopt;
  }
  if (request.health_only) return error_response(404, "not_here", "The pages are at another address.");
  if (!is_known_host(request.header("host"), known_hosts_)) {
    return error_response(
        421, "unknown_host",
        "This host name is none of this service's; web.host_names in the settings lists them.");
  }
  if (auto page = static_page(request, target)) return page;
  if (!reads(request)) return refuse_forgery(request);
  return std::nullopt;
}

RequestKind WebService::kind_of(const Request& request) {
  try {
    const Target target = parse_target(request.target);
    if (is_health(target)) return RequestKind::health;
    const bool slow = request.method == "POST" && match("/api/peers/{}/check", target.segments);
    return slow ? RequestKind::slow : RequestKind::usual;
  } catch (const RejectedInput&) {
    return RequestKind::usual;
  }
}

Response WebService::answer(const Request& request) {
  try {
    if (auto response = answer_at_once(request)) return *response;
    const Target target = parse_target(request.target);
    return is_health(target) ? health_.answer(target) : answer_api(request, target);
  } catch (const ApiError& error) {
    Response response = error_response(error.status, error.reason, error.message);
    response.headers = error.headers;
    return response;
  } catch (const RejectedInput& error) {
    return error_response(400, keyword(error.reason()), error.what());
  } catch (const TransientError&) {
    return unavailable();
  } catch (const std::exception& error) {
    log::error(fmt::format("a request met a defect: {}", error.what()));
    return error_response(500, "defect", "Glisson met a defect; its log says which. Please report it.");
  }
}

Response WebService::answer_health(const Request& request) {
  if (auto response = answer_at_once(request)) return *response;
  try {
    return health_.answer(parse_target(request.target));
  } catch (const std::exception& error) {
    log::error(fmt::format("a request met a defect: {}", error.what()));
    return error_response(500, "defect", "Glisson met a defect; its log says which. Please report it.");
  }
}

Response WebService::late_health(const Request& request) const {
  return health_.late(parse_target(request.target));
}

Response WebService::answer_api(const Request& request, const Target& target) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::string methods;
  for (const Route& route : api_routes()) {
    auto arguments = match(route.pattern, target.segments);
    if (!arguments) continue;
    if (route.method == method) return call(route, request, target, std::move(*arguments));
    methods += (methods.empty() ? "" : ", ") + std::string(route.method);
  }
  if (!methods.empty()) return not_allowed(methods);
  return error_response(404, "no_such_address", "There is nothing at this address.");
}

Response WebService::call(const Route& route, const Request& request, const Target& target,
                          std::vector<std::string> arguments) {
  Call call{request, target, std::move(arguments), database(), state_, session_token(request), std::nullopt};
  if (!call.token.empty()) call.account = storage::signed_in(call.database, token_digest(call.token));
  if (!call.account) call.token.clear();
  if (route.access != Access::everyone) {
    if (!call.account) return error_response(401, "not_signed_in", "Sign in first.");
    if (!reads(request) && !equal_secrets(request.header("x-csrf-token"), csrf_token(call.token))) {
      return error_response(403, "wrong_csrf_token", "Load the page again, then repeat what you did.");
    }
    if (route.access == Access::administrator && call.account->role != storage::AccountRole::administrator) {
      return error_response(403, "not_allowed", "Only an administrator may do this.");
    }
  }
  return route.handle(call);
}

storage::Database& WebService::database() {
  const auto now = std::chrono::steady_clock::now();
  if (!database_ && now < silent_until_) throw TransientError("asked a moment ago");
  try {
    if (!database_) database_.emplace(database_url(state_.settings), "glisson web");
    said_silent_ = false;
    return *database_;
  } catch (const TransientError& error) {
    silent_until_ = std::chrono::steady_clock::now() + silence;
    if (!std::exchange(said_silent_, true)) log::warning(fmt::format("waiting: {}", error.what()));
    throw;
  }
}

bool WebService::begin() {
  try {
    if (!storage::any_account(database())) state_.setup_token.offer();
    return true;
  } catch (const TransientError&) {
    return false;
  } catch (const std::exception& error) {
    log::error(fmt::format("the one-time token cannot be offered: {}", error.what()));
    return true;
  }
}

}  // namespace glisson::server
