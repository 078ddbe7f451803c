#include "storage/changes.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "storage/authorship.hpp"

namespace glisson::storage {
namespace {

constexpr Statement say_author{
    "say_author", "select set_config('glisson.author', $1, true), set_config('glisson.reason', $2, true)"};

constexpr Statement select_changes{"select_changes", R"(
  select change_id, iso_8601(at) as at, who, what, subject, reason, old, new from change
  where $1 = 0 or change_id < $1 order by change_id desc limit $2)"};

}  // namespace

void set_author(Transaction& transaction, const Author& author) {
  transaction.run(say_author, author.name, author.reason);
}

Author command_line_author() {
  const passwd* user = ::getpwuid(::getuid());
  std::string name = user != nullptr ? user->pw_name : std::to_string(::getuid());
  const char* caller = std::getenv("SUDO_USER");
  if (::getuid() == 0 && caller != nullptr && *caller != '\0')
    name = std::string(caller) + " (as " + name + ")";
  return {name, {}};
}

std::vector<Change> list_changes(Database& database, int limit, std::int64_t before) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<Change> changes;
    for (const pqxx::row& row : transaction.run(select_changes, before, limit)) {
      changes.push_back({.id = row["change_id"].as<std::int64_t>(),
                         .at = row["at"].as<std::string>(),
                         .who = row["who"].as<std::string>(),
                         .what = row["what"].as<std::string>(),
                         .subject = row["subject"].as<std::string>(),
                         .reason = text_or_empty(row["reason"]),
                         .old_values = text_or_empty(row["old"]),
                         .new_values = text_or_empty(row["new"])});
    }
    return changes;
  });
}

}  // namespace glisson::storage
