"""What lies in the Debian package: what Debian's own checker says, and every document that something in it names."""

import gzip
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from debian_package import BUILD, build_package

DOCUMENTS = "usr/share/doc/glisson"


def messages():
    """What the program may say: the texts in its source."""
    for room in ("config", "dicom", "engine", "server", "storage"):
        for file in (BUILD.parent / room).rglob("*.cpp"):
            code = re.sub(r"^\s*//.*$", "", file.read_text(), flags=re.M)
            code = re.sub(r'"\s*\n\s*"', "", code)  # Texts that are continued on the next line.
            yield from re.findall(r'"(?:[^"\\\n]|\\.)*"', code)
    for file in (BUILD.parent / "server/web/pages/src").rglob("*.ts*"):
        yield file.read_text()


class PackageContent(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="glisson-package."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def unpack(self):
        root = self.folder / "root"
        subprocess.run(["dpkg-deb", "-x", build_package(self.folder), root], check=True)
        return root

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed")
    def test_lintian_has_nothing_to_object_to(self):
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", build_package(self.folder)],
                              capture_output=True, text=True, timeout=200)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_documents_that_messages_alerts_and_pages_name_are_there(self):
        root = self.unpack()
        texts = list(messages())
        for file in ("etc/glisson/glisson.toml", "usr/lib/systemd/system/glisson.service",
                     *(f"{DOCUMENTS}/deploy/monitoring/{name}" for name in ("alerts.yml", "dashboard.json", "prometheus.yml"))):
            texts.append((root / file).read_text())
        for page in (root / "usr/share/man").rglob("*.gz"):
            texts.append(gzip.decompress(page.read_bytes()).decode().replace("\\-", "-"))
        named = {name.replace("//", "") for text in texts for name in re.findall(r"[\w./-]*\w\.md\b", text)}
        self.assertLessEqual({f"/{DOCUMENTS}/docs/{name}.md" for name in ("tls", "operations", "README")}, named)
        for name in named:
            self.assertTrue(name.startswith("/"), f"{name}: where is it on a host with the package?")
            self.assertTrue((root / name[1:]).exists(), f"{name} is named and not in the package")

    def test_links_between_the_pages_hold(self):
        folder = self.unpack() / DOCUMENTS
        source = BUILD.parent
        links = 0
        for page in folder.rglob("*.md"):
            for link in re.findall(r"\]\(<?([^)\s>#]+)", page.read_text()):
                if re.match(r"\w+:", link):
                    continue
                links += 1
                place = (page.parent / link).resolve().relative_to(folder)
                # The walk with one study is for those who have the source.
                in_source = page.name == "walkthrough.md" and (source / place).exists()
                self.assertTrue((folder / place).exists() or in_source, f"{page.relative_to(folder)}: {link}")
        self.assertGreater(links, 100)


if __name__ == "__main__":
    unittest.main()
