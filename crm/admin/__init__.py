"""The models of customers and sales in the admin panel."""

from crm.admin import customer_segments, lifecycle, lifetimes, quotes, records

__all__ = ["customer_segments", "lifecycle", "lifetimes", "quotes", "records"]
