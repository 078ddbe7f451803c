"""Stories that are played in a browser (tests/web), with the packages that they need."""

import os
import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).parent.parent / "web"


def browser_is_at_hand():
    return shutil.which("node") and pathlib.Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")).exists()


def install_stories():
    """The folder of the stories: beside the build, not in the source; packages exactly those of package-lock.json."""
    stories = pathlib.Path(os.environ["GLISSON_BINARY"]).parent / "web-stories"
    shutil.copytree(SOURCE, stories, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=stories, check=True,
                   capture_output=True)
    return stories
