// The same program behind embind.
#include <emscripten/bind.h>

extern "C" char *take(unsigned long n);

static unsigned long taken(unsigned long n) { return reinterpret_cast<unsigned long>(take(n)); }

EMSCRIPTEN_BINDINGS(guest) { emscripten::function("taken", &taken); }
