#include "server/ingest.hpp"

#include <fmt/format.h>

#include <functional>
#include <future>
#include <utility>

#include "dicom/instance_reader.hpp"
#include "dicom/network/store_refusal.hpp"
#include "engine/errors.hpp"
#include "server/log.hpp"
#include "server/resources/readiness.hpp"
#include "server/roles.hpp"
#include "storage/alerts.hpp"
#include "storage/pauses.hpp"
#include "storage/refused_objects.hpp"

namespace glisson::server {
namespace {

using dicom::Admission;
using dicom::StoreRefusal;

}  // namespace

Ingest::Ingest(const config::Settings& settings)
    : settings_(settings),
      store_(settings.instances()),
      store_identity_(store_),
      doorkeeper_(settings, [this]() -> storage::Database& { return database(); }),
      node_(node_name(settings)),
      marks_(settings),
      allowance_(static_cast<std::uint64_t>(settings.largest_study), settings.largest_study_bytes) {}

dicom::AssociationHandlers Ingest::handlers(const ConnectionOrigin& origin) {
  file_.reset();
  association_id_ = 0;
  context_.reset();
  may_store_ = false;
  malformed_ = false;
  return {
      .admit = [this, origin](const dicom::AssociationRequest& request) { return admit(request, origin); },
      .open_file = [this](const dicom::StoreRequest&) { return open_file(); },
      .stored = [this](const dicom::StoreRequest& request,
                       const dicom::ReceivedDataSet& data_set) { return stored(request, data_set); },
      .lost =
          [this](const dicom::StoreRequest&, const std::string& why) {
            log::warning(fmt::format("data set not received whole: {}", why));
            file_.reset();
          },
      .refused = [this](const dicom::StoreOutcome& outcome) { refused(outcome); },
      // The peer comes again, to a process that has a connection.
      .spent = [this] { return may_store_ && !is_connected(); },
  };
}

void Ingest::connect() try {
  constexpr std::chrono::milliseconds patience{1500};  // A peer may be waiting, on a host under load.
  if (is_connected()) return;
  database_.reset();
  const std::string url = database_url(settings_);
  if (!storage::answers_within(url, patience)) return;
  database_.emplace(url, "glisson association");
  // The first claim links a file, which a confined process may not; where it fails, upkeep's succeeds later.
  store_identity_.claim(*database_);
} catch (const storage::ForeignStore& error) {
  log::warning(error.what());
} catch (const std::exception& error) {
  log::warning(fmt::format("this process has no connection to PostgreSQL: {}", error.what()));
}

void Ingest::never_reconnect() {
  if (database_) database_->never_reconnect();
}

bool Ingest::is_connected() { return database_ && database_->is_connected(); }

int Ingest::database_descriptor() { return database_ ? database_->descriptor() : -1; }

storage::Database& Ingest::database() {
  if (!database_) throw storage::ConnectionLost("PostgreSQL does not answer");
  return *database_;
}

std::int64_t Ingest::association() {
  if (association_id_ == 0) {
    association_id_ = storage::open_association(database(), record_);
    context_.emplace("association_id", std::to_string(association_id_));
  }
  return association_id_;
}

Admission Ingest::admit(const dicom::AssociationRequest& request, const ConnectionOrigin& origin) {
  const Admission admission = doorkeeper_.admit(request, origin);
  record_ = {request.calling.value(), request.called.value(), origin.address, doorkeeper_.entity().title};
  if (admission != Admission::accepted || request.verification_only) return admission;
  try {
    if (request.storage_classes.empty()) {
      // A peer that calls back with the result of a storage commitment shows that it reaches us.
      association();
      return admission;
    }
    // Associations in hand go on: a pause ends nothing in the middle of a study.
    if (storage::find_pause(database(), storage::Activity::receive)) {
      log::warning(fmt::format("association refused for now: {}", receive_paused));
      return Admission::congested;
    }
    if (const auto& refusal = node_refusal()) {
      log::warning(fmt::format("association refused for now: {}", refusal->reason));
      return Admission::congested;
    }
    may_store_ = true;
    return Admission::accepted;
  } catch (const TransientError& error) {
    log::warning(fmt::format("association refused for now: {}", error.what()));
    return Admission::congested;
  }
}

const std::optional<storage::Refusal>& Ingest::node_refusal() {
  constexpr std::chrono::seconds lasts{1};
  const auto now = std::chrono::steady_clock::now();
  if (now >= look_again_) {
    node_refusal_ = look_at_node();
    store_identity_.claim(database());
    look_again_ = now + lasts;
  }
  return node_refusal_;
}

std::optional<storage::Refusal> Ingest::look_at_node() {
  const auto state = storage::node_state(database(), node_);
  if (state && state->age <= storage::node_state_expires) return state->refusal;
  const auto shortage = marks_.judge(resources_now(settings_, database()));
  if (!shortage) return std::nullopt;
  return storage::Refusal{std::string(keyword(shortage->kind)), shortage->detail};
}

int Ingest::open_file() {
  try {
    if (const auto& refusal = node_refusal()) throw TransientError(refusal->reason);
    file_.emplace(store_.begin());
    return file_->descriptor();
  } catch (const TransientError& error) {
    log::warning(fmt::format("data set refused for now: {}", error.what()));
    throw;
  }
}

dicom::StoreOutcome Ingest::stored(const dicom::StoreRequest& request,
                                   const dicom::ReceivedDataSet& data_set) {
  try {
    const dicom::InstanceHeader header = dicom::read_instance_header(file_->path());
    if (header.sop_class_uid != request.sop_class_uid ||
        header.sop_instance_uid != request.sop_instance_uid) {
      return refuse(RejectionReason::uid_mismatch,
                    "the data set carries another SOP class or instance UID than its C-STORE request",
                    data_set);
    }
    return index(header, data_set);
  } catch (const RejectedInput& error) {
    return refuse(error.reason(), error.what(), data_set);
  }
}

/// Durable before Success: fsync, rename and fsync of the folder, then COMMIT, and only then the answer.
dicom::StoreOutcome Ingest::index(const dicom::InstanceHeader& header,
                                  const dicom::ReceivedDataSet& data_set) {
  try {
    if (const auto why = allowance_.exceeded(database(), header.study_instance_uid, data_set.bytes);
        why && !storage::is_indexed(database(), header.sop_instance_uid, data_set.digest)) {
      return refuse_excess(header, *why);
    }
    const storage::ReceivedInstance instance{header, file_->id(), data_set.bytes, data_set.digest,
                                             association()};
    // The disk and the database work side by side; whatever ends here first waits for the file.
    auto published = std::async(std::launch::async, [this] { file_->publish(); });
    const storage::IngestResult result =
        storage::ingest(database(), instance, doorkeeper_.entity().settle_time,
                        std::bind_front(&storage::InstanceStore::has, &store_), [&] {
                          published.get();
                          if (!store_identity_.holds()) {
                            throw TransientError("the instance store was exchanged meanwhile");
                          }
                        });
    if (!storage::needs_file(result)) file_->discard();
    file_.reset();
    if (result == storage::IngestResult::repaired) {
      report_repair(header);
    } else if (storage::needs_file(result)) {
      allowance_.count(header.study_instance_uid, data_set.bytes);
    }
    return {};
  } catch (const storage::InDoubtError& error) {
    // The row may be there: the file stays, and upkeep finds out. The sender tries again, which is harmless.
    log::warning(fmt::format("commit in doubt: {}", error.what()));
    file_.reset();
    return dicom::refused(StoreRefusal::commit_in_doubt);
  } catch (const std::exception& error) {
    log::warning(fmt::format("instance not stored: {}", error.what()));
    if (file_) file_->discard();
    file_.reset();
    return dicom::refused(StoreRefusal::cannot_store);
  }
}

dicom::StoreOutcome Ingest::refuse(RejectionReason reason, const std::string& detail,
                                   const dicom::ReceivedDataSet& data_set) {
  log::warning(fmt::format("instance refused: {}", keyword(reason)));
  try {
    keep_refused(reason, detail, data_set);
  } catch (const storage::InDoubtError& error) {
    log::warning(fmt::format("refusal in doubt: {}", error.what()));
    file_.reset();
    return dicom::refused(StoreRefusal::commit_in_doubt);
  } catch (const std::exception& error) {
    log::warning(fmt::format("refusal not recorded: {}", error.what()));
    file_->discard();
    file_.reset();
    return dicom::refused(StoreRefusal::cannot_store);
  }
  file_.reset();
  if (reason == RejectionReason::uid_mismatch) return dicom::refused(StoreRefusal::uid_mismatch);
  return dicom::refused(StoreRefusal::rejected_data_set, keyword(reason));
}

/// Once, however often it is sent, and all of them in the room of the largest data set: bad input must not
/// take the room of good input.
void Ingest::keep_refused(RejectionReason reason, const std::string& detail,
                          const dicom::ReceivedDataSet& data_set) {
  const storage::RefusedBound bound{.bytes = settings_.largest_data_set};
  const auto kept = storage::kept_refused_file(database(), data_set.digest);
  const bool is_new = !kept || !store_.has_refused(*kept);
  if (is_new) file_->refuse();
  const auto displaced = storage::record_refused(
      database(),
      {association(), is_new ? file_->id() : std::string(), data_set.bytes, data_set.digest, reason, detail},
      bound);
  store_.remove_refused(displaced);
  if (displaced.empty()) return;
  storage::raise_alert(database(), storage::AlertKind::refused_not_kept, node_,
                       fmt::format("refused objects are kept up to {} bytes or {} objects; those that came "
                                   "longest ago were removed",
                                   bound.bytes, bound.objects));
}

/// Not kept: whoever sends without end must not fill the disk. The alert counts what was refused.
dicom::StoreOutcome Ingest::refuse_excess(const dicom::InstanceHeader& header, const std::string& why) {
  log::warning(fmt::format("instance refused: {}", why));
  file_.reset();
  const std::string& study = header.study_instance_uid.value();
  storage::raise_alert(database(), storage::AlertKind::study_too_large, study,
                       fmt::format("instances were refused: {}", why), study);
  return dicom::refused(StoreRefusal::study_too_large, why);
}

void Ingest::report_repair(const dicom::InstanceHeader& header) {
  log::warning("an instance whose file was lost came again and is kept");
  const std::string& study = header.study_instance_uid.value();
  try {
    storage::raise_alert(database(), storage::AlertKind::file_repaired, study,
                         "files of this study were lost and came again", study);
  } catch (const TransientError& error) {
    log::warning(fmt::format("repair not recorded: {}", error.what()));
  }
}

/// Tells once for each association what cannot be kept for want of a UID to keep it under.
void Ingest::refused(const dicom::StoreOutcome& outcome) {
  if (!may_store_ || std::exchange(malformed_, true)) return;
  log::warning(fmt::format("C-STORE request refused: status {:04X}H {}",
                           static_cast<unsigned>(outcome.status), outcome.comment));
  try {
    association();
    storage::raise_alert(database(), storage::AlertKind::malformed_request,
                         fmt::format("{} ({})", record_.calling, record_.address),
                         fmt::format("C-STORE requests were answered with {:04X}H {}",
                                     static_cast<unsigned>(outcome.status), outcome.comment));
  } catch (const TransientError& error) {
    log::warning(fmt::format("refusal not recorded: {}", error.what()));
  }
}

void Ingest::close(const dicom::AssociationSummary& summary, const ConnectionOrigin& origin) {
  file_.reset();
  doorkeeper_.note_unjudged(summary, origin);
  if (association_id_ == 0) return;
  try {
    storage::close_association(database(), association_id_, summary.end, summary.stored, summary.refused);
  } catch (const TransientError& error) {
    log::warning(fmt::format("end of association {} not recorded: {}", association_id_, error.what()));
  }
}

}  // namespace glisson::server
