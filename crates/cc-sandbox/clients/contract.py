"""Sends requests that the specification allows, and requests that it does not, and validates each answer against it.

A client of run.mjs: it finds the sandbox in SANDBOX_URL, takes the bundled specification as its argument, and writes a line of JSON for
each operation. The validator is Schemathesis, which shares no code with the sandbox.
"""

import json
import os
import random
import sys
import urllib.request

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi

URL = os.environ["SANDBOX_URL"].rstrip("/")
CASES = int(os.environ.get("CONTRACT_CASES", "4"))
CHECKS = [
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
]

# Routes that go on to whatever path follows, and streams, which have no end.
LEFT_OUT = {"passthrough"}


def read(path):
    with urllib.request.urlopen(URL + path, timeout=10) as answer:
        return json.load(answer)


def known_ids():
    """Values of path parameters that lead to resources of the sandbox."""
    sandbox = read("/_sandbox")
    ids, token = sandbox["ids"], sandbox["credentials"]["apiToken"]
    addons = [*ids["addons"].values(), *ids.get("realAddons", {}).values()]
    known = {
        "ownerId": [ids["organisation"]],
        "addonId": addons,
        "applicationId": [ids["application"]],
        "resourceId": [ids["application"], *addons],
        "drainId": [ids["drain"]],
        "invoiceNumber": [ids["invoice"]],
        "addonProviderId": [ids["provider"]],
        "consumerKey": [ids["consumer"]],
    }
    return known, token


def streams(operation):
    responses = operation.definition.raw.get("responses", {}).values()
    return any("text/event-stream" in response.get("content", {}) for response in responses)


def problems_of(operation, known, token):
    problems = []
    chosen = random.Random(operation.label)

    @seed(0)
    @settings(
        max_examples=CASES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def trial(case):
        for name in case.path_parameters or {}:
            if name in known and chosen.random() < 0.85:
                case.path_parameters[name] = chosen.choice(known[name])
        answer = case.call(base_url=URL, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        if answer.status_code == 101:
            return
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                words = " ".join(str(failure).replace("Schema:", "").split())
                problems.append(f"status {answer.status_code}: {words[:200]}")

    trial()
    return sorted(set(problems))


def main():
    schema = schemathesis.openapi.from_path(sys.argv[1])
    known, token = known_ids()
    only = sys.argv[2:]
    for found in schema.get_all_operations():
        operation = found.ok()
        tags = operation.definition.raw.get("tags", [])
        if streams(operation) or LEFT_OUT.intersection(tags) or (only and not any(word in operation.path for word in only)):
            continue
        step = operation.definition.raw.get("operationId", operation.label)
        try:
            problems = problems_of(operation, known, token)
        except Exception as error:
            problems = [f"the operation could not be tried: {type(error).__name__}: {' '.join(str(error).split())[:200]}"]
        print(json.dumps({"client": "contract", "step": step, "problems": problems}), flush=True)


main()
