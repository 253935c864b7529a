const F_UNLCK = 2;

export function bindUserSpace({ pid, memory: { HEAP16, HEAP32 } }) {
  function updateLock(lock, type) {
    HEAP16[lock >> 1] = type; // expect: finding
    HEAP32[(lock + 4) >> 2] = pid; // expect: finding
  }
  return {
    fcntl(lock) {
      updateLock(lock, F_UNLCK);
      return 0;
    },
  };
}
