"""The pipeline: a plan of requests carried through all stages by identical workers."""

from apigen.pipeline.pipeline import Pipeline
from apigen.pipeline.progress import Monitor, Progress

__all__ = ["Monitor", "Pipeline", "Progress"]
