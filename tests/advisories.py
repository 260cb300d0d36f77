"""Says what is publicly known against the pinned packages, from what pip-audit wrote; run by ``make advisories``.

Where no service answered it says so and does not fail: silence is no proof.
"""

import json
import sys
from pathlib import Path


def told(report):
    """Return (lines, whether anything is known) of pip-audit's report.

    It holds {"dependencies": [{name, version, vulns: [{id, fix_versions}]} or {name, skip_reason}]}.
    """
    asked = report.get("dependencies", [])
    silent = [row["name"] for row in asked if "vulns" not in row]
    lines = [
        f"{row['name']} {row['version']}: {known['id']}, mended in {', '.join(known['fix_versions']) or 'none yet'}"
        for row in asked
        for known in row.get("vulns", ())
    ]
    known = bool(lines)
    if silent or not asked:
        lines.append(f"NOT CHECKED for advisories: no service answered for {len(silent) or 'any'} of the packages.")
    if len(asked) > len(silent):
        lines.append(f"Checked for advisories: {len(asked) - len(silent)} packages.")
    return lines, known


def main(path):
    """Print what is known; return 1 where there is something, else 0."""
    try:
        report = json.loads(Path(path).read_text())
    except (OSError, ValueError):
        report = {}
    lines, known = told(report)
    print("\n".join(lines))
    return int(known)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
