"""The ledger's tree: RFC 6962 hashing over entries, as pure functions.

A node is named ``(level, index)``: level 0 are the leaves, and ``(l, i)``
covers the leaves from ``i << l`` up to ``(i + 1) << l``. Only complete nodes
are kept; they never change, however the tree grows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256

Name = tuple[int, int]
Range = tuple[int, int]

EMPTY = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def peaks(size: int) -> list[Name]:
    """Return the complete nodes that a tree of this size is made of, the biggest first."""
    return cover(0, size)


def cover(low: int, high: int) -> list[Name]:
    """Return the complete nodes that make up the leaves from ``low`` up to ``high``.

    ``low`` is where a subtree of RFC 6962 begins; the biggest nodes come first.
    """
    found = []
    while low < high:
        level = (high - low).bit_length() - 1
        if low:
            level = min(level, (low & -low).bit_length() - 1)
        found.append((level, low >> level))
        low += 1 << level
    return found


def grow(size: int, of_peaks: Sequence[bytes], leaves: Iterable[bytes]) -> dict[Name, bytes]:
    """Return the complete nodes that come to be when leaf hashes are appended.

    ``of_peaks`` are the hashes of ``peaks(size)``. The new leaves are among the
    nodes returned, as level 0.
    """
    new: dict[Name, bytes] = {}
    stack = list(of_peaks)
    for hashed in leaves:
        new[0, size] = hashed
        level, index = 0, size
        while index & 1:
            hashed = node_hash(stack.pop(), hashed)
            level, index = level + 1, index >> 1
            new[level, index] = hashed
        stack.append(hashed)
        size += 1
    return new


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash of a subtree whose complete nodes, biggest first, have these hashes."""
    if not hashes:
        return EMPTY
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def _split(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion(index: int, size: int) -> list[Range]:
    """Return the subtrees whose hashes prove that leaf ``index`` is in a tree of ``size``."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def consistency(old: int, new: int) -> list[Range]:
    """Return the subtrees whose hashes prove that a tree of ``old`` grew into one of ``new``."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} cannot grow into one of {new}")
    if old in (0, new):
        return []
    low, high, whole, path = 0, new, True, []
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low, whole = middle, False
    if not whole:
        path.append((low, high))
    return path[::-1]


def prove(
    path: Sequence[Range], fetch: Callable[[list[Name]], Mapping[Name, bytes]]
) -> list[bytes]:
    """Return the hashes of the subtrees; ``fetch`` is called once, for all nodes."""
    covers = [cover(*subtree) for subtree in path]
    got = fetch([name for names in covers for name in names])
    return [fold([got[name] for name in names]) for names in covers]


def root_from_inclusion(hashed: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that a proof leads to; raises ``ValueError`` for a proof of wrong length."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    position, last = index, size - 1
    for sibling in proof:
        if last == 0:
            raise ValueError("the proof is too long")
        if position & 1 or position == last:
            hashed = node_hash(sibling, hashed)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return hashed


def is_included(hashed: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    try:
        return root_from_inclusion(hashed, index, size, proof) == root
    except ValueError:
        return False


def is_consistent(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Return whether a proof shows that nothing below ``old`` changed on the way to ``new``."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY
    if not 0 < old < new:
        return False
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    reached_old = reached_new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            reached_old = node_hash(sibling, reached_old)
            reached_new = node_hash(sibling, reached_new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            reached_new = node_hash(reached_new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and reached_old == old_root and reached_new == new_root
