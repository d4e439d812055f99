"""One line a finding, as compilers print them: path:line:column: severity rule message."""

from db_sage_lint.report import Report
from db_sage_lint.reporters import Look, words
from db_sage_lint.reporters.excerpt import harmless
from db_sage_lint.reporters.places import region
from db_sage_lint.rules import Rules


def render(report: Report, rules: Rules, look: Look) -> str:
    """A line for every finding and a closing one; nothing where there is nothing to say."""
    if look.statistics:
        said = [words.statistics(report, {rule.id: rule.title for rule in rules.values()})]
    else:
        said = []
        for finding in report.findings:
            place = region(finding.location)
            path, message = harmless(finding.location.script.path), harmless(finding.message)
            said.append(f"{path}:{place.line}:{place.column}: {finding.severity} {finding.rule} {message}\n")
    if look.summary and (report.findings or report.not_analysed):
        said.append(words.summary(report) + "\n")
    return "".join(said)
