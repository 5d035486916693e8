"""Open Soniq with a FastAPI application and close it with it: Starlette's lifespan is FastAPI's."""

from soniq.integrations.starlette import lifespan

__all__ = ["lifespan"]
