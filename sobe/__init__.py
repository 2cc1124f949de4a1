"""State of Brain Emulation 2025, the executable edition."""
