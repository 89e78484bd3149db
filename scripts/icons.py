"""Build static/img/icons.svg, the sprite of the icons named in static/img/icons.json.

python -m scripts.icons            download Tabler Icons, check, write the sprite (needs npm)
python -m scripts.icons --check    compare the names in the sprite with the list (offline)

To add an icon: add its name (https://tabler.io/icons, outline style) to the list, run, commit.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TypedDict

from scripts.vendor import Package, download, extract, report

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
LIST = "icons.json"
SPRITE = "icons.svg"
SHAPE = re.compile(r"<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*/>")
BLANK = 'd="M0 0h24v24H0z"'  # Tabler's invisible bounding box
SYMBOL_NAME = re.compile(r'<symbol id="i-([a-z0-9-]+)"')


class IconList(TypedDict):
    package: Package
    icons: list[str]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="verify offline, change nothing")
    if parser.parse_args(arguments).check:
        return report(find_problems(IMAGES))
    refresh(IMAGES)
    return 0


def refresh(folder: Path) -> None:
    wanted = read_list(folder)
    sources = {f"icons/outline/{name}.svg": name for name in sorted(wanted["icons"])}
    drawings = extract(download(wanted["package"]), sources)
    symbols = "".join(symbol(name, svg.decode()) for name, svg in drawings.items())
    (folder / SPRITE).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{credit(wanted["package"])}{symbols}</svg>\n'
    )


def symbol(name: str, svg: str) -> str:
    shapes = "".join(shape for shape in SHAPE.findall(svg) if BLANK not in shape)
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{shapes.replace(" />", "/>")}</symbol>\n'


def credit(package: Package) -> str:
    return f"<!-- Tabler Icons {package['version']}, {package['licence']} licence -->\n"


def find_problems(folder: Path) -> list[str]:
    listed = set(read_list(folder)["icons"])
    drawn = set(SYMBOL_NAME.findall((folder / SPRITE).read_text()))
    problems = [f"{name} is listed but not drawn in {SPRITE}" for name in sorted(listed - drawn)]
    return problems + [f"{name} is drawn but not in {LIST}" for name in sorted(drawn - listed)]


def read_list(folder: Path) -> IconList:
    content: IconList = json.loads((folder / LIST).read_text())
    return content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
