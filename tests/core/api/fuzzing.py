"""Cases that the schema allows, and cases that it does not, sent to the API by schemathesis."""

import warnings
from collections import Counter
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from core.models import User
from tests.core.api.callers import Caller

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def document() -> dict[str, Any]:
    """The schema as somebody with all rights has it: nothing of it is left untried."""
    found: dict[str, Any] = SchemaGenerator(api_version="1").get_schema(request=None, public=True)
    return found


class Fuzz:
    """Sends cases to every operation; `there` are numbers of records by the first part of the path."""

    def __init__(self, user: User, there: dict[str, int]) -> None:
        self.headers = Caller(user).headers
        self.there = there
        self.statuses: Counter[int] = Counter()
        self.operations = 0
        self.schema = schemathesis.openapi.from_dict(document())
        self.schema.app = application

    def run(self, per_operation: int, number: int) -> None:
        # As Django's own test client: the connection is the test's.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        try:
            self._run(per_operation, number)
        finally:
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)

    def _run(self, per_operation: int, number: int) -> None:
        for found in self.schema.get_all_operations():
            operation = found.ok()
            self.operations += 1
            for mode in GenerationMode:
                self._try(operation, mode, max(per_operation // 2, 1), number)

    def _try(self, operation: Any, mode: GenerationMode, count: int, number: int) -> None:
        @seed(number)
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def cases(case: Any) -> None:
            self._send(case)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                cases()
            except BaseException as error:
                if "Unsatisfiable" not in type(error).__name__:
                    raise

    def _send(self, case: Any) -> None:
        """A case of a record that is there, every other time; what it writes stays."""
        parts = case.path_parameters or {}
        noun = case.path.removeprefix("/api/v1/").partition("/")[0]
        if "pk" in parts and noun in self.there and sum(self.statuses.values()) % 2:
            case.path_parameters = {**parts, "pk": self.there[noun]}
        with transaction.atomic():
            response = case.call(headers=self.headers)
        self.statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)
