#include "server/commands/error_report.hpp"

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
      return exit_usage;
    case RejectionReason::unknown_protocol:
    case RejectionReason::unknown_model:
    case RejectionReason::no_such_segment:
      return exit_not_found;
    default:
      return exit_rejected_input;
  }
}

}  // namespace

int report_errors(const std::function<int()>& command) {
  try {
    return command();
  } catch (const RejectedInput& error) {
    std::cerr << "glisson: " << keyword(error.reason()) << ": " << error.what() << ". "
              << remedy(error.reason()) << '\n';
    return exit_code(error.reason());
  } catch (const TransientError& error) {
    std::cerr << "glisson: try_again: " << error.what() << ". Mend the cause and try again.\n";
    return exit_transient;
  } catch (const std::exception& error) {
    std::cerr << "glisson: unexpected_error: " << error.what() << ". Please report this as a bug.\n";
    return exit_failure;
  }
}

}  // namespace glisson::server
