"""The models of customers and sales in the admin panel."""

from crm.admin import lifetimes, quotes, records

__all__ = ["lifetimes", "quotes", "records"]
