#include <fmt/format.h>

#include <iostream>
#include <stdexcept>

#include "engine/errors.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "server/resources/pause_words.hpp"
#include "storage/pauses.hpp"

namespace glisson::server {
namespace {

using storage::Activity;

constexpr std::size_t longest_reason = 500;

Activity activity_of(const PauseOptions& options) {
  const auto activity = storage::activity_from(options.activity);
  if (!activity) throw std::logic_error("the command line takes activities only");
  return *activity;
}

storage::Author author(const PauseOptions& options) {
  if (options.reason.size() > longest_reason) {
    throw RejectedInput(
        RejectionReason::invalid_argument,
        fmt::format("--reason must have at most {} bytes, not {}", longest_reason, options.reason.size()));
  }
  storage::Author author = storage::command_line_author();
  author.reason = options.reason;
  return author;
}

const char* effect(Activity activity) {
  switch (activity) {
    case Activity::receive:
      return "New associations that store are rejected for now, and their senders try again; those in hand "
             "go "
             "on.";
    case Activity::analyse:
      return "Studies are received and wait; an analysis in hand is finished.";
    case Activity::deliver:
      return "Reports are made and wait; a delivery in hand is finished.";
  }
  return "";
}

}  // namespace

int pause(const PauseOptions& options) {
  const Activity activity = activity_of(options);
  const storage::Author who = author(options);
  if (who.reason.find_first_not_of(" \t") == std::string::npos) {
    throw RejectedInput(RejectionReason::invalid_argument, "--reason must say why");
  }
  auto database = open_service_database(options.settings, "pause");
  const auto before = storage::find_pause(database, activity);
  storage::pause(database, activity, who);
  if (before) {
    std::cout << fmt::format("It was paused already: {}. Your name and reason stand there now.\n",
                             sentence(*before));
  }
  std::cout << fmt::format("{} is paused on all hosts. {}\nTo go on: glisson resume {}\n", gerund(activity),
                           effect(activity), storage::keyword(activity));
  return exit_success;
}

int resume(const PauseOptions& options) {
  const Activity activity = activity_of(options);
  auto database = open_service_database(options.settings, "resume");
  const bool was_paused = storage::resume(database, activity, author(options));
  std::cout << fmt::format("{} {}\n", gerund(activity), was_paused ? "goes on" : "was not paused");
  return exit_success;
}

}  // namespace glisson::server
