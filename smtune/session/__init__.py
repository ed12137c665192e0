"""AWS and this machine are peers behind one seam, a boto3.Session. This is the only package that knows both."""

from smtune.session.connect import connect as connect
from smtune.session.connect import find_session as find_session
from smtune.session.connect import renewed as renewed
from smtune.session.peers import announce as announce
from smtune.session.peers import is_archived as is_archived
from smtune.session.peers import is_local as is_local
from smtune.session.peers import locate as locate
from smtune.session.peers import register_programs as register_programs
from smtune.session.place import configuration_of as configuration_of
from smtune.session.place import site_of as site_of
