"""The table of job kinds, and what a job has to offer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from core.registries.base import Registry

if TYPE_CHECKING:
    from core.jobs.context import RunContext
    from core.models import JobRun


@dataclass(frozen=True)
class Plan:
    """What preparing found: the partitions, and what has to be saved together with them."""

    partitions: Sequence[dict[str, Any]]
    save: Callable[[], None] | None = None
    rows_read: int = 0


class Job:
    """A way to answer one kind of question; subclasses fill in the five methods.

    `load`, `compute` and `save` handle one partition. Only `save`, `finish` and `Plan.save` write,
    each inside a transaction of the runner's; they must be quick (well under a second).
    """

    # Partitions of a job that is not parallel are taken one after the other, in order.
    is_parallel: ClassVar[bool] = True
    # The share of the progress bar that preparing takes.
    prepare_share: ClassVar[int] = 10

    def prepare(self, run: "RunContext") -> Plan:
        raise NotImplementedError

    def load(self, run: "RunContext", payload: dict[str, Any]) -> Any:
        raise NotImplementedError

    def compute(self, run: "RunContext", data: Any) -> Any:
        raise NotImplementedError

    def save(self, run: "RunContext", results: Any) -> "Saved":
        raise NotImplementedError

    def may_share(self, run: "JobRun") -> bool:
        """Whether several workers may take partitions of this run at once; asked once it is prepared."""
        return self.is_parallel

    def finish(self, run: "RunContext") -> None:
        """What has to happen once, when all partitions are saved."""


@dataclass(frozen=True)
class Saved:
    """Rows a partition read and wrote, and counts to add up in the run's result."""

    rows_read: int
    rows_written: int
    counts: dict[str, int] | None = None


@dataclass(frozen=True)
class JobKind:
    """A kind of job in the table: how to load it, who may start it, when it runs.

    `path` is imported only when a run is executed: scientific libraries cost seconds.
    `follows` names kinds after whose success this question is asked again.
    `result_url` gives the page of what came of it, from the scope; `counts` labels the counts of
    the run's result that people want to see. Without a `permission` a run is only its asker's: other
    rights decide who may ask for it. A command that does its run itself leaves those that are long and
    only follow on it to the workers. What is of the background may take minutes while nobody waits: it
    never stands before what people wait for.
    """

    key: str
    label: Promise
    path: str
    permission: str
    can_run_now: bool = False
    follows: tuple[str, ...] = ()
    is_long: bool = False
    is_background: bool = False
    describe: Callable[[dict[str, Any]], str] | None = None
    result_url: Callable[[dict[str, Any]], str] | None = None
    counts: Mapping[str, Promise] = field(default_factory=dict)

    def load(self) -> Job:
        job: Job = import_string(self.path)()
        return job

    def title(self, scope: dict[str, Any]) -> str:
        return self.describe(scope) if self.describe else str(self.label)


job_kinds: Registry[JobKind] = Registry("Job kind")


def kinds_following(key: str) -> Iterable[JobKind]:
    return (kind for kind in job_kinds if key in kind.follows)
