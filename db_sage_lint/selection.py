"""Which rules run: the settings' names against the rules that there are."""

from collections.abc import Iterator, Mapping

import msgspec

from db_sage_lint.config import Config
from db_sage_lint.errors import UserError, nearest
from db_sage_lint.rules import Rule

ALL = "ALL"


def enabled(config: Config, rules: Mapping[str, Rule]) -> frozenset[str]:
    """The ids of the rules that the settings ask for.

    Raises UserError for a rule or option that does not exist, naming where it was given and the nearest right name.
    """
    check_names(config, rules)
    return frozenset(rule.id for rule in rules.values() if runs(rule, config))


def runs(rule: Rule, config: Config) -> bool:
    """Whether the rule runs: by default or profile, then as its family and then as its id is selected or ignored.

    The most particular mention counts; of two alike, `ignore` does.
    """
    wanted = (*config.select, *config.extend_select)
    on = not config.select and by_default(rule, config)
    for name in (ALL, rule.family, rule.id):
        if name in config.ignore:
            on = False
        elif name in wanted:
            on = True
    return on


def by_default(rule: Rule, config: Config) -> bool:
    return "default" in rule.on or any(on.removeprefix("profile:") in config.profiles for on in rule.on)


def check_names(config: Config, rules: Mapping[str, Rule]) -> None:
    """Raises UserError for the first name in the settings that is no rule, family or option."""
    families = {rule.family for rule in rules.values()}
    known = {ALL, *families, *rules}
    for key, name in names(config):
        if name not in known:
            raise UserError(f"{where(config, key)}: there is no rule `{name}`{nearest(name, known)}")
    for key, name in (("severities", name) for name in config.severities):
        if name not in rules:
            raise UserError(f"{where(config, f'{key}.{name}')}: there is no rule `{name}`{nearest(name, rules)}")
    for name, options in config.rules.items():
        check_options(config, name, options, rules)


def names(config: Config) -> Iterator[tuple[str, str]]:
    """Every rule or family that a setting names, with the key of that setting."""
    for key, values in (("select", config.select), ("extend-select", config.extend_select), ("ignore", config.ignore)):
        yield from ((key, name) for name in values)
    for pattern, values in config.per_file_ignores.items():
        yield from ((f"per-file-ignores.{pattern}", name) for name in values)


def check_options(config: Config, name: str, options: Mapping[str, object], rules: Mapping[str, Rule]) -> None:
    """Raises UserError for options of a rule that does not have them, or of another type than their default."""
    origin = where(config, f"rules.{name}")
    if name not in rules:
        raise UserError(f"{origin}: there is no rule `{name}`{nearest(name, rules)}")
    known = rules[name].options
    for option, value in options.items():
        if option not in known:
            has = nearest(option, known) or (f"; it has {', '.join(sorted(known))}" if known else "; it has none")
            raise UserError(f"{origin}: rule {name} has no option `{option}`{has}")
        default = known[option]
        if default is not None and not same_kind(value, default):
            shown = msgspec.json.encode(default).decode()
            raise UserError(f"{origin}: option `{option}` of {name} must be of the kind of its default, {shown}")
        if isinstance(value, Mapping):
            check_table(f"{origin}: option `{option}` of {name}", value, rules[name].choices.get(option, ""))


def check_table(where: str, table: Mapping[object, object], choice: str) -> None:
    """Raises UserError for a key that isn't one of what there is to choose from, or a value that is no text."""
    for key, value in table.items():
        if not isinstance(value, str):
            raise UserError(f"{where}: `{key}` needs a message in quotes, which may be empty")
        if choice == "statements":
            from db_sage_lint.kinds import kinds

            if key not in kinds():
                raise UserError(f"{where}: there is no kind of statement `{key}`{nearest(str(key), kinds())}")


def same_kind(value: object, default: object) -> bool:
    """Whether a value can stand in for the default: a list of alike things, a number, text, a truth value."""
    if isinstance(default, list | tuple):
        if not isinstance(value, list | tuple):
            return False
        return not default or all(same_kind(item, default[0]) for item in value)
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))


def where(config: Config, key: str) -> str:
    """The origin of a setting and its key, to begin a message."""
    return f"{config.origin(key)}: `{key}`"
