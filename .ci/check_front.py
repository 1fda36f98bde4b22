"""Checks files of the format front.json by their schema: check_front.py SCHEMA FILE..."""

import json
import sys


def main():
    try:
        import jsonschema
    except ImportError:
        print("skipped: no jsonschema to check front.json by")
        return
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failures = checked = 0
    for path in filter(None, sys.argv[2:]):
        with open(path, encoding="utf-8") as file:
            front = json.load(file)
        # Reports that were written by earlier versions are what they were.
        if front["format"] != schema["properties"]["format"]["const"]:
            continue
        checked += 1
        for error in list(validator.iter_errors(front))[:5]:
            failures += 1
            print(f"{path}: {error.json_path}: {error.message[:300]}")
    print(f"{checked} front.json checked by the schema, {failures} failures")
    sys.exit(1 if failures or not checked else 0)


if __name__ == "__main__":
    main()
