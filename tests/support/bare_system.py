"""The file system of a host that has certain Debian packages, what they depend on, and no others: made of this machine's
files, as its dpkg knows them."""

import os
import pathlib
import re
import subprocess

# What maintainer scripts made when these packages were installed, and no package lists.
MADE_BY_SCRIPTS = ["etc/passwd", "etc/shadow", "etc/group", "etc/gshadow", "etc/nsswitch.conf", "etc/ld.so.cache", "etc/shells",
                   "etc/hosts", "etc/pam.d", "etc/alternatives", "var/lib/dpkg/alternatives", "var/lib/dpkg/diversions",
                   "var/lib/dpkg/statoverride"]
# No program needs them, and there are many.
LEFT_OUT = re.compile(r"usr/share/(doc|man|info|locale|lintian)/.")


class Packages:
    """Those that are installed here."""

    def __init__(self):
        self.paragraphs, self.providers = {}, {}
        for paragraph in pathlib.Path("/var/lib/dpkg/status").read_text().split("\n\n"):
            fields = dict(re.findall(r"^([\w-]+): ?(.*)$", paragraph, re.M))
            if fields.get("Status", "").endswith(" installed"):
                self.paragraphs[fields["Package"]] = (paragraph, fields)
                for provided in [fields["Package"], *names(fields.get("Provides", ""))]:
                    self.providers.setdefault(provided, []).append(fields["Package"])

    def with_what_they_need(self, wanted):
        """These, the essential ones, and all that they depend on; of alternatives the first that is here."""
        waiting = [*wanted, *(name for name, (_, fields) in self.paragraphs.items() if fields.get("Essential") == "yes")]
        found = set()
        while waiting:
            alternatives = names(waiting.pop().replace("|", ","))
            package = next((self.providers[name][0] for name in alternatives if name in self.providers), None)
            assert package, f"none of {alternatives} is installed here"
            if package not in found:
                found.add(package)
                fields = self.paragraphs[package][1]
                for kind in ("Depends", "Pre-Depends"):
                    waiting += [dependency for dependency in fields.get(kind, "").split(",") if dependency.strip()]
        return sorted(found)


def names(relations):
    """Names of packages, without versions and architectures."""
    return [re.split(r"[\s(:]", name.strip())[0] for name in relations.split(",") if name.strip()]


def make_bare_system(root, wanted):
    """Fills an empty folder."""
    installed = Packages()
    packages = installed.with_what_they_need(wanted)
    listed = subprocess.run(["dpkg-query", "-L", *packages], capture_output=True, text=True, check=True).stdout
    files = {line[1:] for line in listed.splitlines() if line.startswith("/") and len(line) > 1 and line != "/."}
    files |= {str(path)[1:] for package in packages for pattern in (f"{package}.*", f"{package}:*.*")
              for path in pathlib.Path("/var/lib/dpkg/info").glob(pattern)} | {"var/lib/dpkg/info/format"}
    for made in MADE_BY_SCRIPTS:
        files |= {made} | {str(path)[1:] for path in pathlib.Path("/", made).rglob("*")}
    # Where /lib is a link to /usr/lib, it has to be there before what is listed below it.
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        if os.path.islink(f"/{name}"):
            (root / os.readlink(f"/{name}")).mkdir(parents=True, exist_ok=True)
            (root / name).symlink_to(os.readlink(f"/{name}"))
            files.discard(name)
    files = sorted(file for file in files if os.path.lexists(f"/{file}") and not LEFT_OUT.match(file))
    packing = subprocess.Popen(["tar", "-C", "/", "--no-recursion", "--null", "-T", "-", "-c"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    unpacking = subprocess.Popen(["tar", "-C", root, "--keep-directory-symlink", "-x"], stdin=packing.stdout)
    packing.stdin.write("\0".join(files).encode())
    packing.stdin.close()
    assert packing.wait() == 0 and unpacking.wait() == 0
    (root / "var/lib/dpkg/status").write_text("\n\n".join(installed.paragraphs[name][0] for name in packages) + "\n")
    for accounts in ("passwd", "shadow", "group", "gshadow"):
        lines = (root / "etc" / accounts).read_text().splitlines(keepends=True)
        (root / "etc" / accounts).write_text("".join(line for line in lines if not line.startswith("glisson:")))
    (root / "etc/machine-id").write_text("")
    for folder in ("dev", "proc", "sys", "run", "tmp", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"):
        (root / folder).mkdir(parents=True, exist_ok=True)
