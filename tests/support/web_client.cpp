#include "tests/support/web_client.hpp"

#include <fstream>
#include <stdexcept>

namespace glisson::tests {

WebClient::WebClient(config::Settings settings) : service_(on_own_data(std::move(settings))) {}

config::Settings WebClient::on_own_data(config::Settings settings) const {
  settings.data = folder_.path();
  settings.database_url = database_.url();
  return settings;
}

server::Request WebClient::request(const std::string& method, const std::string& target,
                                   const nlohmann::json& body) const {
  server::Request request{.method = method,
                          .target = target,
                          .headers = {{"host", "localhost:11180"}},
                          .body = {},
                          .address = "127.0.0.1"};
  if (!cookie_.empty()) request.headers["cookie"] = cookie_;
  if (method == "GET") return request;
  request.headers["content-type"] = "application/json";
  request.headers["x-csrf-token"] = csrf_;
  request.headers["sec-fetch-site"] = "same-origin";
  request.body = body.dump();
  return request;
}

server::Response WebClient::send(const server::Request& request) {
  server::Response response = service_.answer(request);
  if (const std::string cookie = header_of(response, "Set-Cookie"); !cookie.empty()) {
    cookie_ = cookie.substr(0, cookie.find(';'));
    const auto session = nlohmann::json::parse(response.body, nullptr, false);
    csrf_ = session.is_object() ? session.value("csrf", "") : "";
  }
  return response;
}

server::Response WebClient::send(const std::string& method, const std::string& target,
                                 const nlohmann::json& body) {
  return send(request(method, target, body));
}

nlohmann::json WebClient::ok(const std::string& method, const std::string& target,
                             const nlohmann::json& body) {
  const server::Response response = send(method, target, body);
  if (response.status != 200) {
    throw std::runtime_error(method + " " + target + ": " + std::to_string(response.status) + " " +
                             response.body);
  }
  return nlohmann::json::parse(response.body);
}

std::string WebClient::setup_token() const {
  std::string token;
  std::getline(std::ifstream(folder_.path() / "setup-token"), token);
  return token;
}

void WebClient::set_up() {
  get("/api/session");
  ok("POST", "/api/setup", {{"token", setup_token()}, {"name", administrator}, {"password", password}});
}

void WebClient::become(const std::string& name, const std::string& role) {
  ok("POST", "/api/accounts", {{"name", name}, {"role", role}, {"password", password}});
  sign_in(name);
}

void WebClient::sign_in(const std::string& name) {
  ok("POST", "/api/login", {{"name", name}, {"password", password}});
}

std::string header_of(const server::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace glisson::tests
