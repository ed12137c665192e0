"""The best configurations of a tuning job, retrained: skill or luck."""

from smtune.retrain.carry import Carry as Carry
from smtune.retrain.model import Configuration as Configuration
from smtune.retrain.model import Repeat as Repeat
from smtune.verify.jobs import carry_out as carry_out
from smtune.verify.jobs import stop_repeats as stop_repeats
from smtune.verify.judge import judge as judge
from smtune.verify.model import Judgement as Judgement
from smtune.verify.plan import plan_verification as plan_verification
from smtune.verify.planned import VerifyOptions as VerifyOptions
from smtune.verify.planned import VerifyPlan as VerifyPlan
from smtune.verify.verify import Verified as Verified
from smtune.verify.verify import verified as verified
from smtune.verify.verify import verify_best as verify_best
