from importlib import import_module

import pytest

from db_sage_lint import expressions
from db_sage_lint.expressions import _MODULE


def test_every_public_name_is_where_the_package_looks_for_it() -> None:
    assert sorted(expressions.__all__) == sorted(_MODULE)
    for name, module in _MODULE.items():
        assert getattr(expressions, name) is getattr(import_module(f"db_sage_lint.expressions.{module}"), name)


def test_other_names_are_missing() -> None:
    with pytest.raises(AttributeError, match="no attribute 'volatile'"):
        expressions.volatile  # noqa: B018 - asking is the test
