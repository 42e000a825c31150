"""Runs what CI systems would run of our files, by the files themselves:

    ci_runner.py action FOLDER [INPUT=VALUE...]    the steps of a composite GitHub action
    ci_runner.py workflow FILE ROOT                the steps of a GitHub workflow that use an action of this checkout
    ci_runner.py gitlab FILE JOB [NAME=VALUE...]   the script of a GitLab job

Of GitHub: inputs with their defaults, `${{ inputs.x }}` in the environment and in outputs, `shell: bash` as GitHub
starts it, GITHUB_ACTION_PATH and GITHUB_OUTPUT. An expression in the text of a script is refused: what an input says
would be run as code there. Outputs are printed to standard error, `output NAME=VALUE`. Of GitLab: the lines in one
bash, which ends with the first that fails, and the job's variables. Anything else in these files that decides what is
run is refused. The exit code is that of the script.
"""
import os
import re
import subprocess
import sys
import tempfile

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


def refuse(words):
    print(f"ci_runner.py: {words}", file=sys.stderr)
    sys.exit(99)


def load(file):
    with open(file, encoding="utf-8") as source:
        return yaml.safe_load(source)


def pairs(words):
    return dict(word.split("=", 1) for word in words)


def run_bash(options, script, environment):
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script)
        file.flush()
        return subprocess.run(["bash", *options, file.name], env=environment, check=False).returncode


def inputs_of(action, given):
    declared = action.get("inputs", {})
    unknown = set(given) - set(declared)
    if unknown:
        refuse(f"the action has no input {sorted(unknown)}")
    values = {}
    for name, declaration in declared.items():
        if declaration.get("required") and name not in given:
            refuse(f"the action requires the input {name}")
        values[f"inputs.{name}"] = str(given.get(name, declaration.get("default", "")))
    return values


def filled(text, values):
    def value_of(match):
        if match[1] not in values:
            refuse(f"nobody knows {match[0]}")
        return values[match[1]]
    return EXPRESSION.sub(value_of, text)


def read_outputs(file):
    with open(file, encoding="utf-8") as source:
        return pairs(source.read().splitlines())


def run_action(folder, *words):
    action = load(os.path.join(folder, "action.yml"))
    values = inputs_of(action, pairs(words))
    status = 0
    for step in action["runs"]["steps"]:
        if set(step) - {"id", "shell", "env", "run"} or step["shell"] != "bash" or "${{" in step["run"]:
            refuse(f"this step is not understood: {step}")
        with tempfile.NamedTemporaryFile() as output:
            environment = dict(os.environ, GITHUB_ACTION_PATH=os.path.abspath(folder))
            environment.setdefault("GITHUB_OUTPUT", output.name)
            environment.update({name: filled(value, values) for name, value in step.get("env", {}).items()})
            status = run_bash(["--noprofile", "--norc", "-eo", "pipefail"], step["run"], environment)
            for name, value in read_outputs(environment["GITHUB_OUTPUT"]).items():
                values[f"steps.{step['id']}.outputs.{name}"] = value
        if status != 0:
            break
    for name, declaration in action.get("outputs", {}).items():
        print(f"output {name}={filled(declaration['value'], values)}", file=sys.stderr)
    return status


def run_workflow(file, root):
    for job in load(file)["jobs"].values():
        for step in job["steps"]:
            if not step["uses"].startswith("./"):
                continue  # of others
            words = [f"{name}={value}" for name, value in step["with"].items()]
            status = run_action(os.path.join(root, step["uses"]), *words)
            if status != 0:
                return status
    return 0


def run_gitlab(file, job, *words):
    template = load(file)[job]
    if set(template) - {"script", "artifacts", "variables"}:
        refuse(f"this job is not understood: {sorted(template)}")
    environment = dict(os.environ, CI="true", GITLAB_CI="true")
    environment.update({name: str(value) for name, value in template.get("variables", {}).items()})
    environment.update(pairs(words))
    return run_bash(["--noprofile", "--norc", "-eo", "pipefail"], "\n".join(template["script"]) + "\n", environment)


if __name__ == "__main__":
    runners = {"action": run_action, "workflow": run_workflow, "gitlab": run_gitlab}
    sys.exit(runners[sys.argv[1]](*sys.argv[2:]))
