#pragma once

#include <string>

#include "dicom/network/probe.hpp"
#include "server/doctor/check_step.hpp"
#include "storage/peers.hpp"

namespace glisson::server {

/// This node, as the other side has to configure it.
struct OurEntry {
  std::string ae_title;
  std::string host;  ///< The address from which the peer sees us; our host's name where that is not known.
  std::uint16_t port = 0;

  /// "AE title GLISSON, host 192.0.2.7, port 11112".
  std::string text() const;
};

/// A failed step that tells why an association was refused (PS3.8 table 9-21), and who has to change what.
CheckStep rejected_step(std::string step, const dicom::Rejection& rejection, const storage::Peer& peer,
                        const OurEntry& ours);

/// Why a presentation context was not accepted (PS3.8 table 9-18).
std::string context_result(std::uint8_t result);

/// "status 0124H: comment".
std::string status_text(const dicom::ProbeOutcome& outcome);

}  // namespace glisson::server
