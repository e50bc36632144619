"""Runs a command of Ansible's for every line of standard input, a JSON object {"argv": [...], "cwd": "..."}; prints a
JSON object {"code", "stdout", "stderr"} for each. Ansible's modules are loaded once and each run is a fork: a start of
its own takes a second. Usage: python3 run-all.py < cases.jsonl"""
import json
import os
import runpy
import shutil
import sys
import tempfile

import ansible.cli.adhoc  # noqa: F401  loaded for the forks
import ansible.cli.inventory  # noqa: F401


def run(case):
    """One run in a process of its own, as if started from a shell."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if pid == 0:
            os.chdir(case["cwd"])
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            program = shutil.which(case["argv"][0])
            sys.argv = [program, *case["argv"][1:]]
            code = 70
            try:
                runpy.run_path(program, run_name="__main__")
            except SystemExit as end:
                code = end.code or 0
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        out.seek(0)
        err.seek(0)
        return {"code": os.waitstatus_to_exitcode(status), "stdout": out.read().decode(), "stderr": err.read().decode()}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
