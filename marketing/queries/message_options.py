"""How the company writes to people, as its options say; what nobody has said is as shipped."""

from marketing.models import MarketingOptions


def options() -> MarketingOptions:
    return MarketingOptions.objects.filter(pk=1).first() or MarketingOptions(pk=1)
