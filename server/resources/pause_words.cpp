#include "server/resources/pause_words.hpp"

#include <fmt/format.h>

namespace glisson::server {

using storage::Activity;

std::string gerund(Activity activity) {
  switch (activity) {
    case Activity::receive:
      return "receiving";
    case Activity::analyse:
      return "analysing";
    case Activity::deliver:
      return "delivering";
  }
  return "";
}

std::string sentence(const storage::Pause& pause) {
  return fmt::format("{} is paused by {} since {}: {}", gerund(pause.activity), pause.who, pause.since,
                     pause.reason);
}

}  // namespace glisson::server
