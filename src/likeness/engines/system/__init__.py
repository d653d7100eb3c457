"""Voices that the machine brings along: macOS ``say``, espeak-ng, and what pyttsx3 drives."""
