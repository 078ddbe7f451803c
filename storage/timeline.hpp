#pragma once

#include <string>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

/// One line of a study's story.
struct TimelineEntry {
  std::string at;      ///< ISO 8601 with milliseconds and time zone.
  std::string what;    ///< e.g. "51 objects of a series of modality CT received from PACS (10.0.0.1), ...".
  bool stuck = false;  ///< Nothing happens further without somebody.
  std::string next;    ///< With stuck: the command to type next.
};

/// A study with its story, in order of time.
struct StudyTimeline {
  std::string study_instance_uid;
  std::string accession_number;
  /// "waiting for segmentation", "settling", "waiting for images", "waiting to try again", "analysing",
  /// "in conflict", "not analysed", "analysed", "delivering", "held", "refused by the destination",
  /// "not delivered" or "reported".
  std::string state;
  std::vector<TimelineEntry> entries;
};

/// All studies with this accession number or Study Instance UID.
std::vector<StudyTimeline> study_timelines(Database& database, const std::string& accession_or_study_uid);

}  // namespace glisson::storage
