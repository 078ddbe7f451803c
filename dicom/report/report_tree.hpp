#pragma once

#include <string>
#include <vector>

#include "dicom/identity.hpp"
#include "engine/coded_concept.hpp"
#include "engine/geometry/lesion_size.hpp"

class DSRDocumentTree;

namespace glisson::dicom {

/// How a content item relates to its parent (PS3.3 C.17.3.2.4).
enum class Relationship {
  contains,
  has_obs_context,
  has_acq_context,
  has_concept_mod,
  has_properties,
  inferred_from
};

/// Grows the content tree of an SR document, always by value, in document order. Each call adds one content
/// item as the last child of the current item and makes it the current one until the returned Level dies:
///
///   auto group = tree.container(Relationship::contains, codes::measurement_group, "1411");
///   tree.text(Relationship::has_obs_context, codes::tracking_identifier, "Lesion 1");  // a leaf
///   auto number = tree.number(Relationship::contains, codes::volume, 5.1, codes::unit("ml"));
///   tree.code(Relationship::has_concept_mod, codes::finding_site, codes::liver);       // of the number
///
/// Texts are UTF-8; control characters other than line breaks are dropped, code meanings are cut to the 64
/// characters of their VR. All calls throw std::logic_error when the IOD forbids the item at this place.
class ReportTree {
 public:
  /// Makes the current item's parent current again.
  class Level {
   public:
    explicit Level(DSRDocumentTree& tree) : tree_(tree) {}
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level();

   private:
    DSRDocumentTree& tree_;
  };

  /// @param tree empty; gets a root CONTAINER with this title, made by TID 1500.
  ReportTree(DSRDocumentTree& tree, const engine::CodedConcept& title);

  /// @param template_id of DCMR, e.g. "1411"; empty for containers inside a template.
  Level container(Relationship relationship, const engine::CodedConcept& name,
                  const std::string& template_id);
  Level code(Relationship relationship, const engine::CodedConcept& name, const engine::CodedConcept& value);
  Level text(Relationship relationship, const engine::CodedConcept& name, const std::string& value);
  Level uid(Relationship relationship, const engine::CodedConcept& name, const std::string& value);
  /// NUM. A number that 16 characters cannot express exactly is written in binary, too (Floating Point
  /// Value); NaN and infinities, which NUM cannot express, make a TEXT item that says so.
  Level number(Relationship relationship, const engine::CodedConcept& name, double value,
               const engine::CodedConcept& unit);
  /// @param name empty for entries of an image library.
  /// @param segment_numbers of a segmentation; empty for the whole object.
  Level image(Relationship relationship, const engine::CodedConcept& name, const SopClassUid& sop_class,
              const SopInstanceUid& sop_instance, const std::vector<int>& segment_numbers = {});
  /// SCOORD3D of graphic type POLYLINE with two points; Comprehensive 3D only.
  Level line(Relationship relationship, const engine::CodedConcept& name, const engine::Axis& axis,
             const FrameOfReferenceUid& frame_of_reference);

 private:
  void add(Relationship relationship, int value_type, const engine::CodedConcept& name);

  DSRDocumentTree& tree_;
};

}  // namespace glisson::dicom
