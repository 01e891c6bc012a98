"""The process in which foreign files are parsed. Run by its path; knows nothing of the rest.

Reads a line of JSON and then a file from its input, writes one line of JSON.
"""

import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Any

MEMORY = 1_500_000_000
SECONDS = 50
MOST_PAGES = 3000
# What a packed document may hold, unpacked.
MOST_UNPACKED = 300_000_000

Told = dict[str, Any]
DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+[^\s\"<>.,;)\]]")


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def decoded(content: bytes) -> str:
    """Return bytes as text: by their mark, as UTF-8, or as Western Europe wrote before that."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def of_text(content: bytes, address: str) -> tuple[str, Told]:
    return decoded(content), {}


def of_html(content: bytes, address: str) -> tuple[str, Told]:
    """The main text of a page, or all of it if there is no telling."""
    import trafilatura
    from trafilatura.metadata import extract_metadata

    tree = trafilatura.load_html(content)
    if tree is None:
        return plain(decoded(content)), {}
    told = extract_metadata(tree, default_url=address or None, extensive=True)
    text = trafilatura.extract(
        tree,
        url=address or None,
        favor_recall=True,
        include_comments=False,
        include_tables=True,
        deduplicate=False,
    )
    if not text or len(text) < 200:
        text = max(text or "", plain(decoded(content)), key=len)
    values = told.as_dict() if told else {}
    sitename = values.get("sitename")
    found = {
        "title": values.get("title"),
        "author": [name for name in (values.get("author") or "").split("; ") if name],
        "issued": values.get("date"),
        # A site that tells its own host tells nothing.
        "container-title": sitename if sitename != values.get("hostname") else None,
        "language": values.get("language"),
        "URL": values.get("url"),
    }
    head = content[:200_000].decode("latin-1")
    if match := re.search(r'(?i)citation_doi"\s+content="([^"]+)"', head):
        found["DOI"] = match[1]
    return text, found


def plain(html: str) -> str:
    """Return what stands on a page, block by block."""
    from lxml import html as pages

    try:
        tree: Any = pages.fromstring(html)
    except Exception:
        return ""
    for element in tree.xpath("//script|//style|//noscript|//template|//head"):
        element.drop_tree()
    blocks = {"p", "div", "li", "td", "th", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "br", "pre"}
    for element in tree.iter():
        if element.tag in blocks:
            element.tail = f"\n{element.tail or ''}"
    lines = (" ".join(line.split()) for line in tree.text_content().split("\n"))
    return "\n".join(line for line in lines if line)


def of_pdf(content: bytes, address: str) -> tuple[str, Told]:
    """The text page by page, each ended by a form feed."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("locked by a password")
    pages = []
    for number, page in enumerate(reader.pages):
        if number >= MOST_PAGES:
            break
        try:
            text = page.extract_text() or ""
        except RecursionError:
            raise
        except Exception:
            # One page that cannot be read does not take the others along.
            text = ""
        pages.append(text.replace("\f", " ") + "\f")
    told: Any = reader.metadata or {}
    found: Told = {
        "title": str(told.get("/Title") or ""),
        "author": [name for name in re.split(r"[;\n]", str(told.get("/Author") or "")) if name],
    }
    if match := re.match(r"D:(\d{4})(\d\d)?(\d\d)?", str(told.get("/CreationDate") or "")):
        found["issued"] = "-".join(part for part in match.groups() if part)
    if match := DOI.search(pages[0] if pages else ""):
        found["DOI"] = match[0]
    return "".join(pages), found


def of_docx(content: bytes, address: str) -> tuple[str, Told]:
    import mammoth
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
            raise ValueError("too much is packed in it")
        core = b""
        if "docProps/core.xml" in packed.namelist():
            core = packed.read("docProps/core.xml")
    text = mammoth.extract_raw_text(io.BytesIO(content)).value
    found: Told = {}
    if core:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        tree = etree.fromstring(core, parser)
        values = {etree.QName(node).localname: node.text or "" for node in tree}
        found = {
            "title": values.get("title"),
            "author": [values["creator"]] if values.get("creator") else [],
            "issued": (values.get("created") or "")[:10],
        }
    return re.sub(r"\n{3,}", "\n\n", text).strip(), found


def of_mail(content: bytes, address: str) -> tuple[str, Told]:
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body is not None else ""
    if body is not None and body.get_content_type() == "text/html":
        text = plain(text)
    heads = [
        f"{name}: {message[name]}" for name in ("From", "To", "Date", "Subject") if message[name]
    ]
    date = message["Date"].datetime if message["Date"] is not None else None
    found = {
        "title": str(message["Subject"] or ""),
        "author": [str(each.display_name or each.addr_spec) for each in message["From"].addresses]
        if message["From"] is not None
        else [],
        "issued": date.date().isoformat() if date else None,
    }
    return "\n".join(heads) + "\n\n" + text, found


PARSERS: dict[str, Callable[[bytes, str], tuple[str, Told]]] = {
    "application/pdf": of_pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": of_docx,
    "message/rfc822": of_mail,
    "text/html": of_html,
    "application/xhtml+xml": of_html,
    "text/plain": of_text,
    "text/csv": of_text,
    "application/json": of_text,
}


def main() -> None:
    question = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    limit()
    text, told = PARSERS[question["media_type"]](content, question["address"])
    told = {key: value for key, value in told.items() if value}
    # Lone surrogates, which no text may hold, become question marks.
    json.dump({"text": text, "told": told}, sys.stdout)


if __name__ == "__main__":
    main()
