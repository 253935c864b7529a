"""Make the mutants of a Python file: with the operators of Cosmic Ray, and by removing statements."""

import ast
import re
from collections.abc import Iterator

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from tools.mutation.mutant import Mutant, distinct, replaced

# Use one replacement for each operator: Cosmic Ray has ten, and the first test notices most of them.
_USED = re.compile(
    r"core/(AddNot|NumberReplacer|RemoveDecorator|Replace(And|Or|True|False|Break|Continue)With\w+"
    r"|ZeroIterationForLoop|ReplaceUnaryOperator_(Delete_\w+|USub_UAdd)"
    r"|ReplaceComparisonOperator_(Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is)"
    r"|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Add|FloorDiv_Mul|Mod_Mul|LShift_RShift|RShift_LShift"
    r"|BitAnd_BitOr|BitOr_BitAnd))"
)
_DROPPED = (ast.Raise, ast.AugAssign, ast.Expr, ast.Delete)
# A test cannot notice that a decorator is missing if it only affects types or speed.
_IGNORED = re.compile(r"@(dataclass|overload|property|classmethod|abstractmethod)\b")


def mutants_of(text: str) -> list[Mutant]:
    """Return the mutants of the Python source `text`, sorted by line; annotations stay unchanged."""
    tree = ast.parse(text)
    return list(distinct(text, [*_by_operator(text, _annotated(tree)), *_without_statements(text, tree)]))


def _by_operator(text: str, annotated: set[tuple[int, int]]) -> Iterator[Mutant]:
    lines = text.split("\n")
    for name in sorted(filter(_USED.fullmatch, operator_names())):
        operator = get_operator(name)()
        places = [
            start for node in ast_nodes(get_ast(text)) for start, _ in operator.mutation_positions(node)
        ]
        for occurrence, (line, column) in enumerate(places):
            source = lines[line - 1].strip()
            if (line, column) in annotated or _IGNORED.match(source):
                continue
            mutated = mutate_code(text, operator, occurrence)
            if mutated is not None and _compiles(mutated):
                yield Mutant(line, source, f"now {mutated.splitlines()[line - 1].strip()}", mutated)


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _annotated(tree: ast.Module) -> set[tuple[int, int]]:
    """Return the positions (line from 1, column from 0) inside type annotations, which no run can notice."""
    places: set[tuple[int, int]] = set()
    for node in ast.walk(tree):
        types = (getattr(node, "annotation", None), getattr(node, "returns", None))
        for item in (item for annotation in types if annotation is not None for item in ast.walk(annotation)):
            if isinstance(item, ast.expr):
                for column in range(item.col_offset, item.end_col_offset or 0):
                    places.add((item.lineno, column))
    return places


def _without_statements(text: str, tree: ast.Module) -> Iterator[Mutant]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or not (isinstance(node, _DROPPED) or _sets_a_part(node)):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        if text[starts[node.lineno - 1] : end].isascii():
            yield replaced(text, start, end, "pass", "removed")


def _sets_a_part(node: ast.stmt) -> bool:
    parts = (ast.Attribute, ast.Subscript)
    return isinstance(node, ast.Assign) and any(isinstance(target, parts) for target in node.targets)
