#pragma once

#include <cstdint>
#include <string>

#include "storage/job_queue.hpp"
#include "storage/results.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::tests {

/// Rows of a study with a CT series and a segmentation of it, as ingest leaves them, without files.
struct StoredStudy {
  std::string study_instance_uid;
  std::string accession_number;
  std::int64_t segmentation_id = 0;
};

/// Writes a study of its own with `images` images; the schema must be in place.
StoredStudy store_study(const TestDatabase& database, int images = 3);

/// Schedules an analysis; `run_at` is SQL. Returns the job.
std::int64_t schedule_analysis(const TestDatabase& database, const StoredStudy& study,
                               const std::string& run_at = "now()");

/// Adds a destination of reports; purpose empty: not declared. Returns its id.
std::int64_t add_destination(const TestDatabase& database, const std::string& name,
                             const std::string& purpose, const std::string& valid_until = "2999-12-31");

/// Claims the next job of a kind with a lease that outlasts the test.
/// @throws std::runtime_error when none is due.
storage::Job claim(storage::Database& database, storage::JobKind kind);

/// Claims the next job of a kind with a lease that has run out when this returns.
storage::Job claim_and_stall(storage::Database& database, storage::JobKind kind);

/// What an analysis found: a lesion with three features (one undefined), the liver that was not measured, a
/// score, a patient score that lacks an input, and reports in three IODs; the name tells results apart. With
/// demonstration scores there are three more reports that hold them.
storage::AnalysisResult sample_result(const std::string& name, bool with_demonstration = false);

}  // namespace glisson::tests
