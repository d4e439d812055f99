from db_sage_lint.expressions import functions
from db_sage_lint.operations import Name, Type


def test_the_module_is_what_its_generator_writes(urls_of_every_version: list[str]) -> None:
    from generate_builtins import MODULE, module

    assert module(urls_of_every_version) == MODULE.read_text(encoding="utf-8")


def volatilities(name: str, *types: str) -> str:
    overloads = functions.of_server(Name(name))
    return "".join(sorted({o.volatility for o in functions.matching(overloads, [Type(t) for t in types])}))


def test_functions_of_the_server() -> None:
    (now,) = functions.of_server(Name("now", "pg_catalog"))
    assert (now.volatility, now.result) == ("s", Type("timestamptz"))
    assert functions.of_server(Name("now", "public")) == ()
    assert volatilities("uuidv7") == "v"
    assert functions.of_server(Name("regexp_match"))[0].result == Type("text", dimensions=1)


def test_overloads_are_told_apart_by_types() -> None:
    assert volatilities("date_trunc", "unknown", "timestamp") == "i"
    assert volatilities("date_trunc", "unknown", "timestamptz") == "s"
    assert volatilities("date_trunc", "unknown", "date") == "s"
    assert volatilities("extract", "unknown", "date") == "i"
    assert volatilities("to_tsvector", "unknown", "text") == "i"
    assert volatilities("to_tsvector", "varchar") == "s"
    assert volatilities("length", "varchar") == "i"


def test_an_argument_of_unknown_type_leaves_all_that_fit() -> None:
    overloads = functions.of_server(Name("date_trunc"))
    assert {o.volatility for o in functions.matching(overloads, [Type("unknown"), None])} == {"i", "s"}


def test_functions_of_extensions_are_found_in_any_schema() -> None:
    assert functions.of_extension(Name("uuid_generate_v4", "extensions"))[0].volatility == "v"
    assert functions.of_extension(Name("uid", "auth"))[0].volatility == "s"
    assert functions.of_extension(Name("uid")) == ()
    assert functions.of_extension(Name("no_such_function")) == ()


def test_aggregates_and_functions_that_take_null() -> None:
    assert {"count", "row_number", "string_agg"} <= functions.aggregates()
    assert {"concat", "format"} <= functions.not_strict()
    assert not {"lower", "now"} & functions.not_strict()
