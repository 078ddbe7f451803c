#include "engine/geometry/connected_components.hpp"

#include <itkConnectedComponentImageFilter.h>
#include <itkImage.h>
#include <itkImportImageFilter.h>

#include <algorithm>
#include <vector>

namespace glisson::engine {
namespace {

using MaskImage = itk::Image<std::uint8_t, 3>;
using LabelImage = itk::Image<std::uint32_t, 3>;
using Import = itk::ImportImageFilter<std::uint8_t, 3>;
using Label = itk::ConnectedComponentImageFilter<MaskImage, LabelImage>;

/// The mask's voxels as an image of ITK, which reads them and keeps no copy.
Import::Pointer import_voxels(const Mask& mask) {
  MaskImage::SizeType size;
  for (unsigned axis = 0; axis < 3; ++axis) {
    size[axis] = static_cast<itk::SizeValueType>(mask.grid.size[axis]);
  }
  auto import = Import::New();
  import->SetRegion(MaskImage::RegionType(size));
  import->SetImportPointer(const_cast<std::uint8_t*>(mask.voxels.data()), mask.voxels.size(), false);
  return import;
}

}  // namespace

Mask largest_component(const Mask& mask) {
  Mask result{mask.grid, std::vector<std::uint8_t>(mask.voxels.size())};
  if (mask.voxels.empty()) return result;
  const auto import = import_voxels(mask);
  auto label = Label::New();
  label->SetInput(import->GetOutput());
  label->FullyConnectedOn();
  label->Update();

  // Labels count from 1 in the order of the components' first voxels; 0 is outside.
  const std::uint32_t* labels = label->GetOutput()->GetBufferPointer();
  std::vector<std::size_t> sizes(label->GetObjectCount() + 1);
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) ++sizes[labels[i]];
  sizes.front() = 0;
  const auto largest =
      static_cast<std::uint32_t>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
  if (largest == 0) return result;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) result.voxels[i] = labels[i] == largest ? 1 : 0;
  return result;
}

}  // namespace glisson::engine
