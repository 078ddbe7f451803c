#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "server/web/web_service.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::tests {

/// A web service on a database of its own, and a browser without sockets that keeps its cookie.
class WebClient {
 public:
  explicit WebClient(config::Settings settings = {});

  /// A request as the pages make it: with cookie, CSRF token and content type.
  server::Response send(const std::string& method, const std::string& target,
                        const nlohmann::json& body = nlohmann::json::object());
  /// The same, that must succeed.
  nlohmann::json get(const std::string& target) { return ok("GET", target); }
  nlohmann::json ok(const std::string& method, const std::string& target,
                    const nlohmann::json& body = nlohmann::json::object());
  /// A request as it stands.
  server::Response send(const server::Request& request);
  server::Request request(const std::string& method, const std::string& target,
                          const nlohmann::json& body = nlohmann::json::object()) const;

  /// Makes the first account and is signed in with it afterwards.
  void set_up();
  /// Makes an account with the password below (as administrator) and signs in with it.
  void become(const std::string& name, const std::string& role);
  void sign_in(const std::string& name);
  std::string setup_token() const;
  const std::filesystem::path& data() const { return folder_.path(); }

  TestDatabase& database() { return database_; }
  server::WebService& service() { return service_; }

  static constexpr const char* administrator = "Ada";
  static constexpr const char* password = "correct horse battery";

 private:
  config::Settings on_own_data(config::Settings settings) const;

  TestDatabase database_;
  TemporaryFolder folder_;
  server::WebService service_;
  std::string cookie_;
  std::string csrf_;
};

/// The value of the first header of this name; empty where there is none.
std::string header_of(const server::Response& response, const std::string& name);

}  // namespace glisson::tests
