#include "engine/side_by_side.hpp"

#include <oneapi/tbb/parallel_for.h>

namespace glisson::engine {

std::vector<std::exception_ptr> side_by_side(std::size_t count,
                                             const std::function<void(std::size_t)>& work) {
  std::vector<std::exception_ptr> faults(count);
  oneapi::tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
    try {
      work(i);
    } catch (...) {
      faults[i] = std::current_exception();
    }
  });
  return faults;
}

}  // namespace glisson::engine
