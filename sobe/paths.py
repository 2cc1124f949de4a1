"""Where the checkout is."""

from pathlib import Path

#: The folder of the checkout.
ROOT = Path(__file__).resolve().parents[1]
