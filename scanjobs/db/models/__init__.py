"""The tables. Rows stay in this room; what leaves it is a frozen value of `domain`."""

from scanjobs.db.models.base import Base
from scanjobs.db.models.jobs import (
    ChordMember,
    Job,
    KeyStart,
    KeyValue,
    PausedQueue,
    Schedule,
    Worker,
)
from scanjobs.db.models.notifications import Delivery, DeliveryAttempt, DeliveryEvent, Event, Subscription
from scanjobs.db.models.reports import Report, ReportScan
from scanjobs.db.models.scans import (
    Capture,
    Cookie,
    Declaration,
    Finding,
    Gap,
    Host,
    Label,
    Observation,
    Override,
    Page,
    Scan,
    StorageItem,
)
from scanjobs.db.models.statistics import Alarm, DeliveryStatistics, JobStatistics

__all__ = [
    "Alarm",
    "Base",
    "Capture",
    "ChordMember",
    "Cookie",
    "Declaration",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryEvent",
    "DeliveryStatistics",
    "Event",
    "Finding",
    "Gap",
    "Host",
    "Job",
    "JobStatistics",
    "KeyStart",
    "KeyValue",
    "Label",
    "Observation",
    "Override",
    "Page",
    "PausedQueue",
    "Report",
    "ReportScan",
    "Scan",
    "Schedule",
    "StorageItem",
    "Subscription",
    "Worker",
]
