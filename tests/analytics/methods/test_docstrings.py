"""Docstrings: examples run, and public functions say what goes in and comes out."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import analytics.methods

MODULES = [
    module.name
    for module in pkgutil.walk_packages(analytics.methods.__path__, "analytics.methods.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_public_names_are_documented(name):
    module = importlib.import_module(name)
    for public in module.__all__:
        thing = getattr(module, public)
        wanted = ["Parameters", "Examples"] + (["Returns"] if inspect.isfunction(thing) else [])
        text = inspect.getdoc(thing) or ""
        assert [part for part in wanted if f"{part}\n---" not in text] == [], public
