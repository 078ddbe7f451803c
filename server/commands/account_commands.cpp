#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "server/commands/commands.hpp"
#include "server/commands/error_report.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "server/web/password.hpp"
#include "storage/accounts.hpp"

namespace glisson::server {
namespace {

/// While it lives, a terminal at standard input does not show what is typed.
class HiddenTyping {
 public:
  HiddenTyping() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;  // No terminal.
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_terminal_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
    if (is_terminal_) std::cerr << "New password: ";
  }
  ~HiddenTyping() {
    if (!is_terminal_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::cerr << '\n';
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;

 private:
  termios before_{};
  bool is_terminal_ = false;
};

std::string typed_password() {
  const HiddenTyping hidden;
  std::string password;
  std::getline(std::cin, password);
  return password;
}

/// 96 random bits, in groups that can be read aloud.
std::string random_password() {
  std::string password = random_hex(12);
  for (std::size_t position = 6; position < password.size(); position += 7) password.insert(position, 1, '-');
  return password;
}

}  // namespace

int account_list(const AccountOptions& options) {
  auto database = open_service_database(options.settings, "account list");
  const auto accounts = storage::list_accounts(database);
  if (options.json) {
    auto list = nlohmann::json::array();
    for (const auto& account : accounts) {
      list.push_back({{"name", account.name}, {"role", storage::keyword(account.role)}});
    }
    std::cout << nlohmann::json{{"accounts", list}}.dump(2) << '\n';
    return exit_success;
  }
  for (const auto& account : accounts) {
    std::cout << fmt::format("{} ({})\n", account.name, storage::keyword(account.role));
  }
  if (accounts.empty()) {
    std::cout
        << "There is none. The web page makes the first one, with the token in `setup-token` in the data "
           "folder.\n";
  }
  return exit_success;
}

int account_reset(const AccountOptions& options) {
  const std::string password = options.from_stdin ? typed_password() : random_password();
  const std::string hash = hash_password(password);
  auto author = storage::command_line_author();
  author.reason = options.reason;
  auto database = open_service_database(options.settings, "account reset");
  if (!storage::reset_password(database, options.name, hash, author)) {
    say_to_user(fmt::format("there is no account {}; list them with: glisson account list", options.name));
    return exit_not_found;
  }
  std::cout << fmt::format("{} has a new password and is signed out everywhere.\n", options.name);
  if (!options.from_stdin) {
    std::cout << fmt::format("The password, which is shown this once: {}\nChange it on the page Accounts.\n",
                             password);
  }
  return exit_success;
}

}  // namespace glisson::server
