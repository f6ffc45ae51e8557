"""The same rows written as CSV or JSON by one contestant, in a process of its own.

    python benchmarks/sheet_contestants.py NAME FORMAT ROWS FILE

The rows lie in memory before the clock starts. Prints one JSON object: seconds, peak memory in MB, bytes.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def ours(format: str, count: int, path: Path) -> Callable[[], None]:
    """The renderer of the report."""
    from made_up_scan import THE_MOMENT, scan_of

    from scanjobs import __version__
    from scanjobs.domain.ids import new_id
    from scanjobs.domain.reports import ReportFormat, ReportRecord
    from scanjobs.reports.document import build_document
    from scanjobs.reports.formats import renderer_for

    scan = scan_of(count)
    record = ReportRecord(
        id=new_id(), scan_id=scan.id, job_id=new_id(), format=ReportFormat(format), path=str(path),
        created_at=THE_MOMENT, written_at=None, size=None, sha256=None,
    )  # fmt: skip
    document = build_document(scan, record, tool_version=__version__)
    renderer = renderer_for(record.format)

    def write() -> None:
        with path.open("wb") as file:
            renderer.render(document, file, lambda percent, phase: None)

    return write


def pandas(format: str, count: int, path: Path) -> Callable[[], None]:
    """A frame of as many columns with such texts."""
    from pandas import DataFrame

    columns = 31
    frame = DataFrame(
        {f"column{place}": [f"text {at % 500}" for at in range(count)] for place in range(columns)}
    )
    if format == "csv":
        return lambda: frame.to_csv(path, index=False)
    return lambda: frame.to_json(path, orient="records", indent=2)


def main() -> None:
    """Write once and tell."""
    name, format, count, target = sys.argv[1:5]
    path = Path(target)
    write = {"scanjobs": ours, "pandas": pandas}[name](format, int(count), path)
    started = time.perf_counter()
    write()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "size": path.stat().st_size}))


if __name__ == "__main__":
    main()
