"""Secrets and personal data out of a text, replaced by what they were: ``[phone]``, ``[iban]``, ``[password]`` …"""

from likeness.write.redact.redactor import PLACEHOLDERS, Redacted, Redactor, scan

__all__ = ["PLACEHOLDERS", "Redacted", "Redactor", "scan"]
