"""Writes one report of a stored scan, as a worker's child does it: how long it took, and what it needed.

    SCANJOBS_HOME=FOLDER python benchmarks/report_job.py SCAN FORMAT

Prints one JSON object: seconds from the accepted job to the recorded file, peak memory in MB, size in bytes.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from scanjobs import config
from scanjobs.domain.ids import new_id
from scanjobs.reports.accept import accept_report
from scanjobs.reports.generate import generate_report


def main() -> None:
    """Write it and tell."""
    scan_id, format = sys.argv[1:3]
    settings, job_id = config.current(), new_id()
    accept_report(settings, job_id, scan_id, format)
    started = time.perf_counter()
    result = generate_report(settings, job_id, lambda percent, phase: None)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "size": result["size"]}))


if __name__ == "__main__":
    main()
