"""Lists: one mechanism for columns, conditions, search, order and keyset pages, declared per object."""

from core.lists.definition import Board, ListDefinition, RowAction, RowButtons, lists
from core.lists.keyset import Page
from core.lists.neighbours import Neighbours, neighbours
from core.lists.page import frame_context, list_context
from core.lists.state import ListState

__all__ = [
    "Board",
    "ListDefinition",
    "ListState",
    "Neighbours",
    "Page",
    "RowAction",
    "RowButtons",
    "frame_context",
    "list_context",
    "lists",
    "neighbours",
]
