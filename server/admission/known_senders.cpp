#include "server/admission/known_senders.hpp"

#include <optional>
#include <utility>

#include "server/admission/access_policy.hpp"

namespace glisson::server {
namespace {

constexpr char report_kind = 'P';

/// The next text of a report, in which each ends with a NUL; none at its end.
std::optional<std::string> next_text(std::string_view& report) {
  const auto end = report.find('\0');
  if (end == report.npos) return std::nullopt;
  std::string text(report.substr(0, end));
  report.remove_prefix(end + 1);
  return text;
}

}  // namespace

/// Of each: title, certificate, networks, and an empty text.
std::string senders_report(const std::vector<storage::Peer>& peers) {
  std::string report(1, report_kind);
  const auto add = [&](const std::string& text) { (report += text) += '\0'; };
  for (const storage::Peer& peer : peers) {
    if (!peer.may_store) continue;
    add(peer.ae_title.value());
    add(peer.certificate);
    for (const storage::Network& network : peer.networks) add(network.text());
    add("");
  }
  return report;
}

bool KnownSenders::update(std::string_view report) {
  if (report.empty() || report.front() != report_kind) return false;
  report.remove_prefix(1);
  std::map<std::string, storage::Peer, std::less<>> senders;
  while (auto title = next_text(report)) {
    storage::Peer peer;
    peer.certificate = next_text(report).value_or("");
    for (auto network = next_text(report); network && !network->empty(); network = next_text(report)) {
      peer.networks.emplace_back(*network);
    }
    senders.emplace(std::move(*title), std::move(peer));
  }
  by_title_ = std::move(senders);
  told_ = true;
  return true;
}

Standing KnownSenders::standing_of(const std::string& calling_title, const ConnectionOrigin& origin) const {
  if (!told_) return Standing::untold;
  const auto peer = by_title_.find(calling_title);
  if (peer == by_title_.end() || mistaken(peer->second, origin)) return Standing::stranger;
  const bool is_title_alone = peer->second.networks.empty() && peer->second.certificate.empty();
  return is_title_alone ? Standing::claimed_sender : Standing::proved_sender;
}

}  // namespace glisson::server
