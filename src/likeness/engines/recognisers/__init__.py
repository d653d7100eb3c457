"""Recognisers: engines that hear what is said."""
