"""The OpenAPI document: made from the models, checked against the examples and against what is served."""

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway.orders.menus.schema import menu_schema
from gateway.pos.call_message import MESSAGES
from gateway.pos.examples import examples
from gateway.pos.openapi import OPERATIONS, document

DOCUMENT = document("1.0", dict(menu_schema()))


def validator(name: str) -> Draft202012Validator:
    """For one schema of the document; references lead into the document."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]})


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_the_example_of_each_message_holds_to_its_schema_and_its_model(name: str) -> None:
    kind, example = MESSAGES[name], examples()[name]
    validator(kind.__name__).validate(example)
    assert kind.model_validate(example).model_dump(mode="json") == example
    body = DOCUMENT["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]
    assert body == {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}, "example": example}
    assert example["data"]["version"] == 1


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_message_without_its_order_or_its_call_does_not(name: str) -> None:
    broken = json.loads(json.dumps(examples()[name]))
    del broken["data"]["restaurant"]
    assert not validator(MESSAGES[name].__name__).is_valid(broken)


def test_every_schema_is_one_and_every_reference_leads_somewhere() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    named = set(DOCUMENT["components"]["schemas"])
    assert {ref.rpartition("/")[2] for ref in references(DOCUMENT)} <= named


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for value in node.values() for ref in references(value)]
    return [ref for value in node for ref in references(value)] if isinstance(node, list) else []


def test_every_operation_is_in_it_with_its_parameters_and_errors() -> None:
    operations = {
        (method, path): operation
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }
    assert {operation["operationId"] for operation in operations.values()} == {one.name for one in OPERATIONS}
    for (_, path), operation in operations.items():
        named = {parameter["name"] for parameter in DOCUMENT["paths"][path]["parameters"]}
        assert {part.strip("{}") for part in path.split("/") if part.startswith("{")} == named
        assert {"200", "401", "413", "503"} <= operation["responses"].keys()


def test_the_menu_that_may_be_put_is_described_by_its_own_schema() -> None:
    put = DOCUMENT["paths"]["/pos/v1/restaurants/{restaurant}/menu"]["put"]
    assert put["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Menu"}
    menu = json.loads(files("gateway").joinpath("restaurants/casa-verde/menu.json").read_text())
    validator("Menu").validate(menu)
    menu["items"][0]["category"] = 7
    assert not validator("Menu").is_valid(menu)
