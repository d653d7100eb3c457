"""Requests made up from the API's own description: no crash, no answer the description does not know.

``FUZZ_EXAMPLES`` says how many per operation; a few by default, a thousand before a release.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from running_gateway import Running, person, running
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "4"))
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(person(tmp_path_factory.mktemp("home") / "Likeness")) as started:
        yield started


def test_made_up_requests_never_break_it(gateway: Running) -> None:
    described = httpx.get(f"{gateway.url}/openapi.json", trust_env=False).json()
    schema = schemathesis.openapi.from_dict(described)
    schema.config.update(base_url=gateway.url)
    headers = {"Authorization": f"Bearer {gateway.key}"}
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(headers=headers, checks=list(CHECKS), timeout=30)

        check()
    assert tried >= EXAMPLES
    assert httpx.get(f"{gateway.url}/health", trust_env=False).status_code == 200
