// take(n) returns the address of n new bytes, or 0 if an exception says that there are none.
#include <new>
#include <stdexcept>
#include <vector>

static std::vector<std::vector<char>> kept;

__attribute__((noinline)) static char *filled(unsigned long n) {
  kept.emplace_back(n, 1);  // THE LINE
  return kept.back().data();
}

extern "C" __attribute__((export_name("take"))) char *take(unsigned long n) {
  try {
    if (n == 0) throw std::length_error("no bytes");
    return filled(n);
  } catch (const std::exception &) {
    return nullptr;
  }
}
