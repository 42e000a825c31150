"""Holds JSON documents to JSON Schemas, with Debian's python3-jsonschema:

    validate.py SCHEMA FILE...           ends with 0 when all are as the schema says, else with 1, and says what is wrong
    validate.py --none SCHEMA FILE...    ends with 0 when none is, else with 1, and names those that are

The schema's own draft is the one that counts, and the schema has to be a valid one. A key that stands twice is a
fault of the document.
"""
import json
import sys

import jsonschema


def once(pairs):
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key stands twice: " + ", ".join(key for key, _ in pairs))
    return record


def faults(validator, file):
    try:
        with open(file, encoding="utf-8") as source:
            document = json.load(source, object_pairs_hook=once)
    except ValueError as fault:
        return [str(fault)]
    found = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
    return [f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in found]


def main(*words):
    none = words[0] == "--none"
    schema_file, *files = words[1:] if none else words
    with open(schema_file, encoding="utf-8") as source:
        schema = json.load(source)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)
    status = 0
    for file in files:
        found = faults(validator, file)
        for fault in found:
            print(f"{file} {fault}", file=sys.stdout if none else sys.stderr)
        if none and not found:
            print(f"{file} has no fault", file=sys.stderr)
        if none == (not found):
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
