"""Secrets and personal data out of a text, replaced by what they were: ``[phone]``, ``[iban]``, ``[password]`` …"""

from likeness.write.redact.names import Names, collect
from likeness.write.redact.redactor import PLACEHOLDERS, Redacted, Redactor, scan

__all__ = ["PLACEHOLDERS", "Names", "Redacted", "Redactor", "collect", "scan"]
