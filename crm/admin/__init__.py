"""The models of customers and sales in the admin panel."""

from crm.admin import quotes, records

__all__ = ["quotes", "records"]
