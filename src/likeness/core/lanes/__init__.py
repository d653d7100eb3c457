"""Engines that hold a model live in worker processes of their own, which can be killed, restarted and accounted for."""

from likeness.core.lanes.pool import Lanes, LaneSpeaker, LaneStatus, LaneWriter

__all__ = ["LaneSpeaker", "LaneStatus", "LaneWriter", "Lanes"]
