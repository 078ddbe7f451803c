#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/feature.hpp"
#include "engine/geometry/lesion_size.hpp"
#include "engine/risk/risk_model.hpp"
#include "storage/database.hpp"
#include "storage/job_queue.hpp"
#include "storage/peers.hpp"

namespace glisson::storage {

/// A measured region as it is stored.
struct RegionResult {
  int segment_number = 0;  ///< 0 where it derives from all lesions.
  std::string label;
  std::string role;        ///< "lesion", "liver" or "derived".
  std::string derivation;  ///< engine::region_name() of a derived region, else empty.
  std::string tracking_id;
  std::string tracking_uid;
  engine::LesionSize size;
  engine::FeatureVector features;  ///< Empty when not measured.
  std::string not_measured;        ///< "keyword: sentence" of the reason, else empty.
};

/// A report object of one destination profile.
struct ReportResult {
  std::string iod;             ///< keyword of dicom::ReportIod; stored in the order of trying.
  bool demonstration = false;  ///< Contains demonstration scores: for destinations of purpose test only.
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::string series_instance_uid;
  std::vector<std::byte> part10;
};

/// Everything that one analysis found.
struct AnalysisResult {
  std::string protocol_name;
  std::string protocol_version;
  std::string protocol_digest;
  std::string image_series_instance_uid;
  std::string intensity_unit = "1";  ///< UCUM, of the image's values, e.g. "[hnsf'U]".
  std::string input_digest;          ///< SHA-256 over the digests of all inputs, lower-case hex.
  std::string software_version;
  std::string result_digest;  ///< Equal for equal results; empty where it was not computed.
  std::string summary;        ///< The report in words.
  std::vector<RegionResult> regions;
  std::vector<engine::RiskAssessment> assessments;
  std::vector<ReportResult> reports;
};

/// Transaction 3: features, scores, reports, one `deliver` job for each peer that receives reports (held
/// where its purpose, responsible person or term is not declared or the term is over), and the completion of
/// the job; all or nothing, only while the fencing token holds. Where all reports exist already (the same
/// inputs gave the same SOP Instance UIDs) nothing is stored or delivered again and the job is completed.
/// @return false when the token no longer holds; nothing was changed then.
/// @throws std::logic_error for NaN and for a feature with neither value nor reason.
bool store_results(Database& database, const Job& job, const AnalysisResult& result);

/// What the last analysis of a segmentation, in whatever revision, found by a protocol.
struct EarlierResults {
  std::string result_digest;          ///< Empty where it was not kept.
  std::vector<ReportResult> reports;  ///< Without part10.
};
std::optional<EarlierResults> earlier_results(Database& database, std::int64_t segmentation_id,
                                              const std::string& protocol_name);

/// What a `deliver` job sends.
struct Delivery {
  Peer peer;
  std::string iod;  ///< To try now.
  std::string sop_instance_uid;
  std::vector<std::byte> part10;
  bool last_iod = false;  ///< No other IOD is left to fall back to.
  /// Why the destination gets no reports now (purpose, responsible person or term); empty when it does.
  std::string hold_reason;
};
/// Reports with demonstration scores go to peers whose purpose is test at this moment, the others to all
/// others (and to peers of purpose test where no demonstration ran).
/// Unless it is held, the audit trail has its begin_transferring event when this returns.
/// @return none when the peer was removed or no report is for its purpose.
std::optional<Delivery> load_delivery(Database& database, const Job& job);

/// Transaction 4: marks the report as sent and completes the job. False when the token no longer holds.
/// @throws std::logic_error for a report that is none of this job's analysis.
bool mark_delivered(Database& database, const Job& job, const std::string& sop_instance_uid);
/// Goes on to the next IOD, now; `blocked` with the reason after the last. Counts as no failure. False when
/// the token no longer holds.
bool fall_back_to_next_iod(Database& database, const Job& job, const JobReason& reason);

/// How long the destination of this job has taken nothing: since the first failure after the last report that
/// it took. 0 where nothing failed.
std::chrono::seconds unavailable_for(Database& database, const Job& job);

/// What deliver_study() found and did.
struct Redelivery {
  std::size_t reports = 0;    ///< Latest analyses of the study that have a report, one for each protocol.
  std::size_t scheduled = 0;  ///< Of these, those that are sent, for the first time or again; the others are
                              ///< on their way already.
};
/// Sends the reports of a study's latest analyses to a peer, whatever was sent to it before: the same bytes
/// under the same UIDs. Held where the peer's purpose, responsible person or term is not declared.
Redelivery deliver_study(Database& database, const std::string& accession_or_study_uid, std::int64_t peer_id);

/// The destination of this job does not answer: its other jobs wait for `delay` too, so that they do not
/// spend one time-out each before the reports of other destinations.
void pause_destination(Database& database, const Job& job, std::chrono::milliseconds delay);
/// It answers again: what pause_destination() made wait is due now.
void resume_destination(Database& database, const Job& job);

/// Tracking identifier and UID for a segment that has none: stored with patient and geometry and kept when
/// the segmentation is revised: a region of the same patient, frame of reference and label is the same one
/// when its centre has moved by at most 10 mm, unless another segment of this segmentation is it.
struct Tracking {
  std::string id;
  std::string uid;
};
/// @param centroid of the region, LPS mm.
Tracking tracking_for(Database& database, std::int64_t segmentation_id, int segment_number,
                      const std::string& label, const engine::Vector3& centroid);

}  // namespace glisson::storage
