"""What more training rows would bring: the best configuration, trained on parts of its own rows."""

from smtune.growth.grow import Grown as Grown
from smtune.growth.grow import carry_out as carry_out
from smtune.growth.grow import grow as grow
from smtune.growth.grow import grown as grown
from smtune.growth.grow import stop_trainings as stop_trainings
from smtune.growth.judge import judge as judge
from smtune.growth.model import Growth as Growth
from smtune.growth.model import Point as Point
from smtune.growth.options import GrowthOptions as GrowthOptions
from smtune.growth.plan import growth_plan as growth_plan
from smtune.growth.planned import GrowthPlan as GrowthPlan
from smtune.retrain.carry import Carry as Carry
