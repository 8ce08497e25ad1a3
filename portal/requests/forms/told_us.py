"""The staff's form for what an applicant told us elsewhere than on the website."""

from flask_wtf import FlaskForm

from portal.requests.commands.relaying import Told, may_tell
from portal.requests.forms.registering import CHANNELS
from portal.requests.intake import Channel
from portal.requests.lifecycle import Status
from portal.web.fields import DatePartsField, OneOfField, ParagraphField, options


class ToldUsForm(FlaskForm):  # type: ignore[misc]  # it publishes no types
    """What they told us, how, on which day, and in which words."""

    told = OneOfField("What did they tell us?", choices=[], missing="Select what they told us")
    channel = OneOfField(
        "How did they tell us?", choices=options(CHANNELS), missing="Select how they told us"
    )
    told_on = DatePartsField("Which day did they tell us?", subject="day they told us")
    words = ParagraphField(
        "What did they say or write?",
        missing="Enter what they said or wrote",
        at_most=4000,
        subject="What they said",
    )

    def __init__(self, status: Status) -> None:
        super().__init__()
        self.told.choices = options({told.value: told.label for told in may_tell(status)})

    def to_told(self) -> Told:
        """What they told us. Only of a form that was found right."""
        return Told(self.told.data)

    def to_channel(self) -> Channel:
        """How it came. Only of a form that was found right."""
        return Channel(self.channel.data)
