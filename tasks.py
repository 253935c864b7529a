"""This module collects the tasks: those that nogrow gives every project, and this project's own."""

from pathlib import Path

from tools.tasks import TASKS

from nogrow.invoke import collection

namespace = collection(Path(__file__).resolve().parent)
for own_task in TASKS:
    namespace.add_task(own_task)
