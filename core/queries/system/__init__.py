"""How the installation is: facts, each with a sentence and what to do where something is wrong."""

from core.queries.system.database import database_facts
from core.queries.system.facts import Fact, Group
from core.queries.system.storage import storage_facts
from core.queries.system.work import failed_runs, work_facts, worker_facts

__all__ = [
    "Fact",
    "Group",
    "database_facts",
    "failed_runs",
    "storage_facts",
    "work_facts",
    "worker_facts",
]
