"""Views and materialized views."""

from db_sage_lint.checks.registry import check
from db_sage_lint.checks.words import listed
from db_sage_lint.context import Context, Verdict
from db_sage_lint.operations import CreateView, SetViewOptions

# What follows from the loss of each option.
LOST = {
    "security_invoker": "it reads its tables with the rights of its owner again, past their row level security",
    "security_barrier": "functions of the caller get to see the rows it hides",
    "check_option": "rows that it doesn't show can be written through it",
}
OFF = ("false", "off", "no", "0", "f", "n")


@check
def view_replace_resets_options(op: CreateView, now: Context) -> bool | Verdict:
    view = now.db.view(op.view)
    if not op.replace or view is None:
        return False
    named = {name for name, _ in op.options} | ({"check_option"} if op.check_option else set())
    reset = {option for option, value in view.options.items() if value.lower() not in OFF} & LOST.keys()
    unnamed = reset - named
    lost = sorted(unnamed - set_again(op, now), reverse=True) if unnamed else []
    if not lost:
        return False
    set_by = view.changed or view.made
    return Verdict(
        facts={"options": listed(lost), "consequence": listed(LOST[option] for option in lost)},
        related=((set_by, f"{listed(lost)} set here, or before"),) if set_by else (),
    )


def set_again(op: CreateView, now: Context) -> set[str]:
    """The options of the view that later statements of the change set set."""
    later = (other for other in now.later_in_change_set() if isinstance(other, SetViewOptions) and other.values)
    view = now.db.resolve(op.view)
    return {name for other in later if now.db.resolve(other.view) == view for name in other.names}
