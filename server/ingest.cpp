#include "server/ingest.hpp"

#include <fmt/format.h>

#include "dicom/instance_reader.hpp"
#include "engine/errors.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"
#include "storage/peers.hpp"

namespace glisson::server {
namespace {

using dicom::Admission;
using dicom::DimseStatus;

dicom::StoreOutcome out_of_resources(const std::string& comment) {
  return {DimseStatus::out_of_resources, comment};
}

}  // namespace

Ingest::Ingest(const config::Settings& settings) : settings_(settings), store_(settings.instances()) {}

dicom::AssociationHandlers Ingest::handlers(const std::string& address) {
  file_.reset();
  association_id_ = 0;
  return {
      .admit = [this, address](const dicom::AssociationRequest& request) { return admit(request, address); },
      .open_file = [this](const dicom::StoreRequest&) { return open_file(); },
      .stored = [this](const dicom::StoreRequest& request,
                       const dicom::ReceivedDataSet& data_set) { return stored(request, data_set); },
      .lost =
          [this](const dicom::StoreRequest&, const std::string& why) {
            log::warning(fmt::format("data set not received whole: {}", why));
            file_.reset();
          },
  };
}

storage::Database& Ingest::database() {
  if (!database_) database_.emplace(database_url(settings_), "glisson association");
  return *database_;
}

std::int64_t Ingest::association() {
  if (association_id_ == 0) association_id_ = storage::open_association(database(), record_);
  return association_id_;
}

Admission Ingest::admit(const dicom::AssociationRequest& request, const std::string& address) {
  record_ = {request.calling.value(), request.called.value(), address};
  if (request.called.value() != settings_.ae_title) return Admission::called_title_not_recognized;
  if (request.verification_only) return Admission::accepted;
  try {
    const auto peer = storage::find_peer(database(), request.calling);
    if (!peer) return Admission::calling_title_not_recognized;
    return peer->may_store ? Admission::accepted : Admission::not_authorized;
  } catch (const TransientError& error) {
    log::warning(fmt::format("association refused for now: {}", error.what()));
    return Admission::congested;
  }
}

int Ingest::open_file() {
  try {
    file_.emplace(store_.begin());
    return file_->descriptor();
  } catch (const TransientError& error) {
    log::error(fmt::format("no file for a data set: {}", error.what()));
    return -1;
  }
}

dicom::StoreOutcome Ingest::stored(const dicom::StoreRequest& request,
                                   const dicom::ReceivedDataSet& data_set) {
  try {
    const dicom::InstanceHeader header = dicom::read_instance_header(file_->path());
    if (header.sop_class_uid != request.sop_class_uid ||
        header.sop_instance_uid != request.sop_instance_uid) {
      return refuse(RejectionReason::uid_mismatch,
                    "the data set carries another SOP class or instance UID than its C-STORE request");
    }
    return index(header, data_set);
  } catch (const RejectedInput& error) {
    return refuse(error.reason(), error.what());
  }
}

/// Durable before Success: fsync, rename, fsync of the folder, COMMIT, and only then the answer.
dicom::StoreOutcome Ingest::index(const dicom::InstanceHeader& header,
                                  const dicom::ReceivedDataSet& data_set) {
  try {
    file_->publish();
    const storage::IngestResult result =
        storage::ingest(database(), {header, file_->id(), data_set.bytes, data_set.digest, association()},
                        settings_.settle_time);
    if (result == storage::IngestResult::duplicate || result == storage::IngestResult::own_object)
      file_->discard();
    file_.reset();
    return {};
  } catch (const storage::InDoubtError& error) {
    // The row may be there: the file stays, and upkeep finds out. The sender tries again, which is harmless.
    log::warning(fmt::format("commit in doubt: {}", error.what()));
    file_.reset();
    return out_of_resources("commit in doubt, try again");
  } catch (const std::exception& error) {
    log::warning(fmt::format("instance not stored: {}", error.what()));
    file_->discard();
    file_.reset();
    return out_of_resources("cannot store now, try again");
  }
}

dicom::StoreOutcome Ingest::refuse(RejectionReason reason, const std::string& detail) {
  log::warning(fmt::format("instance refused: {}", keyword(reason)));
  try {
    file_->refuse();
    storage::record_refused(database(), association(), file_->id(), reason, detail);
  } catch (const std::exception& error) {
    log::warning(fmt::format("refusal not recorded: {}", error.what()));
    file_->discard();
    file_.reset();
    return out_of_resources("cannot store now, try again");
  }
  file_.reset();
  const bool mismatch = reason == RejectionReason::uid_mismatch;
  return {mismatch ? DimseStatus::data_set_does_not_match_sop_class : DimseStatus::cannot_understand,
          std::string(keyword(reason))};
}

void Ingest::close(const dicom::AssociationSummary& summary) {
  file_.reset();
  if (association_id_ == 0) return;
  try {
    storage::close_association(database(), association_id_, summary.end, summary.stored, summary.refused);
  } catch (const TransientError& error) {
    log::warning(fmt::format("end of association {} not recorded: {}", association_id_, error.what()));
  }
}

}  // namespace glisson::server
