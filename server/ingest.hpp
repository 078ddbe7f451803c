#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/settings.hpp"
#include "dicom/network/association.hpp"
#include "storage/database.hpp"
#include "storage/index.hpp"
#include "storage/instance_store.hpp"

namespace glisson::server {

/// What an association process decides: who may store, where the bytes go, and when Success is true. One
/// object serves one association after the other and keeps the database connection, which opens with the
/// first peer that wants more than C-ECHO.
class Ingest {
 public:
  explicit Ingest(const config::Settings& settings);

  /// The callbacks for dicom::serve_association(); `address` is the peer's.
  dicom::AssociationHandlers handlers(const std::string& address);
  /// Completes the association's row, when anything was stored.
  void close(const dicom::AssociationSummary& summary);

 private:
  dicom::Admission admit(const dicom::AssociationRequest& request, const std::string& address);
  int open_file();
  dicom::StoreOutcome stored(const dicom::StoreRequest& request, const dicom::ReceivedDataSet& data_set);
  dicom::StoreOutcome index(const dicom::InstanceHeader& header, const dicom::ReceivedDataSet& data_set);
  dicom::StoreOutcome refuse(RejectionReason reason, const std::string& detail);
  storage::Database& database();
  std::int64_t association();

  const config::Settings& settings_;
  storage::InstanceStore store_;
  std::optional<storage::Database> database_;
  std::optional<storage::IncomingFile> file_;  ///< Of the C-STORE in hand.
  storage::AssociationRecord record_;
  std::int64_t association_id_ = 0;  ///< 0 until something is stored.
};

}  // namespace glisson::server
