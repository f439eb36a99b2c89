"""Which modules are the user's own program and travel by value, and which the image must provide."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path, PurePath
from types import CodeType, FunctionType, ModuleType

from tiphys.bundling.scan import imports, names_mentioned

PROVIDED = frozenset({"tiphys", "tiphys_runtime", "cloudpickle"})
INSTALLED = frozenset({"site-packages", "dist-packages"})
TIMELESS = (type(None), bool, int, float, complex, str, bytes, tuple, frozenset, range, type(...), property)


class Program:
    """The modules of one program: those below `root` and `__main__`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.used: set[str] = set()
        self.required: set[str] = set()
        self._is_ours: dict[str, bool] = {}
        self._owned: dict[int, tuple[str, str]] = {}
        self._scanned: dict[str, int] = {}

    def is_ours(self, name: str) -> bool:
        """Whether a module travels by value."""
        if name not in self._is_ours:
            self._is_ours[name] = self._belongs(name)
        return self._is_ours[name]

    def _belongs(self, name: str) -> bool:
        if name == "__main__":
            return True
        top = name.partition(".")[0]
        module = sys.modules.get(name)
        if module is None or top in PROVIDED or top in sys.stdlib_module_names:
            return False
        places = [module.__file__] if getattr(module, "__file__", None) else list(getattr(module, "__path__", []))
        return any(self.below_root(str(place)) is not None for place in places)

    def below_root(self, file: str) -> PurePath | None:
        """Give the path of a source file relative to the root; None for files outside and for installed ones."""
        try:
            relative = Path(file).resolve().relative_to(self.root)
        except (ValueError, OSError):
            return None
        return None if INSTALLED & set(relative.parts) or file.startswith("<") else relative

    def file_name(self, file: str) -> str:
        """Name a source file alike on every computer."""
        if file.startswith("<"):
            return file
        relative = self.below_root(file)
        if relative is not None:
            return relative.as_posix()
        parts = Path(file).parts
        for at in range(len(parts) - 1, 0, -1):
            if parts[at - 1] in INSTALLED or parts[at - 1].startswith("python3"):
                return PurePath(*parts[at:]).as_posix()
        return Path(file).name

    def module_of(self, names: dict[str, object]) -> ModuleType | None:
        """Give the module whose namespace this is."""
        module = sys.modules.get(str(names.get("__name__")))
        return module if module is not None and vars(module) is names else None

    def use(self, name: str) -> None:
        """Note that a module of the program, and so the packages around it, is in the bundle."""
        while name:
            self.used.add(name)
            name = name.rpartition(".")[0]

    def require(self, name: str) -> None:
        """Note that the image must provide a module."""
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in PROVIDED and top != "__main__":
            self.required.add(top)

    def look_around(self) -> None:
        """Find the names that modules of the program hold by now."""
        for name, module in list(sys.modules.items()):
            if isinstance(module, ModuleType) and self.is_ours(name) and self._scanned.get(name) != len(vars(module)):
                self._scan(name, module)

    def owner(self, value: object) -> tuple[str, str] | None:
        """Give module and name of a thing that a module of the program holds under a name, and that has an identity."""
        found = self._owned.get(id(value))
        if found is not None and vars(sys.modules[found[0]]).get(found[1]) is not value:
            return None  # it was replaced meanwhile, and its id used again
        return found

    def _scan(self, home: str, module: ModuleType) -> None:
        self._scanned[home] = len(vars(module))
        for name, value in vars(module).items():
            if name.startswith("__") or type(value) in TIMELESS or isinstance(value, (type, ModuleType)):
                continue
            if self._is_foreign(value, home):
                continue
            known = self._owned.get(id(value))
            if known is None or (isinstance(value, FunctionType) and value.__module__ == home != known[0]):
                self._owned[id(value)] = (home, name)

    def _is_foreign(self, value: object, home: str) -> bool:
        """Whether a name is only imported: found by reference in a library."""
        source = getattr(value, "__module__", None)
        name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
        if not isinstance(source, str) or not isinstance(name, str) or source == home or self.is_ours(source):
            return False
        return found_at(source, name) is value

    def reached(self, code: CodeType, names: dict[str, object]) -> list[tuple[str, str]]:
        """List module and name of what a function uses in other modules: `shelf.f`, imports in its body."""
        mentioned = names_mentioned(code)
        waiting = [value for name in mentioned if isinstance(value := names.get(name), ModuleType)]
        pairs: dict[tuple[str, str], None] = {}
        for target in imports(code, str(names.get("__package__") or "")):
            module = self._imported(target)
            if module is None:
                if not self._is_below(target.partition(".")[0]):
                    self.require(target)
                continue
            waiting.append(module)
            parent, _, child = target.rpartition(".")
            if parent and self.is_ours(parent):
                pairs[parent, child] = None
        seen: set[str] = set()
        while waiting:
            module = waiting.pop(0)
            home = module.__name__
            if home in seen or not self.is_ours(home):
                continue
            seen.add(home)
            self.use(home)
            for name in mentioned:
                if name in vars(module) and not name.startswith("__"):
                    pairs[home, name] = None
                    if isinstance(inner := vars(module)[name], ModuleType):
                        waiting.append(inner)
        return list(pairs)

    def _imported(self, name: str) -> ModuleType | None:
        """Give a module of the program that a function imports; it is imported now if it was not yet."""
        if name not in sys.modules and self._is_below(name.partition(".")[0]):
            try:
                spec = importlib.util.find_spec(name)
                if spec is not None:
                    importlib.import_module(name)
                    self._is_ours.pop(name, None)
                    self.look_around()
            except ImportError:
                return None
        return sys.modules[name] if name in sys.modules and self.is_ours(name) else None

    def _is_below(self, top: str) -> bool:
        """Whether a top-level module, imported or not, lies below the root."""
        if top in sys.modules:
            return self.is_ours(top)
        if top in sys.stdlib_module_names:
            return False
        try:
            spec = importlib.util.find_spec(top)
        except (ImportError, ValueError):
            return False
        places = [spec.origin] if spec and spec.origin else list(spec.submodule_search_locations or ()) if spec else []
        return any(place is not None and self.below_root(place) is not None for place in places)


def found_at(home: str, path: str) -> object:
    """Give what a module holds at a qualified name, or None."""
    found: object = sys.modules.get(home)
    for part in path.split("."):
        found = getattr(found, part, None)
    return found
