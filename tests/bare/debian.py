"""A minimal Debian 12 in a folder, and processes in it that see only it."""

import glob
import os
import re
import shutil
import subprocess
import time

from deploy.problem import Problem
from tests.results import ROOT

SUITE = "bookworm"
AUTHORITIES = "/usr/local/share/this-machine-trusts.crt"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def mirror():
    """The first mirror of this machine's apt that holds the suite, whichever way it is written down."""
    for path in sorted(glob.glob("/etc/apt/sources.list") + glob.glob("/etc/apt/sources.list.d/*")):
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"^#.*\n", "", file.read(), flags=re.M)
        if path.endswith(".sources"):
            for stanza in re.split(r"\n\s*\n", text):
                fields = dict(re.findall(r"^([\w-]+):\s*(.*)$", stanza, re.M))
                if SUITE in fields.get("Suites", "").split() and "main" in fields.get("Components", "").split():
                    return fields["URIs"].split()[0]
        elif path.endswith(".list"):
            found = re.search(rf"^deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+{SUITE}\s+.*\bmain\b", text, re.M)
            if found:
                return found.group(1)
    raise Problem(f"no apt source of this machine holds {SUITE} main")


def proxies():
    """This machine's apt settings about how to reach a mirror, as apt.conf lines."""
    said = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    return "".join(line + "\n" for line in said.splitlines() if re.match(r"Acquire::(http|https)::", line))


def minimal(folder, keep):
    """Makes a minimal system in folder/root (or takes the one there, if it may be kept); returns its path."""
    root = os.path.join(folder, "root")
    done = os.path.join(folder, "made")
    pristine = os.path.join(folder, "pristine.tar")
    if not (keep and os.path.exists(done)):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder, 0o755)
        subprocess.run(["debootstrap", "--variant=minbase", f"--keyring={KEYRING}", SUITE, root, mirror()], check=True)
        for name in ("etc/resolv.conf", "etc/hosts"):
            shutil.copy("/" + name, os.path.join(root, name))
        with open(os.path.join(root, "etc/apt/apt.conf.d/90mirror"), "w", encoding="utf-8") as file:
            file.write(proxies())
        trusted = os.environ.get("NODE_EXTRA_CA_CERTS")
        if trusted:  # the npm registry is behind a proxy that this machine has been told to trust
            shutil.copy(trusted, root + AUTHORITIES)
        if keep:
            subprocess.run(["tar", "-C", folder, "-cf", pristine, "root"], check=True)
            open(done, "w", encoding="ascii").close()
    else:
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["tar", "-C", folder, "-xf", pristine], check=True)
    return root


class System:
    """Mount and process namespaces over such a folder. Ending it ends every process in it."""

    def __init__(self, root):
        self.root = root
        subprocess.run(["git", "clone", "-q", "--bare", ROOT, os.path.join(root, "srv/dandelion.git")], check=True)
        script = (
            f"mount --make-rprivate / && mount --rbind /dev {root}/dev && mount -t proc proc {root}/proc"
            f" && mount -t tmpfs tmpfs {root}/run && exec chroot {root} sleep infinity"
        )
        unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script]
        self.holder = subprocess.Popen(unshare, stdin=subprocess.DEVNULL)
        self.pid = self.first()

    def first(self):
        """The pid, as seen from here, of the process that is 1 in there."""
        for _ in range(200):
            time.sleep(0.05)
            children = f"/proc/{self.holder.pid}/task/{self.holder.pid}/children"
            with open(children, encoding="ascii") as file:
                pids = file.read().split()
            if pids and os.path.exists(f"/proc/{pids[0]}/exe") and os.readlink(f"/proc/{pids[0]}/exe").endswith("sleep"):
                return pids[0]
        raise Problem("the namespaces of the bare system could not be made")

    def argv(self, command, folder, user):
        enter = ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--root", f"--wd={self.root}{folder}"]
        home = f"/home/{user}" if user else "/root"
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        clean = ["env", "-i", f"PATH={path}", f"HOME={home}", "TERM=dumb", "PYTHONUNBUFFERED=1"]
        if os.path.exists(self.root + AUTHORITIES):
            clean.append(f"NODE_EXTRA_CA_CERTS={AUTHORITIES}")
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        return [*enter, *clean, *become, *command]

    def run(self, command, folder="/", user=None, script=None):
        """Runs a command in there; returns its exit code. script: what it reads."""
        options = {"input": script, "text": True} if script is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run(self.argv(command, folder, user), check=False, **options).returncode

    def popen(self, command, folder):
        """Starts a command in there, in a process group of its own."""
        return subprocess.Popen(self.argv(command, folder, None), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def processes(self):
        """The command lines of all processes in there but the first and the one that asks."""
        script = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done"
        done = subprocess.run(self.argv(["sh", "-c", script], "/", None), capture_output=True, text=True, check=False)
        lines = [line.strip() for line in done.stdout.splitlines()]
        return [line for line in lines if line and not line.startswith(("sleep infinity", "sh -c", "tr "))]

    def interrupt(self):
        """Sends INT to make and python, as a terminal does."""
        script = "for p in /proc/[0-9]*; do case $(tr '\\0' ' ' < $p/cmdline) in make*|*'-m deploy run'*)" \
                 " kill -INT ${p#/proc/};; esac; done"
        self.run(["sh", "-c", script])

    def end(self):
        self.holder.kill()
        self.holder.wait()
