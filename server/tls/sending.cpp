#include "server/tls/sending.hpp"

#include "server/tls/tls_client.hpp"

namespace glisson::server {

dicom::SendOutcome send_to_peer(
    const config::Settings& settings, const storage::Peer& peer, std::chrono::milliseconds timeout,
    const std::function<dicom::SendOutcome(const dicom::Destination&)>& exchange) {
  dicom::Destination destination{dicom::AeTitle(settings.ae_title), peer.ae_title, peer.host, peer.port,
                                 timeout};
  if (!peer.tls) return exchange(destination);
  TlsClient tls(settings, peer.host, peer.certificate, timeout);
  destination.secure = [&tls](int socket) { return tls.secure(socket); };
  dicom::SendOutcome outcome = exchange(destination);
  const std::string problem = tls.finish();
  if (!problem.empty() && !outcome.status) outcome.detail = "TLS: " + problem;
  return outcome;
}

}  // namespace glisson::server
