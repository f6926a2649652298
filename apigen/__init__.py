"""apigen turns collections of executable APIs into verified function-calling datasets (APIGen, arXiv 2406.18518)."""

__version__ = "0.1.0"

__all__ = ["__version__"]
