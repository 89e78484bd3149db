"""Lists: one mechanism for columns, search, filters, sort and keyset pages, declared per object."""

from core.lists.definition import Column, Filter, ListDefinition, Sort
from core.lists.keyset import Page
from core.lists.state import ListState, list_context

__all__ = ["Column", "Filter", "ListDefinition", "ListState", "Page", "Sort", "list_context"]
