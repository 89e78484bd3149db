"""What is asked about a website of the company."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WebsiteForm(forms.Form):
    domain = forms.CharField(label=_("Domain"), max_length=253, help_text=_("Such as example.com."))
