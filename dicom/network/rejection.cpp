#include "dicom/network/rejection.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace glisson::dicom {
namespace {

using enum Admission;

constexpr std::uint8_t permanent = 1;
constexpr std::uint8_t transient = 2;
constexpr std::uint8_t service_user = 1;
constexpr std::uint8_t presentation = 3;

constexpr std::array table{
    RejectionDefinition{
        called_title_not_recognized,
        {permanent, service_user, 7},
        "called AE title not recognized",
        "The called title is none of this node's, is not open to this peer, or is no AE title."},
    RejectionDefinition{
        calling_title_not_recognized,
        {permanent, service_user, 3},
        "calling AE title not recognized",
        "No peer has the calling title, it may not call from that address or without its certificate, or "
        "it is no AE title."},
    RejectionDefinition{not_authorized,
                        {permanent, service_user, 1},
                        "no reason given",
                        "The peer is known and may do nothing that it asks for."},
    RejectionDefinition{foreign_application_context,
                        {permanent, service_user, 2},
                        "application context name not supported",
                        "The application context is not DICOM's (PS3.7 A.2.1)."},
    RejectionDefinition{
        congested,
        {transient, presentation, 1},
        "temporary congestion",
        "The node receives nothing for now (a disk is full or not the service's own, too much is queued, "
        "receiving is paused), or the database does not answer. It is worth trying again."},
    RejectionDefinition{
        limit_exceeded,
        {transient, presentation, 2},
        "local limit exceeded",
        "Too many associations at one time: in all, of this address, or of this calling title; or too many "
        "that were refused for good within a minute."},
};

static_assert(table.size() == static_cast<std::size_t>(limit_exceeded), "a row for each but accepted");

}  // namespace

std::span<const RejectionDefinition> rejections() noexcept { return table; }

Rejection rejection_of(Admission admission) {
  const auto found = std::ranges::find(table, admission, &RejectionDefinition::admission);
  if (found == table.end()) throw std::logic_error("what is accepted is not rejected");
  return found->rejection;
}

}  // namespace glisson::dicom
