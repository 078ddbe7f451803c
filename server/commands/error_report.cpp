#include "server/commands/error_report.hpp"

#include <fmt/format.h>

#include <exception>
#include <iostream>
#include <string>

#include "engine/errors.hpp"
#include "server/commands/exit_code.hpp"

namespace glisson::server {
namespace {

ExitCode exit_code(RejectionReason reason) {
  switch (reason) {
    case RejectionReason::invalid_settings:
    case RejectionReason::invalid_protocol:
    case RejectionReason::invalid_model:
    case RejectionReason::invalid_argument:
    case RejectionReason::already_running:
    case RejectionReason::unusable_database:
    case RejectionReason::unsuitable_host:
      return exit_usage;
    case RejectionReason::not_permitted:
      return exit_not_permitted;
    case RejectionReason::unknown_protocol:
    case RejectionReason::unknown_model:
    case RejectionReason::no_such_segment:
      return exit_not_found;
    default:
      return exit_rejected_input;
  }
}

}  // namespace

void say_to_user(const std::string& text) { std::cerr << "glisson: " << text << '\n'; }

int report_errors(const std::function<int()>& command, const std::function<void(const std::string&)>& say) {
  try {
    return command();
  } catch (const RejectedInput& error) {
    say(fmt::format("{}: {}. {}", keyword(error.reason()), error.what(), remedy(error.reason())));
    return exit_code(error.reason());
  } catch (const TransientError& error) {
    say(fmt::format("try_again: {}. Mend the cause and try again.", error.what()));
    return exit_transient;
  } catch (const std::exception& error) {
    say(fmt::format("unexpected_error: {}. Please report this as a bug.", error.what()));
    return exit_failure;
  }
}

}  // namespace glisson::server
