"""Objects of sarif_om -> the tree that JSON is written from.

Its companion serializer leaves out what equals a schema default, so that `level: warning` is lost and readers fall back
to the rule's level. Here every value is written, except None and the -1 that stands for "not given" in the model.
"""

from collections.abc import Iterator

Tree = dict[str, object] | list[object] | object

PLAIN = frozenset({str, int, float, bool})


def tree(value: object) -> Tree:
    """The value with objects as dictionaries under the property names of the SARIF schema."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if isinstance(value, list):
        return [tree(item) for item in value]
    if isinstance(value, dict):
        return {key: tree(item) for key, item in value.items()}
    if kind not in PROPERTIES:
        PROPERTIES[kind] = tuple(properties(kind))
    written = {}
    for attribute, name, absent in PROPERTIES[kind]:
        given = getattr(value, attribute)
        if given is not None and given != absent:
            written[name] = tree(given)
    return written


# Of each class: attribute, property in the schema, and the number that means that it is not given.
PROPERTIES: dict[type, tuple[tuple[str, str, object], ...]] = {}


def properties(kind: type) -> Iterator[tuple[str, str, object]]:
    for attribute in kind.__attrs_attrs__:  # type: ignore[attr-defined]
        absent = attribute.default if attribute.default == -1 else None
        yield attribute.name, attribute.metadata["schema_property_name"], absent
