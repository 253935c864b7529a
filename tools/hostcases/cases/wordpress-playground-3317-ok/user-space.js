const F_UNLCK = 2;

export function bindUserSpace({ pid, memory }) {
  function updateLock(lock, type) {
    memory.HEAP16[lock >> 1] = type;
    memory.HEAP32[(lock + 4) >> 2] = pid;
  }
  return {
    fcntl(lock) {
      updateLock(lock, F_UNLCK);
      return 0;
    },
  };
}
