"""What the configuration tells the engine and its checks, apart from where files are and how findings are shown."""

from collections.abc import Mapping

from msgspec import Struct

from db_sage_lint.operations import Name
from db_sage_lint.rules import Rules


class Settings(Struct, frozen=True, kw_only=True):
    """`pg` is the oldest server version that the migrations have to run on (13 to 18).

    `rules` are those that run, `options` the configured values by rule and option. `profiles` are "supabase",
    "multi-tenant", "strict", "online". `private_schemas` hold what no session but the migrations uses. `rows` counts
    the rows of tables, from a statistics file. `complete_history` says that the files create everything there is.
    `runner_settings` are run-time parameters that the runner or its role sets before a script.
    """

    pg: int = 13
    rules: Rules = {}
    options: Mapping[str, Mapping[str, object]] = {}
    profiles: frozenset[str] = frozenset()
    private_schemas: frozenset[str] = frozenset()
    rows: Mapping[Name, int] = {}
    complete_history: bool = False
    runner_settings: Mapping[str, str] = {}

    def option(self, rule: str, name: str) -> object:
        """The value of a rule's option: as configured, or its document's default."""
        configured = self.options.get(rule, {})
        return configured[name] if name in configured else self.rules[rule].options[name]
