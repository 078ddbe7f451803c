#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

/// A study in a list.
struct StudyView {
  std::int64_t id = 0;
  std::string study_instance_uid;
  std::string accession_number;  ///< This and the next: empty where absent.
  std::string patient_id;
  std::string study_date;  ///< YYYYMMDD.
  std::string description;
  std::string state;              ///< As StudyTimeline::state.
  std::uint64_t instances = 0;    ///< In use.
  std::string first_received_at;  ///< ISO 8601.
  std::string last_received_at;   ///< Empty where no instance is left.
};

/// Which studies are listed.
struct StudySelection {
  std::string search;  ///< Beginning of an accession number, patient ID or Study Instance UID; empty: all.
  std::string state;   ///< Empty: all.
  int limit = 50;
  std::int64_t before = 0;  ///< Those that arrived before this study; 0: from the latest on.
};
std::vector<StudyView> list_studies(Database& database, const StudySelection& selection);
std::optional<StudyView> find_study(Database& database, const std::string& study_instance_uid);

/// A score of a study's latest analyses.
struct ScoreView {
  std::string model;
  std::string version;
  std::string status;
  std::string label;  ///< Of the lesion; empty: of the patient.
  std::string endpoint;
  std::optional<double> score;
  std::string unit;
  std::string category;
  std::string reason;  ///< Why there is no score.
};
std::vector<ScoreView> scores_of(Database& database, const std::string& study_instance_uid);

/// The report of an analysis on its way to one destination.
struct ReportView {
  std::string sop_instance_uid;  ///< Of the form that was sent; empty until then.
  std::string destination;       ///< Empty where there is none.
  std::string created_at;        ///< ISO 8601.
  std::string sent_at;           ///< Empty until the destination has taken it.
};
std::vector<ReportView> reports_of(Database& database, const std::string& study_instance_uid);

}  // namespace glisson::storage
