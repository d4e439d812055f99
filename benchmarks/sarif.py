"""How long writing 5,000 results takes in every format.

python benchmarks/sarif.py
"""

import time

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.findings import Finding, Location, Related
from db_sage_lint.operations import Name
from db_sage_lint.report import Report
from db_sage_lint.reporters import FORMATS, Look, render
from db_sage_lint.rules import load
from db_sage_lint.script import whole

RESULTS = 5000


def report() -> Report:
    """Findings with an effect and an earlier statement each, in fifty files."""
    made = whole("migrations/0001_tables.sql", b"CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);\n")
    earlier = Related(Location(made, 0, 19, 0, 58), "created here")
    findings = []
    statement = b"ALTER TABLE orders DROP COLUMN total_%06d;\n"
    length = len(statement % 0) - 1
    for file in range(50):
        numbers = range(RESULTS // 50)
        script = whole(f"migrations/{file + 2:04}_drop.sql", b"".join(statement % number for number in numbers))
        for number in numbers:
            start = number * (length + 1)
            findings.append(
                Finding(
                    rule="column-dropped",
                    severity="warning",
                    message=f"total_{number:06} is dropped",
                    location=Location(script, start, start + length, start, start + length),
                    related=(earlier,),
                    effects=(Effect(Name("orders", "public"), Lock.ACCESS_EXCLUSIVE),),
                )
            )
    return Report(findings=findings, files=51, statements=RESULTS + 1)


def main() -> None:
    given, rules = report(), load()
    for name in FORMATS:
        start = time.perf_counter()
        size = len(render(name, given, rules, Look()))
        print(f"{name:8} {time.perf_counter() - start:6.2f} s  {size / 1e6:5.1f} MB")


if __name__ == "__main__":
    main()
