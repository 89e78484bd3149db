"""The models of customers and sales in the admin panel."""

from crm.admin import lifecycle, quotes, records

__all__ = ["lifecycle", "quotes", "records"]
