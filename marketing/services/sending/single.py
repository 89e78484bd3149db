"""Messages beside campaigns, one at a time: tests, and questions whether somebody agrees."""

from django.conf import settings

from marketing.queries.message_options import options
from marketing.services.sending.lines import Answer, Line, open_line
from marketing.services.sending.mime import Mail, Sender
from marketing.services.sending.pace import mail_settings


def line_as_set() -> Line:
    """The way that Settings › Sending e-mail say; it connects with its first message."""
    return open_line(mail_settings())


def hand_over(mail: Mail) -> Answer:
    """One message by a line of its own."""
    line = line_as_set()
    try:
        return line.hand_over(mail)
    finally:
        line.close()


def sender_of_installation() -> Sender:
    """From whom messages of the product itself are."""
    address = settings.DEFAULT_FROM_EMAIL
    name, _sign, rest = address.partition("<")
    return Sender(name.strip() if rest else "", (rest or address).rstrip("> "))


def sender_of_company() -> Sender:
    """From whom messages to customers are that belong to no campaign."""
    said = options()
    if said.sender_address:
        return Sender(said.sender_name, said.sender_address, said.reply_to)
    own = sender_of_installation()
    return Sender(own.name, own.address, said.reply_to)
