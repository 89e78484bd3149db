"""The admin panel under /admin/: every model, for administrators, through one base class.

Reading is free; what a service owns is written by that service or not here at all. `PanelAdmin`
(core.admin.base) is what every model is registered with, `PanelSite` (core.admin.site) decides who
enters and under which policy a page is shown.
"""
