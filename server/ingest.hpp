#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "config/settings.hpp"
#include "dicom/network/association.hpp"
#include "server/admission/doorkeeper.hpp"
#include "server/control_socket.hpp"
#include "server/log.hpp"
#include "server/resources/resource_marks.hpp"
#include "server/resources/study_allowance.hpp"
#include "storage/database.hpp"
#include "storage/index.hpp"
#include "storage/instance_store.hpp"
#include "storage/node_state.hpp"
#include "storage/store_identity.hpp"

namespace glisson::server {

/// What an association process decides: where the bytes go, and when Success is true. One
/// object serves one association after the other and keeps the database connection.
class Ingest {
 public:
  explicit Ingest(const config::Settings& settings);

  /// The callbacks for dicom::serve_association().
  dicom::AssociationHandlers handlers(const ConnectionOrigin& origin);
  /// Connects to PostgreSQL where no connection stands. While it does not answer, peers that need it are
  /// refused with transient congestion, and C-ECHO goes on.
  void connect();
  /// From now on no connection is opened: once the one that stands is lost, associations that need it are
  /// aborted.
  void never_reconnect();
  bool is_connected();
  /// As Database::descriptor().
  int database_descriptor();
  /// Completes the association's row, when anything was stored.
  void close(const dicom::AssociationSummary& summary, const ConnectionOrigin& origin);
  /// Whether the peer of the last association was admitted to store.
  bool was_of_a_sender() const { return may_store_; }
  /// Whether an association was refused for good since this was asked last.
  bool take_refusal() { return doorkeeper_.take_refusal(); }

 private:
  dicom::Admission admit(const dicom::AssociationRequest& request, const ConnectionOrigin& origin);
  int open_file();
  dicom::StoreOutcome stored(const dicom::StoreRequest& request, const dicom::ReceivedDataSet& data_set);
  dicom::StoreOutcome index(const dicom::InstanceHeader& header, const dicom::ReceivedDataSet& data_set);
  dicom::StoreOutcome refuse(RejectionReason reason, const std::string& detail,
                             const dicom::ReceivedDataSet& data_set);
  void keep_refused(RejectionReason reason, const std::string& detail,
                    const dicom::ReceivedDataSet& data_set);
  dicom::StoreOutcome refuse_excess(const dicom::InstanceHeader& header, const std::string& why);
  void report_repair(const dicom::InstanceHeader& header);
  void refused(const dicom::StoreOutcome& outcome);
  /// Why this node receives nothing for now; asked of the database once a second at most.
  const std::optional<storage::Refusal>& node_refusal();
  /// The same, as upkeep says; where it has not looked lately, as this process sees.
  std::optional<storage::Refusal> look_at_node();
  storage::Database& database();
  std::int64_t association();

  const config::Settings& settings_;
  storage::InstanceStore store_;
  storage::StoreIdentity store_identity_;
  std::optional<storage::Database> database_;
  Doorkeeper doorkeeper_;
  std::optional<storage::IncomingFile> file_;  ///< Of the C-STORE in hand.
  storage::AssociationRecord record_;
  std::int64_t association_id_ = 0;  ///< 0 until something is stored.
  std::optional<log::Context> context_;
  bool may_store_ = false;  ///< The peer of the association in hand.
  bool malformed_ = false;  ///< A request of that association was, and is told of already.
  std::string node_;
  std::optional<storage::Refusal> node_refusal_;
  std::chrono::steady_clock::time_point look_again_;  ///< When node_refusal_ is too old.
  ResourceMarks marks_;
  StudyAllowance allowance_;
};

}  // namespace glisson::server
