#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dicom/identity.hpp"
#include "engine/digest.hpp"
#include "engine/errors.hpp"
#include "storage/database.hpp"

namespace glisson::storage {

/// An instance whose file was published to the InstanceStore.
struct ReceivedInstance {
  dicom::InstanceHeader header;
  std::string file_id;
  std::uint64_t bytes = 0;
  Sha256 digest{};  ///< Of the data set as sent.
  std::int64_t association_id = 0;
};

enum class IngestResult {
  stored,       ///< New.
  duplicate,    ///< The same UID with the same bytes is here already: the new file is not needed.
  own_object,   ///< Sent out by this Glisson and come back under its UID: wakes nothing, the file is not
                ///< needed.
  conflicting,  ///< The same UID with other bytes: both kept, a `compare` job decides.
  repaired,     ///< The same UID with the same bytes, whose file was lost: the new file takes its place.
};

/// False where the new file is not needed.
constexpr bool needs_file(IngestResult result) noexcept {
  return result != IngestResult::duplicate && result != IngestResult::own_object;
}

/// Whether the instance store has a file with at least so many bytes.
using FilePresence = std::function<bool(const std::string& file_id, std::uint64_t bytes)>;

/// An association as the timeline shows it.
struct AssociationRecord {
  std::string calling;
  std::string called;
  std::string address;
  std::string application_entity;  ///< This node's title under which it was taken.
};

/// Writes the row of an association at its first C-STORE; returns its id.
std::int64_t open_association(Database& database, const AssociationRecord& association);
/// Completes the row; `end` as in dicom::AssociationSummary.
void close_association(Database& database, std::int64_t id, const std::string& end, std::uint64_t stored,
                       std::uint64_t refused);

/// Transaction 1: upserts study, series and instance, schedules the analysis of a segmentation at now +
/// settle, and moves the analyses that wait for this image to now + settle (up to a tenth of the settle time
/// earlier, so that images that arrive together do not queue for the job). An analysis that runs, or that
/// gave up for want of images or of a file, is scheduled again, and so is one that has read the series of
/// this image without it. Committed when it returns.
/// @param is_present asked before an object is taken for a duplicate; empty: files are not looked at.
/// @param before_commit called when all statements have run; what it throws rolls back. Empty: nothing.
/// @throws TransientError: nothing was stored, the file is not needed; its kind InDoubtError: nobody knows,
/// the
///         file must stay and the sender must not be told success.
IngestResult ingest(Database& database, const ReceivedInstance& instance, std::chrono::seconds settle_time,
                    const FilePresence& is_present = {}, const std::function<void()>& before_commit = {});

/// What is here of a study.
struct StudyExtent {
  std::uint64_t instances = 0;
  std::uint64_t bytes = 0;
};
StudyExtent study_extent(Database& database, const dicom::StudyInstanceUid& study);

/// True when an object with this UID and these bytes is indexed.
bool is_indexed(Database& database, const dicom::SopInstanceUid& uid, const Sha256& digest);

/// What an analysis reads.
struct AnalysisInputs {
  std::string study_instance_uid;
  std::string accession_number;
  std::string application_entity;  ///< This node's title that received the segmentation; empty: not known.
  std::string segmentation_file_id;
  Sha256 segmentation_digest{};
  std::size_t referenced = 0;  ///< Images that the segmentation refers to.
  struct Image {
    std::string sop_instance_uid;
    std::string file_id;
    Sha256 digest{};
  };
  std::vector<Image> images;  ///< Those that are here, sorted by SOP Instance UID; current revisions.
  /// The other images of the series that `images` are of, sorted likewise; without those in conflict.
  std::vector<Image> rest_of_series;
  /// Since the last of `rest_of_series` was received; the longest duration where there is none.
  std::chrono::seconds settled = std::chrono::seconds::max();
  std::time_t received_at = 0;     ///< When the last of all these objects was received.
  bool conflicting = false;        ///< An image or the segmentation is quarantined or awaits comparison.
  std::chrono::seconds waiting{};  ///< Since the segmentation was received, or last woken by an image.
};

/// Reads them, and notes the series, so that an image of one of them that is not among the inputs wakes the
/// analysis when it arrives.
/// @param segmentation_id instance id of the segmentation, from Job.
AnalysisInputs analysis_inputs(Database& database, std::int64_t segmentation_id);

/// The two objects of a `compare` job.
struct ComparisonInputs {
  std::string first_file_id;
  std::string second_file_id;
};
ComparisonInputs comparison_inputs(Database& database, std::int64_t second_instance_id);

/// Files of the store that no row names (of those given, some thousand at once), for reconciliation.
std::vector<std::string> unknown_files(Database& database, const std::vector<std::string>& file_ids);

}  // namespace glisson::storage
