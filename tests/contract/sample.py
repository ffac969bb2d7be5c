"""Small contracts in a temporary folder, and the code made from them."""

import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GENERATORS = os.path.join(ROOT, "proto", "gen")
sys.path.insert(0, GENERATORS)

HEAD = """syntax = "proto3";
package dandelion.%s;
import "dandelion/options.proto";
"""


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Sample:
    """A contract of its own: `files` are bodies of .proto files by name; package and imports are put above them."""

    def __init__(self, folder, files):
        self.proto = os.path.join(folder, "proto")
        self.gen = os.path.join(folder, "gen")
        os.makedirs(os.path.join(self.proto, "dandelion"))
        os.makedirs(self.gen)
        shutil.copy(os.path.join(ROOT, "proto", "dandelion", "options.proto"), os.path.join(self.proto, "dandelion"))
        self.paths = ["dandelion/options.proto"]
        for name, body in files.items():
            self.paths.append(f"dandelion/{name}.proto")
            with open(os.path.join(self.proto, self.paths[-1]), "w", encoding="utf-8") as file:
                file.write(HEAD % name.split("_")[0] + body)
        self.contract = os.path.join(self.gen, "contract.pb")
        base = ["protoc", "-I", self.proto, "-I", "/usr/include"]
        python = os.path.join(self.gen, "python")
        os.makedirs(python)
        run([*base, f"--python_out={python}", "dandelion/options.proto"], folder)
        describe = [f"--descriptor_set_out={self.contract}", "--include_imports", "--include_source_info"]
        run([*base, *describe, *self.paths], folder)

    def generate(self, *scripts):
        """Runs generators that read the contract, and protoc-c."""
        made = [*self.paths, "google/protobuf/descriptor.proto"]
        run(["protoc-c", "-I", self.proto, "-I", "/usr/include", f"--c_out={self.gen}", *made], self.gen)
        for script in scripts:
            run([sys.executable, os.path.join(GENERATORS, script), self.contract, self.gen], self.gen)

    def compile(self, main, *generated):
        """Builds a program of `main` (C text) and generated files; returns gcc's result and the program's path."""
        program = os.path.join(self.gen, "program")
        with open(os.path.join(self.gen, "main.c"), "w", encoding="utf-8") as file:
            file.write(main)
        messages = [path[: -len(".proto")] + ".pb-c.c" for path in self.paths]
        sources = ["main.c", *generated, *messages, "google/protobuf/descriptor.pb-c.c"]
        return gcc(self.gen, sources, program, "-lprotobuf-c"), program

    def output(self, main, *generated):
        """What a program of `main` and the generated files prints."""
        done, program = self.compile(main, *generated)
        assert done.returncode == 0, done.stderr
        return run([program], self.gen)


def gcc(folder, sources, program, *libraries):
    includes = ["-I", folder, "-I", ROOT, "-I", os.path.join(ROOT, "services")]
    command = ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", *includes, "-o", program, *sources, *libraries]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
