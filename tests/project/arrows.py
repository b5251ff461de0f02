# SPDX-License-Identifier: Apache-2.0
"""Finds what breaks the table of arrows.json: who may include whom, and whose headers where."""
import json
import pathlib
import re

import tree

TABLE = json.loads((pathlib.Path(__file__).parent / "arrows.json").read_text())
INCLUDE = re.compile(r'^\s*#\s*include\s*(<([^>]+)>|"([^"]+)")', re.MULTILINE)
LINK = re.compile(r"paretune::(\w+)")
# Headers that the build writes; they have no file in the tree.
GENERATED = re.compile(r"\.pb\.h$|\.moc$|^ui_|^moc_")


def within(name, folder):
    return name.startswith(folder + "/")


def includes(root):
    """{file: [(header, quoted)]} of every C++ and OpenCL source."""
    found = {}
    for name in tree.files(root):
        if name.endswith((".h", ".cpp", ".hpp", ".cl", ".cu", ".cuh", ".cc")):
            found[name] = [(match[2] or match[3], bool(match[3]))
                           for match in INCLUDE.finditer(tree.text(name, root))]
    return found


def folder_violations(found):
    for name, headers in found.items():
        folder = name.split("/")[0]
        if folder not in TABLE["folders"]:
            yield f"{name}: folder {folder}/ has no row in arrows.json"
            continue
        for header, quoted in headers:
            target = header.split("/")[0]
            if target not in TABLE["folders"] or "/" not in header:
                continue
            if target != folder and target not in TABLE["folders"][folder]:
                yield f"{name}: {folder}/ may not include {header}"
            if not quoted:
                yield f"{name}: <{header}> is ours, write \"{header}\""
            for row in TABLE["apart"]:
                mine = [part for part in row if within(name, part)]
                theirs = [part for part in row if within(header, part)]
                if mine and theirs and mine != theirs:
                    yield f"{name}: {mine[0]}/ may not include {header}"


def vendor_violations(found):
    for name, headers in found.items():
        # tests/x may use what x or a folder within it may.
        plain = name.removeprefix("tests/")
        for header, quoted in headers:
            for vendor in TABLE["vendors"]:
                if not re.match(vendor["include"], header):
                    continue
                allowed = any(within(name, place) or
                              (plain != name and place.split("/")[0] == plain.split("/")[0])
                              for place in vendor["in"])
                if not allowed:
                    yield f"{name}: {vendor['name']} header {header} outside {vendor['in']}"


def unresolved_violations(found):
    """Quoted includes are paths from the root."""
    for name, headers in found.items():
        for header, quoted in headers:
            if quoted and header not in found and not GENERATED.search(header):
                yield f"{name}: \"{header}\" is no file, seen from the root"


def link_violations(root):
    """The same arrows for paretune::x in each folder's CMakeLists.txt."""
    for name in tree.files(root):
        folder = name.split("/")[0]
        if not name.endswith("/CMakeLists.txt") or folder not in TABLE["folders"]:
            continue
        allowed = TABLE["folders"][folder] + [folder]
        for target in LINK.findall(tree.text(name, root)):
            if target.split("_")[0] not in allowed:
                yield f"{name}: {folder}/ may not link paretune::{target}"


def cycle(edges):
    """One cycle of a graph {node: {node}} as a list, or None."""
    state = {}

    def visit(node, path):
        state[node] = "open"
        for following in sorted(edges.get(node, ())):
            if state.get(following) == "open":
                return path[path.index(following):] + [following]
            if following not in state:
                result = visit(following, path + [following])
                if result:
                    return result
        state[node] = "done"
        return None

    for node in sorted(edges):
        if node not in state:
            result = visit(node, [node])
            if result:
                return result
    return None


def cycle_violations(found):
    files = {name: {header for header, _ in headers if header in found}
             for name, headers in found.items()}
    folders = {}
    for name, headers in files.items():
        folder = name.split("/")[0]
        folders.setdefault(folder, set()).update(
            header.split("/")[0] for header in headers if header.split("/")[0] != folder)
    for edges in (files, folders):
        found_cycle = cycle(edges)
        if found_cycle:
            yield "cycle: " + " -> ".join(found_cycle)


def violations(root=tree.ROOT):
    """One sentence for each arrow that the tree breaks; empty when all hold."""
    found = includes(root)
    return [*folder_violations(found), *vendor_violations(found), *unresolved_violations(found),
            *cycle_violations(found), *link_violations(root)]
