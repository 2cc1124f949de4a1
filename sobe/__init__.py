"""State of Brain Emulation 2025, the executable edition."""

from pathlib import Path

__version__ = "0.1.0"
#: The folder of the checkout.
ROOT = Path(__file__).resolve().parents[1]
