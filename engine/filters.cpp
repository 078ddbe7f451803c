#include "engine/filters.hpp"

#include <algorithm>
#include <sstream>

#include "engine/errors.hpp"
#include "engine/filter_responses.hpp"

namespace glisson::engine {

void require(bool holds, const std::string& message) {
  if (!holds) throw RejectedInput(RejectionReason::invalid_protocol, message);
}

double isotropic_spacing(const Grid& grid, std::size_t axes) {
  const auto first = grid.spacing.begin();
  const auto [least, most] = std::minmax_element(first, first + static_cast<std::ptrdiff_t>(axes));
  if (*most > 1.01 * *least) {
    std::ostringstream message;
    message << "a filter in mm needs the same spacing along its axes, found " << *least << " and " << *most
            << " mm: resample the image first or filter it slice by slice";
    throw RejectedInput(RejectionReason::invalid_protocol, message.str());
  }
  return grid.spacing[0];
}

void check_filter(const Filter& filter) {
  std::visit([](const auto& chosen) { check(chosen); }, filter);
}

Volume apply_filter(const Filter& filter, const Volume& volume) {
  check_filter(filter);
  return std::visit([&](const auto& chosen) { return response(chosen, volume); }, filter);
}

}  // namespace glisson::engine
