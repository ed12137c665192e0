"""A tuning job's report as one file that needs nothing else: HTML with drawn charts, Markdown or JSON.

`gather_report(session, job) -> ReportData`, and from that `to_html`, `to_markdown`, `to_json`. The package is not
called `report`, because `smtune.report` is a function.
"""

from smtune.reporting.as_json import to_json as to_json
from smtune.reporting.gather import gather_report as gather_report
from smtune.reporting.html import to_html as to_html
from smtune.reporting.markdown import to_markdown as to_markdown
from smtune.reporting.model import Bar as Bar
from smtune.reporting.model import ReportData as ReportData
from smtune.reporting.write import FORMATS as FORMATS
from smtune.reporting.write import format_of as format_of
from smtune.reporting.write import rendered as rendered
