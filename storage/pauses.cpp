#include "storage/pauses.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "storage/authorship.hpp"
#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr std::array activities{Activity::receive, Activity::analyse, Activity::deliver};

constexpr Statement upsert_pause{"pause_upsert", R"(
    insert into pause (activity, who, reason) values ($1, $2, $3)
    on conflict (activity) do update set who = excluded.who, reason = excluded.reason)"};

constexpr Statement delete_pause{"pause_delete", "delete from pause where activity = $1"};

constexpr Statement select_pauses{"pause_select",
                                  "select activity, who, reason, iso_8601(since) as since from pause"};

}  // namespace

std::string_view keyword(Activity activity) noexcept {
  switch (activity) {
    case Activity::receive:
      return "receive";
    case Activity::analyse:
      return "analyse";
    case Activity::deliver:
      return "deliver";
  }
  return "";
}

std::optional<Activity> activity_from(std::string_view word) {
  const auto* const found =
      std::ranges::find_if(activities, [&](Activity activity) { return keyword(activity) == word; });
  return found == activities.end() ? std::nullopt : std::optional(*found);
}

void pause(Database& database, Activity activity, const Author& author) {
  database.connection().transaction([&](Transaction& transaction) {
    set_author(transaction, author);
    transaction.run(upsert_pause, std::string(keyword(activity)), author.name, author.reason);
  });
}

bool resume(Database& database, Activity activity, const Author& author) {
  return database.connection().transaction([&](Transaction& transaction) {
    set_author(transaction, author);
    return transaction.run(delete_pause, std::string(keyword(activity))).affected_rows() > 0;
  });
}

std::vector<Pause> list_pauses(Database& database) {
  auto pauses = database.connection().transaction([&](Transaction& transaction) {
    std::vector<Pause> found;
    for (const pqxx::row& row : transaction.run(select_pauses)) {
      const auto activity = activity_from(row["activity"].c_str());
      if (!activity) throw std::logic_error("an activity that is none is paused");
      found.push_back({*activity, row["who"].c_str(), row["reason"].c_str(), row["since"].c_str()});
    }
    return found;
  });
  std::ranges::sort(pauses, {}, &Pause::activity);
  return pauses;
}

std::optional<Pause> find_pause(Database& database, Activity activity) {
  const auto pauses = list_pauses(database);
  const auto found = std::ranges::find(pauses, activity, &Pause::activity);
  return found == pauses.end() ? std::nullopt : std::optional(*found);
}

}  // namespace glisson::storage
