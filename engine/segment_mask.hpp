#pragma once

#include <string>

#include "engine/coded_concept.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// One segment of a segmentation on the grid of its image volume (PS3.3 C.8.20.4, Segment Description).
struct SegmentMask {
  int segment_number = 0;    ///< Segment Number (0062,0004), 1 or more.
  std::string label;         ///< Segment Label (0062,0005).
  CodedConcept category;     ///< Segmented Property Category Code Sequence (0062,0003).
  CodedConcept type;         ///< Segmented Property Type Code Sequence (0062,000F).
  std::string algorithm;     ///< Segment Algorithm Type (0062,0008): MANUAL, SEMIAUTOMATIC or AUTOMATIC.
  std::string tracking_id;   ///< Tracking ID (0062,0020), empty where the segment has none.
  std::string tracking_uid;  ///< Tracking UID (0062,0021), empty where the segment has none.
  Mask mask;
};

}  // namespace glisson::engine
