"""Let a Python process start others by spawn: `pytest --spawn` puts this folder on the path of all."""

import multiprocessing

multiprocessing.set_start_method("spawn", force=True)
