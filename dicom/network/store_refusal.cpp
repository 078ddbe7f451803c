#include "dicom/network/store_refusal.hpp"

#include <algorithm>
#include <array>

namespace glisson::dicom {
namespace {

using enum DimseStatus;
using enum StoreRefusal;

constexpr std::array table{
    StoreRefusalDefinition{
        not_now, out_of_resources, "",
        "The node receives nothing for now: a disk is full or not the service's own, or too much is "
        "queued. Also where no file can be opened. The comment names the reason."},
    StoreRefusalDefinition{data_set_too_large, out_of_resources, "data set too large",
                           "The data set has more bytes than `receive.largest_data_set`."},
    StoreRefusalDefinition{
        write_failed, out_of_resources, "could not be written",
        "The data set could not be written to the disk; the words of the operating system follow."},
    StoreRefusalDefinition{
        study_too_large, out_of_resources, "",
        "The study has reached `resources.largest_study` or `resources.largest_study_bytes`; the "
        "comment says which."},
    StoreRefusalDefinition{
        cannot_store, out_of_resources, "cannot store now, try again",
        "The object could not be made durable or indexed, e.g. while the database is down."},
    StoreRefusalDefinition{
        commit_in_doubt, out_of_resources, "commit in doubt, try again",
        "The connection to the database broke during the commit; the object may be stored. Sending it "
        "again is harmless."},
    StoreRefusalDefinition{
        uid_mismatch, data_set_does_not_match_sop_class, "uid_mismatch",
        "SOP Class UID or SOP Instance UID of the data set differs from the request's. The object is "
        "kept aside."},
    StoreRefusalDefinition{
        rejected_data_set, cannot_understand, "",
        "The header of the data set cannot be read, or lacks a UID. The comment is the keyword of the "
        "reason, e.g. `missing_attribute`. The object is kept aside."},
    StoreRefusalDefinition{without_data_set, cannot_understand, "C-STORE-RQ without a data set",
                           "The request says that no data set follows."},
    StoreRefusalDefinition{malformed_uid, cannot_understand,
                           "Affected SOP Class or Instance UID is malformed",
                           "A UID of the request is none (PS3.5 9.1)."},
    StoreRefusalDefinition{
        other_sop_class, sop_class_not_supported, "",
        "The SOP class is not the abstract syntax of the presentation context, or no storage SOP class."},
};

static_assert(table.size() == static_cast<std::size_t>(commit_in_doubt) + 1, "a row for each refusal");

}  // namespace

std::span<const StoreRefusalDefinition> store_refusals() noexcept { return table; }

const StoreRefusalDefinition& definition_of(StoreRefusal refusal) {
  return *std::ranges::find(table, refusal, &StoreRefusalDefinition::refusal);
}

StoreOutcome refused(StoreRefusal refusal, std::string_view words) {
  const StoreRefusalDefinition& definition = definition_of(refusal);
  std::string comment(definition.comment);
  if (!comment.empty() && !words.empty()) comment += ": ";
  return {definition.status, comment.append(words)};
}

}  // namespace glisson::dicom
