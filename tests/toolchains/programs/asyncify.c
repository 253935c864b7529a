// A program that can wait, so that Asyncify instruments it.
#include <emscripten.h>

char *take(unsigned long n);

__attribute__((export_name("later"))) char *later(unsigned long n) {
  emscripten_sleep(1);
  return take(n);
}
