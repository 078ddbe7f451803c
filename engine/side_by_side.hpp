#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <vector>

namespace glisson::engine {

/// Calls work(i) for each i below `count`, on all cores (oneTBB), and waits for all of them.
/// @return what work(i) threw, null where it threw nothing, so that who looks through it in order tells the
///         same fault whatever the threads did.
std::vector<std::exception_ptr> side_by_side(std::size_t count, const std::function<void(std::size_t)>& work);

/// Throws the fault, where there is one.
inline void rethrow(const std::exception_ptr& fault) {
  if (fault) std::rethrow_exception(fault);
}

}  // namespace glisson::engine
