"""A spec's search on an objective that costs nothing, in seconds: what it would do, before it is paid for."""

from smtune.simulate.model import Simulation as Simulation
from smtune.simulate.objective import Objective as Objective
from smtune.simulate.objective import read_objective as read_objective
from smtune.simulate.play import Scene as Scene
from smtune.simulate.play import simulate as simulate
