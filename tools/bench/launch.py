"""Run one pipeline, which `measure` passes as JSON, and print the result as JSON.

The peak memory of a process includes what the process that started it had in memory. So this script keeps
almost nothing in memory: about 12 MB, which is the smallest peak that can be measured.
"""

import json
import os
import sys
import tempfile
import time

if sys.platform == "win32":
    raise SystemExit("Windows does not tell the peak memory of ended processes")

_SHOWN_BYTES = 4000


def launch(commands: list[list[str]], environ: dict[str, str]) -> tuple[float, int, int, str]:
    """Run the commands to their end, each reading what the one before it prints.

    Returns the seconds from the first fork to the last exit, the peak in bytes of the largest process, the
    exit code of the first one, and the end of their standard error.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    complaints = tempfile.TemporaryFile()  # noqa: SIM115
    source, started = nothing, []
    begin = time.perf_counter()
    for place, words in enumerate(commands):
        following, output = os.pipe() if place < len(commands) - 1 else (nothing, nothing)
        three = (source, output, complaints.fileno())
        streams = [(os.POSIX_SPAWN_DUP2, each, at) for at, each in enumerate(three)]
        started.append(os.posix_spawn(words[0], words, environ, file_actions=streams))
        for used in {source, output} - {nothing}:
            os.close(used)
        source = following
    ended = [os.wait4(process, 0) for process in started]
    seconds = time.perf_counter() - begin
    # `ru_maxrss` counts kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = max(usage.ru_maxrss for _, _, usage in ended) * unit
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - _SHOWN_BYTES))
    complaint = complaints.read().decode(errors="replace")
    return seconds, peak, os.waitstatus_to_exitcode(ended[0][1]), complaint


if __name__ == "__main__":
    sys.stdout.write(json.dumps(launch(*json.loads(sys.argv[1]))))
