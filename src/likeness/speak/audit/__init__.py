"""The audit of a person's recordings: every clip measured, what is wrong with it, what to record again."""

from likeness.speak.audit.judge import judged
from likeness.speak.audit.model import Audit, ClipAudit, Coverage, Fault, Mark, Measured
from likeness.speak.audit.run import audit, audit_folder, load_audit

__all__ = [
    "Audit",
    "ClipAudit",
    "Coverage",
    "Fault",
    "Mark",
    "Measured",
    "audit",
    "audit_folder",
    "judged",
    "load_audit",
]
