"""Where things lie: the clone, its var/, the short folder for sockets; and the user that owns and runs them.

    var/postgres      the cluster            var/log/<name>/current   what each process says
    var/run           sockets, 0700          var/services             the supervisor's folders
    var/secrets       keys, 0600             var/bin, var/migrations  what this start was built from
    var/files         uploads                var/web                  static files of the gateway
    var/dandelion.conf  the daemons' configuration, written at each start

Root runs nothing here: PostgreSQL refuses it and no daemon needs it. When root gives the command, everything belongs to
and runs as the system user `dandelion`.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess

from deploy.problem import Problem

CLONE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
USER = "dandelion"
STATE_OF_ROOT = "/var/lib/dandelion"
# sun_path holds 107 bytes; the longest name below run/ needs less than 40.
LONGEST_RUN = 107 - 40


class Place:
    """One installation's folders. Several can live side by side: tests make their own."""

    def __init__(self, var=None, build=None):
        self.link = os.path.abspath(var or os.environ.get("DANDELION_VAR") or os.path.join(CLONE, "var"))
        self.build = os.path.abspath(build or os.environ.get("DANDELION_BUILD") or os.path.join(CLONE, "build"))
        self.var = os.path.realpath(self.link)
        self.user = None

    def __getattr__(self, name):
        """place.log, place.secrets …: the folder of that name in var/."""
        if name not in ("bin", "migrations", "postgres", "secrets", "files", "log", "services", "web"):
            raise AttributeError(name)
        return os.path.join(self.var, name)

    @property
    def run(self):
        """The sockets' folder by its real, short name: its path must fit into a socket address."""
        return os.path.realpath(os.path.join(self.var, "run"))

    @property
    def config(self):
        return os.path.join(self.var, "dandelion.conf")

    def path(self, *names):
        return os.path.join(self.var, *names)

    def find_user(self):
        """Decides who runs things: ourselves, or for root the system user, made if it is missing."""
        if os.geteuid() != 0:
            self.user = pwd.getpwuid(os.geteuid())
            return
        try:
            self.user = pwd.getpwnam(USER)
        except KeyError:
            options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
            subprocess.run(["useradd", *options, "--shell", "/usr/sbin/nologin", USER], check=True)
            self.user = pwd.getpwnam(USER)

    def prepare(self):
        """Makes the folders that are missing."""
        self.find_user()
        os.makedirs(os.path.dirname(self.link), exist_ok=True)
        self.reachable_var()
        os.makedirs(os.path.dirname(self.var), exist_ok=True)
        self.owned(self.var, 0o755)
        for name in ("bin", "migrations", "files", "log", "services", "web"):
            self.owned(self.path(name), 0o755)
        self.owned(self.secrets, 0o700)
        self.short_run()
        self.owned(os.path.join(self.run, "bus"), 0o700)

    def reachable_var(self):
        """Root's clone may lie where the system user cannot go (/root): then var is a link to a place where it can."""
        if os.geteuid() == 0 and not os.path.lexists(self.link) and not enterable(os.path.dirname(self.link)):
            self.var = os.path.join(STATE_OF_ROOT, digest(self.link))
            os.symlink(self.var, self.link)
            os.makedirs(STATE_OF_ROOT, exist_ok=True)
        if os.geteuid() == 0 and not enterable(os.path.dirname(self.var)):
            raise Problem(f"The user {USER}, as whom everything runs, cannot enter {os.path.dirname(self.var)}: "
                          "make reset, or clone to a folder that all may enter")

    def owned(self, folder, mode):
        """Makes a folder of the runtime user's, or sees that it is."""
        try:
            os.mkdir(folder, mode)
            os.chmod(folder, mode)
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        except FileExistsError:
            about = os.lstat(folder)
            if not stat.S_ISDIR(about.st_mode):
                raise Problem(f"{folder} is in the way: it should be a folder") from None
            if about.st_uid != self.user.pw_uid:
                owner = name_of(about.st_uid)
                raise Problem(f"{folder} belongs to {owner}, but would be used by {self.user.pw_name}: "
                              "run as the user that began here, or remove it with: sudo make reset") from None

    def short_run(self):
        """var/run, or where that path is too long for sockets a link to a short folder."""
        run = self.path("run")
        if not os.path.lexists(run) and len(os.fsencode(run)) > LONGEST_RUN:
            base = os.environ.get("XDG_RUNTIME_DIR", "")
            if os.geteuid() == 0 or not os.access(base, os.W_OK) or len(os.fsencode(base)) > LONGEST_RUN - 20:
                base = "/tmp"
            os.symlink(os.path.join(base, "dandelion-" + digest(self.var)), run)
        self.owned(self.run, 0o700)

    def as_user(self):
        """Keyword arguments by which subprocess runs something as the runtime user."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def write(self, path, content, mode=0o644):
        """Writes a file of the runtime user's whole or not at all; leaves it alone if it already says this."""
        data = content if isinstance(content, bytes) else content.encode()
        try:
            with open(path, "rb") as file:
                if file.read() == data and stat.S_IMODE(os.fstat(file.fileno()).st_mode) == mode:
                    return
        except FileNotFoundError:
            pass
        new = path + ".new"
        with open(new, "wb") as file:
            os.fchmod(file.fileno(), mode)
            os.fchown(file.fileno(), self.user.pw_uid, self.user.pw_gid)
            file.write(data)
        os.replace(new, path)

    def remove(self):
        """Removes everything that this installation made."""
        run = self.path("run")
        for folder in [os.path.realpath(run)] if os.path.islink(run) else []:
            shutil.rmtree(folder, ignore_errors=True)
        if os.path.isdir(self.var):
            shutil.rmtree(self.var)
        if os.path.islink(self.link):
            os.unlink(self.link)


def enterable(folder):
    """Whether a user without any special rights can go into this folder."""
    while True:
        if not os.stat(folder).st_mode & stat.S_IXOTH:
            return False
        if folder == "/":
            return True
        folder = os.path.dirname(folder)


def shown(path):
    """A path as a person would type it here."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def digest(path):
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def name_of(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user {uid}"
