#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/changes.hpp"
#include "storage/database.hpp"

namespace glisson::storage {

/// What an administrator can pause, on all hosts at once. What is in hand is finished.
enum class Activity {
  receive,  ///< New associations that store.
  analyse,  ///< Analyses and comparisons: no job is claimed.
  deliver,  ///< Likewise deliveries.
};
std::string_view keyword(Activity activity) noexcept;
/// None where the keyword is no activity's.
std::optional<Activity> activity_from(std::string_view keyword);

struct Pause {
  Activity activity = Activity::receive;
  std::string who;  ///< As Author::name.
  std::string reason;
  std::string since;  ///< ISO 8601.
};

/// What is paused already stays paused since then, with the new author and reason.
/// @param author with a reason.
void pause(Database& database, Activity activity, const Author& author);
/// Wakes the workers that it concerns.
/// @return false where it was not paused.
bool resume(Database& database, Activity activity, const Author& author);

/// What is paused, in the order of the activities.
std::vector<Pause> list_pauses(Database& database);
std::optional<Pause> find_pause(Database& database, Activity activity);

}  // namespace glisson::storage
