"""State of Brain Emulation 2025, the executable edition."""

__version__ = "0.1.0"
