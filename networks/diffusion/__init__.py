"""Diffusion: how noise is added, and the two ways to take it away again."""

from networks.diffusion.noise import SCHEDULES, NoiseSchedule, ScheduleName
from networks.diffusion.samplers import Guidance, denoise, sampling_times

__all__ = [
    "SCHEDULES",
    "Guidance",
    "NoiseSchedule",
    "ScheduleName",
    "denoise",
    "sampling_times",
]
