// Allocate in three threads while the main thread passes strings.
#include <emscripten.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *volatile lines[4][400];
static volatile int counts[4];

static void *work(void *argument) {
  int me = (int)(intptr_t)argument;
  for (int i = 0; i < 200; i++) {
    // sbrk gives up when another thread grows the memory at the same time.
    char *line;
    while (!(line = malloc(9000)));
    sprintf(line, "thread %d line %d", me, i);
    lines[me][i] = line;
    counts[me] = i + 1;
  }
  return 0;
}

EMSCRIPTEN_KEEPALIVE unsigned add(const char *text) {
  char *copy, *more;
  while (!(copy = strdup(text)));
  while (!(more = malloc(20000)));
  memset(more, 1, 20000);
  lines[3][counts[3] % 400] = copy;
  counts[3]++;
  return strlen(copy);
}

EMSCRIPTEN_KEEPALIVE int start(int thread) {
  pthread_t id;
  return pthread_create(&id, 0, work, (void *)(intptr_t)thread) || pthread_detach(id);
}

EMSCRIPTEN_KEEPALIVE int done(int thread) { return counts[thread] == 200; }

EMSCRIPTEN_KEEPALIVE char *report(void) {
  static char out[64];
  unsigned value = 0;
  for (int thread = 0; thread < 3; thread++)
    for (int i = 0; i < counts[thread]; i++)
      for (char *c = lines[thread][i]; *c; c++) value = value * 31 + *c;
  sprintf(out, "%u", value);
  return out;
}
