"""Reading text aloud: from what is written to what is said, and into pieces a voice can say in one breath."""

from likeness.speak.normalise.sentences import sentences
from likeness.speak.normalise.spoken import spoken

__all__ = ["sentences", "spoken"]
