"""Reading, checking and compiling packs from YAML, and testing them. Only this package imports ruamel and jsonschema."""
