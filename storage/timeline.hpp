#pragma once

#include <string>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

/// One line of a study's story.
struct TimelineEntry {
  std::string at;      ///< ISO 8601 with milliseconds, local time of the server.
  std::string what;    ///< e.g. "51 images of series ... received from PACS (127.0.0.1), association 12".
  bool stuck = false;  ///< Nothing happens further without somebody.
  std::string next;    ///< With stuck: the command to type next.
};

/// A study with its story, in order of time.
struct StudyTimeline {
  std::string study_instance_uid;
  std::string accession_number;
  std::string
      state;  ///< "waiting for segmentation", "settling", "waiting for images", "analysing", "reported", ...
  std::vector<TimelineEntry> entries;
};

/// All studies with this accession number or Study Instance UID.
std::vector<StudyTimeline> study_timelines(Database& database, const std::string& accession_or_study_uid);

}  // namespace glisson::storage
