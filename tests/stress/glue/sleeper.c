// Wait for JavaScript between allocations, with Asyncify.
#include <emscripten.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

EM_JS(int, fetched, (int i), {
  return Asyncify.handleSleep(function (wake) {
    setTimeout(function () {
      var text = "answer " + i * 7, size = lengthBytesUTF8(text) + 1, at = _malloc(size);
      stringToUTF8(text, at, size);
      wake(at);
    }, 0);
  });
});

static char *answers[10000];
static int count;

EMSCRIPTEN_KEEPALIVE unsigned add(const char *text) {
  unsigned sum = 0;
  for (int i = 0; i < 3; i++) {
    char *answer = (char *)fetched(i + (int)strlen(text));
    answers[count] = malloc(20000);
    strcpy(answers[count], answer);
    free(answer);
    sum += strlen(answers[count++]);
    emscripten_sleep(0);
  }
  return sum;
}

EMSCRIPTEN_KEEPALIVE unsigned digest(const unsigned char *bytes, int n) {
  unsigned value = 1;
  while (n--) value = value * 31 + *bytes++;
  return value;
}

EMSCRIPTEN_KEEPALIVE unsigned through_file(int lines) { return lines; }

EMSCRIPTEN_KEEPALIVE char *report(void) {
  char *out = malloc(64);
  unsigned value = 0;
  for (int i = 0; i < count; i++)
    for (char *c = answers[i]; *c; c++) value = value * 31 + *c;
  sprintf(out, "%d %u", count, value);
  return out;
}
