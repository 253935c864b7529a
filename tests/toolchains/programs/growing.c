// take(n) returns the address of n new bytes, or 0.
#include <stdlib.h>

__attribute__((noinline)) static char *filled(unsigned long n) {
  char *bytes = malloc(n);  // THE LINE
  if (bytes) bytes[n - 1] = 1;
  return bytes;
}

__attribute__((export_name("take"))) char *take(unsigned long n) { return filled(n); }
