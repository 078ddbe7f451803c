/// Control of the build with ThreadSanitizer: a loop of oneTBB whose results are read after it, which is no
/// race, and with an argument a sum of all iterations without a lock, which is one. The runtime must be
/// silent on the first and report the second.

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <thread>
#include <vector>

int main(int arguments, char**) {
  const bool racing = arguments > 1;
  std::ptrdiff_t even = 0;
  int sum = 0;
  for (int round = 0; round < 100; ++round) {
    std::vector<char> results(50);
    oneapi::tbb::parallel_for(std::size_t{0}, results.size(), [&](std::size_t i) {
      results[i] = i % 2 == 0;
      if (racing) ++sum;
      std::this_thread::sleep_for(std::chrono::microseconds(50));  // Lets the other threads take their share.
    });
    even += std::count(results.begin(), results.end(), 1);
  }
  std::printf("%td %d\n", even, sum);
}
