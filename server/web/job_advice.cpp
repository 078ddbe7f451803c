#include "server/web/job_advice.hpp"

#include <map>

namespace glisson::server {

std::string job_advice(const std::string& reason) {
  static const std::map<std::string, std::string, std::less<>> advice{
      {"association_rejected",
       "The destination does not know this node: have its administrator add our AE title and address, then "
       "try again."},
      {"conflicting_instances",
       "Two different objects came under one UID. Decide which one counts: glisson job decide NUMBER --keep "
       "first|second."},
      {"defect", "Glisson met a defect. Try again once; if it fails again, report it with this number."},
      {"destination_silent",
       "The destination does not answer. Test it on the page Peers; it is asked again by itself."},
      {"missing_images",
       "Have the PACS send the images that the segmentation refers to; the analysis then starts by itself."},
      {"no_answer",
       "The process that worked on it did not finish in time. Try again once; then look into the log."},
      {"no_presentation_context",
       "The destination takes none of the report's SOP classes: have its administrator enable Structured "
       "Reports."},
      {"no_responsible_person", "Say on the page Peers who answers for the reports at this destination."},
      {"no_term", "Say on the page Peers until when reports may go to this destination."},
      {"nothing_to_send",
       "The destination was removed, or its purpose takes no such report. Nothing is to be done."},
      {"peer_removed", "The destination was removed. Add it again before you try again."},
      {"purpose_not_declared", "Say on the page Peers what the reports are for at this destination."},
      {"refused_by_peer",
       "Ask the destination's administrator why it refused; its answer stands in the detail."},
      {"term_over",
       "The term of this destination is over: say on the page Peers until when it is prolonged."},
      {"transient", "It is tried again by itself."},
  };
  const auto found = advice.find(reason);
  return found == advice.end() ? std::string() : found->second;
}

}  // namespace glisson::server
