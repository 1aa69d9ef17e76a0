#!/usr/bin/env python3
"""Writes an OpenAPI document of about a given size: `large_document.py FILE MEGABYTES [VERSION]`; the ending of FILE, `.yaml` or `.json`, is
its format, and VERSION the one of OpenAPI, `3.0` or `3.1` (default).

The document has the traits of large public documents: parameters of paths and by reference, `allOf`, type lists, `~1` in references,
discriminators and schemas that contain themselves.
"""
import json
import sys


def nullable(schema, version):
    """The schema with null: a list of types, or the keyword of OpenAPI 3.0."""
    if version == "3.0":
        return {"allOf": [schema], "nullable": True} if "$ref" in schema else {**schema, "nullable": True}
    return {"anyOf": [schema, {"type": "null"}]} if "$ref" in schema else {**schema, "type": [schema["type"], "null"]}


def schema(number, version):
    name, other = f"Entity{number}", f"#/components/schemas/Entity{max(0, number - 7)}"
    properties = {
        "id": {"type": "string", "description": "The unique identifier of the entity, which never changes."},
        "displayName": nullable({"type": "string", "description": "The name that people see in lists of entities."}, version),
        "size": {"type": "integer", "format": "int64", "minimum": 0},
        "state": {"$ref": f"#/components/schemas/State{number % 50}"},
        "parent": nullable({"$ref": other}, version),
        "children": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
    }
    return name, {
        "allOf": [{"$ref": "#/components/schemas/Base"}, {"title": name, "required": ["id"], "type": "object", "properties": properties}]
    }


def item(number):
    entity = {"$ref": f"#/components/schemas/Entity{number}"}
    answer = lambda content: {"description": "Success.", "content": {"application/json": {"schema": content}}}
    errors = {"4XX": {"$ref": "#/components/responses/error"}, "5XX": {"$ref": "#/components/responses/error"}}
    return f"/collections/{{collection-id}}/group{number % 97}/entities{number}/{{entity-id}}", {
        "description": "Provides operations to manage the entities of one collection.",
        "parameters": [
            {"name": "collection-id", "in": "path", "description": "The unique identifier of the collection.", "required": True, "schema": {"type": "string"}},
            {"$ref": "#/components/parameters/entity-id"},
        ],
        "get": {
            "tags": [f"collections.group{number % 97}"], "summary": f"Get entity {number} of a collection", "operationId": f"collections.group{number % 97}.GetEntity{number}",
            "parameters": [{"name": "$select", "in": "query", "style": "form", "explode": False, "schema": {"type": "array", "items": {"type": "string"}}}],
            "responses": {"200": answer(entity), **errors},
        },
        "patch": {
            "tags": [f"collections.group{number % 97}"], "summary": f"Update entity {number} of a collection", "operationId": f"collections.group{number % 97}.UpdateEntity{number}",
            "requestBody": {"required": True, "content": {"application/json": {"schema": entity}}},
            "responses": {"200": {"$ref": f"#/paths/~1collections~1%7Bcollection-id%7D~1group{number % 97}~1entities{number}~1%7Bentity-id%7D/get/responses/200"}, **errors},
        },
    }


def document(count, version):
    states = {f"State{n}": {"type": "string", "enum": ["RUNNING", "STOPPED", f"OTHER_{n}"]} for n in range(50)}
    base = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
    return {
        "openapi": f"{version}.0", "info": {"title": "Large", "version": "1"}, "servers": [{"url": "https://example.org/v1.0"}],
        "paths": dict(item(n) for n in range(count)),
        "components": {
            "schemas": {"Base": base, **states, **dict(schema(n, version) for n in range(count))},
            "parameters": {"entity-id": {"name": "entity-id", "in": "path", "description": "The entity.", "required": True, "schema": {"type": "string"}}},
            "responses": {"error": {"description": "Failure.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Base"}}}}},
        },
    }


def yaml(value, indent, out):
    lead = "  " * indent
    pairs = value.items() if isinstance(value, dict) else ((None, entry) for entry in value)
    for key, entry in pairs:
        start = f"{lead}-" if key is None else f"{lead}{key if key.replace('-', '').isalnum() and not key.isdigit() else json.dumps(key)}:"
        if isinstance(entry, (dict, list)) and entry:
            out.append(start + "\n")
            yaml(entry, indent + 1, out)
        else:
            out.append(f"{start} {json.dumps(entry)}\n")


def text(count, is_json, version):
    if is_json:
        return json.dumps(document(count, version), separators=(",", ":"))
    out = []
    yaml(document(count, version), 0, out)
    return "".join(out)


if __name__ == "__main__":
    file, megabytes, version = (*sys.argv[1:], "3.1")[:3]
    sample = len(text(500, file.endswith(".json"), version)) / 500
    with open(file, "w") as target:
        target.write(text(int(float(megabytes) * 1e6 / sample), file.endswith(".json"), version))
