"""Place one order under observation, strike where the fault says, and judge what is left."""

from soniq.lab.stage.eyes import Eyes, two_connections
from soniq.lab.stage.run import Run
from soniq.lab.stage.scene import Blow, Scene

__all__ = ["Blow", "Eyes", "Run", "Scene", "two_connections"]
