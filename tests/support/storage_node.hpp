#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dicom/network/association.hpp"

namespace glisson::tests {

/// A storage SCP around serve_association() on 127.0.0.1: files in a temporary folder, what happened in
/// memory. Each association has a thread of its own.
class StorageNode {
 public:
  struct Stored {
    dicom::StoreRequest request;
    dicom::ReceivedDataSet received;
    std::filesystem::path file;
  };

  /// Deadlines short enough for tests that wait for them.
  static dicom::AssociationLimits short_limits();

  explicit StorageNode(dicom::AssociationLimits limits = short_limits());
  ~StorageNode();
  StorageNode(const StorageNode&) = delete;
  StorageNode& operator=(const StorageNode&) = delete;

  std::uint16_t port() const { return port_; }
  std::vector<Stored> stored() const;
  std::vector<std::string> lost() const;  ///< The reasons.
  /// The end of the n-th association that ended (from 0); fails the test when there is none in time.
  dicom::AssociationSummary summary(std::size_t index,
                                    std::chrono::milliseconds timeout = std::chrono::seconds(15)) const;

  // To be set before the first connection.
  std::function<dicom::Admission(const dicom::AssociationRequest&)> admit;
  std::function<int(const dicom::StoreRequest&)> open_file;  ///< Instead of a file in the folder.
  std::function<dicom::StoreOutcome(const Stored&)> outcome;
  std::function<bool()> spent;

 private:
  void accept_connections();
  dicom::AssociationHandlers handlers();

  dicom::AssociationLimits limits_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  std::vector<Stored> stored_;
  std::vector<std::string> lost_;
  std::vector<dicom::AssociationSummary> summaries_;
  std::vector<std::thread> associations_;
  std::size_t next_file_ = 0;
  std::thread thread_;
};

}  // namespace glisson::tests
