#include <fmt/format.h>

#include <cstdint>

#include "dicom/network/association.hpp"
#include "server/control_socket.hpp"
#include "server/ingest.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"

namespace glisson::server {
namespace {

// A process ends after this many associations or received bytes, so that no leak of a library grows for ever.
constexpr int most_associations = 1000;
constexpr std::uint64_t most_bytes = std::uint64_t{64} << 30;

}  // namespace

int run_association_role(const config::Settings& settings, int control) {
  Ingest ingest(settings);
  dicom::AssociationLimits limits;
  limits.pdu_timeout = settings.pdu_timeout;
  limits.idle_timeout = settings.idle_timeout;
  limits.minimum_rate = settings.minimum_rate;
  limits.largest_data_set = settings.largest_data_set;

  std::uint64_t bytes = 0;
  Ready ready = Ready::as_before;
  for (int served = 0; served < most_associations && bytes < most_bytes && report_ready(control, ready);
       ++served) {
    auto connection = receive_connection(control);
    if (!connection) break;
    const std::string& address = connection->origin.address;
    const auto summary = dicom::serve_association(connection->socket.release(),
                                                  ingest.handlers(connection->origin), limits, address);
    ingest.close(summary, connection->origin);
    ready = ingest.take_refusal() ? Ready::after_refusal : Ready::as_before;
    bytes += summary.bytes;
    // What may come from anybody is logged only as often as the supervisor says.
    if (!connection->origin.is_logged && !ingest.was_of_a_sender()) continue;
    log::info(fmt::format("association of {} to {} from {}: {}, {} stored, {} refused, {} echoes",
                          summary.calling.value(), summary.called.value(), address, summary.end,
                          summary.stored, summary.refused, summary.echoes));
  }
  return 0;
}

}  // namespace glisson::server
